/// What the elements of a tensor in a file are.
public enum TensorElement: Hashable, Sendable {
  case float64, float32, float16
  /// The upper half of a 32-bit float.
  case bfloat16
  case int64, int32, int16, int8
  case uint64, uint32, uint16, uint8
  /// A byte, 0 for false.
  case bool
  /// Something that cannot be read as numbers, by the file's own word.
  case other(String)

  /// Those that can be read.
  static let numbers: [TensorElement] = [
    .float64, .float32, .float16, .bfloat16, .int64, .int32, .int16, .int8, .uint64, .uint32,
    .uint16, .uint8, .bool,
  ]

  /// Bytes of an element; nil for ``other(_:)``.
  public var size: Int? {
    switch self {
    case .float64, .int64, .uint64: 8
    case .float32, .int32, .uint32: 4
    case .float16, .bfloat16, .int16, .uint16: 2
    case .int8, .uint8, .bool: 1
    case .other: nil
    }
  }

  package var isFloat: Bool { [.float64, .float32, .float16, .bfloat16].contains(self) }

  /// The integers of so many bytes; nil where there are none.
  init?(integerOf length: Int, isSigned: Bool) {
    switch (length, isSigned) {
    case (1, true): self = .int8
    case (2, true): self = .int16
    case (4, true): self = .int32
    case (8, true): self = .int64
    case (1, false): self = .uint8
    case (2, false): self = .uint16
    case (4, false): self = .uint32
    case (8, false): self = .uint64
    default: return nil
    }
  }
}

extension TensorElement: CustomStringConvertible {
  public var description: String {
    switch self {
    case .float64: "float64"
    case .float32: "float32"
    case .float16: "float16"
    case .bfloat16: "bfloat16"
    case .int64: "int64"
    case .int32: "int32"
    case .int16: "int16"
    case .int8: "int8"
    case .uint64: "uint64"
    case .uint32: "uint32"
    case .uint16: "uint16"
    case .uint8: "uint8"
    case .bool: "bool"
    case .other(let word): word
    }
  }
}
