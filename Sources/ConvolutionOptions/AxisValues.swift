import Convolution

/// One value for all axes of space, or one an axis, as the command line has them.
public struct AxisValues<Value: Sendable>: PerAxis, Sendable {
  private let values: [Value]

  public init(_ values: [Value]) { self.values = values }

  /// - Throws: `.rankMismatch` for neither one value nor `rank` of them.
  public func values(rank: Int, argument: String) throws(ConvolutionError) -> [Value] {
    guard values.count == 1 || values.count == rank else {
      throw ConvolutionError(
        .rankMismatch, argument: argument, received: "\(values.count) values",
        expected: rank == 1 ? "1" : "1 or \(rank), one for each axis of space")
    }
    return values.count == 1 ? Array(repeating: values[0], count: rank) : values
  }
}
