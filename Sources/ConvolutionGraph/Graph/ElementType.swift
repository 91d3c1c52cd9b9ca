/// What the elements of a network's tensor are.
public enum ElementType: String, Sendable, CaseIterable {
  case float32, int64, int32, uint8
  /// A byte, 0 or 1.
  case bool

  /// Bytes of an element.
  public var byteCount: Int {
    switch self {
    case .float32, .int32: 4
    case .int64: 8
    case .uint8, .bool: 1
    }
  }
}

extension ElementType: CustomStringConvertible {
  public var description: String { rawValue }
}
