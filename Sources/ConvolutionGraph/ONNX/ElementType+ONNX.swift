/// ONNX's numbers of element types.
extension ElementType {
  /// nil: a type that is not supported.
  init?(onnx number: Int) {
    switch number {
    case 1: self = .float32
    case 2: self = .uint8
    case 6: self = .int32
    case 7: self = .int64
    case 9: self = .bool
    default: return nil
    }
  }

  var onnx: Int {
    switch self {
    case .float32: 1
    case .uint8: 2
    case .int32: 6
    case .int64: 7
    case .bool: 9
    }
  }

  /// What ONNX calls the type of a number, for people.
  static func onnxName(_ number: Int) -> String {
    let names = [
      "undefined", "float", "uint8", "int8", "uint16", "int16", "int32", "int64", "string", "bool",
      "float16", "double", "uint32", "uint64", "complex64", "complex128", "bfloat16",
      "float8e4m3fn", "float8e4m3fnuz", "float8e5m2", "float8e5m2fnuz", "uint4", "int4",
      "float4e2m1", "float8e8m0",
    ]
    return names.indices.contains(number) ? names[number] : "number \(number)"
  }
}
