/// What the elements of a `.npy` file are, by the words of its header.
package enum NPYElement: String, Sendable, CaseIterable {
  case float32 = "<f4"
  case int64 = "<i8"
  case int32 = "<i4"
  case uint8 = "|u1"
  /// A byte, 0 or 1.
  case bool = "|b1"

  /// In bytes.
  package var size: Int {
    switch self {
    case .float32, .int32: 4
    case .int64: 8
    case .uint8, .bool: 1
    }
  }

  /// `'<f4', 32-bit little-endian floats`
  var words: String { "'\(rawValue)', \(plural)" }

  var plural: String {
    switch self {
    case .float32: "32-bit little-endian floats"
    case .int64: "64-bit little-endian integers"
    case .int32: "32-bit little-endian integers"
    case .uint8: "bytes"
    case .bool: "truth values"
    }
  }
}
