/// A setting for the axes of space: one value for all of them, or a list of one an axis (depth, height, width).
///
/// `stride: 2`, `stride: [2, 1]`, `stride: n`, `border: .reflect`, `border: [.circular, .replicate]`.
public protocol PerAxis<Value> {
  associatedtype Value

  /// The values for `rank` axes.
  ///
  /// - Throws: `.rankMismatch` when there is a value for another number of axes.
  func values(rank: Int, argument: String) throws(ConvolutionError) -> [Value]
}

extension Int: PerAxis {
  public func values(rank: Int, argument: String) -> [Int] { Array(repeating: self, count: rank) }
}

extension Array: PerAxis {
  public func values(rank: Int, argument: String) throws(ConvolutionError) -> [Element] {
    guard count == rank else {
      throw ConvolutionError(
        .rankMismatch, argument: argument, received: "\(count) values",
        expected: "\(rank), one for each axis of space")
    }
    return self
  }
}

extension PerAxis<Int> {
  /// The values for `rank` axes, none of which may be below 1.
  ///
  /// - Throws: `.rankMismatch`, `.nonPositiveSize`.
  func positiveValues(rank: Int, argument: String) throws(ConvolutionError) -> [Int] {
    let values = try values(rank: rank, argument: argument)
    if let value = values.first(where: { $0 < 1 }) {
      throw ConvolutionError(
        .nonPositiveSize, argument: argument, received: "\(value)", expected: "at least 1")
    }
    return values
  }
}
