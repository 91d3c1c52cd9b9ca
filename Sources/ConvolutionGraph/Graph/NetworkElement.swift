/// A type of Swift that holds elements of tensors; a bool is a byte.
protocol NetworkElement: Comparable, BitwiseCopyable, Sendable, ExpressibleByIntegerLiteral {
  /// Rounded towards 0, the closest value there is; 0 for what is no number.
  static func converted(_ value: Float) -> Self
  /// The lowest bits, where it does not fit.
  static func converted(_ value: Int64) -> Self
  func converted<Other: NetworkElement>(to other: Other.Type) -> Other

  /// Integers wrap around.
  static func sum(_ a: Self, _ b: Self) -> Self
  static func product(_ a: Self, _ b: Self) -> Self
}

extension ElementType {
  var type: any NetworkElement.Type {
    switch self {
    case .float32: Float.self
    case .int64: Int64.self
    case .int32: Int32.self
    case .uint8, .bool: UInt8.self
    }
  }
}

extension Float: NetworkElement {
  static func converted(_ value: Float) -> Float { value }
  static func converted(_ value: Int64) -> Float { Float(value) }
  func converted<Other: NetworkElement>(to other: Other.Type) -> Other { .converted(self) }
  static func sum(_ a: Float, _ b: Float) -> Float { a + b }
  static func product(_ a: Float, _ b: Float) -> Float { a * b }
}

extension NetworkElement where Self: FixedWidthInteger {
  static func converted(_ value: Float) -> Self {
    guard !value.isNaN else { return 0 }
    return Self(exactly: value.rounded(.towardZero)) ?? (value < 0 ? .min : .max)
  }

  static func converted(_ value: Int64) -> Self { Self(truncatingIfNeeded: value) }
  func converted<Other: NetworkElement>(to other: Other.Type) -> Other { .converted(Int64(self)) }
  static func sum(_ a: Self, _ b: Self) -> Self { a &+ b }
  static func product(_ a: Self, _ b: Self) -> Self { a &* b }
}

extension Int64: NetworkElement {}
extension Int32: NetworkElement {}
extension UInt8: NetworkElement {}
