/// A setting for the axes of space: one value for all of them, or one an axis (depth, height, width).
///
/// Written as a literal: `stride: 2`, `stride: [2, 1]`, `border: .reflect`, `border: [.circular, .replicate]`.
public enum PerAxis<Element: Sendable & Equatable>: Sendable, Equatable {
  case all(Element)
  case each([Element])

  /// The values for `rank` axes.
  ///
  /// - Throws: `.rankMismatch` when there is a value for another number of axes.
  func resolved(rank: Int, argument: String) throws(ConvolutionError) -> [Element] {
    switch self {
    case .all(let value):
      return Array(repeating: value, count: rank)
    case .each(let values):
      guard values.count == rank else {
        throw ConvolutionError(
          .rankMismatch, argument: argument, received: "\(values.count) values",
          expected: "1 or \(rank), one for each axis of space")
      }
      return values
    }
  }
}

extension PerAxis: ExpressibleByArrayLiteral {
  public init(arrayLiteral elements: Element...) { self = .each(elements) }
}

extension PerAxis: ExpressibleByIntegerLiteral where Element == Int {
  public init(integerLiteral value: Int) { self = .all(value) }
}

extension PerAxis where Element == Border {
  public static var zeros: Self { .all(.zeros) }
  public static var replicate: Self { .all(.replicate) }
  public static var reflect: Self { .all(.reflect) }
  public static var symmetric: Self { .all(.symmetric) }
  public static var circular: Self { .all(.circular) }
  public static func constant(_ value: Float) -> Self { .all(.constant(value)) }
}
