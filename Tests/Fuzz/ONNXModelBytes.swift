import Foundation

/// An ONNX file of opset 20, put together node by node in protobuf's wire format.
struct ONNXModelBytes {
  private var nodes: [UInt8] = []
  private var initializers: [UInt8] = []
  private var inputs: [UInt8] = []
  private var outputs: [UInt8] = []
  private var constants = 0

  mutating func addInput(_ name: String, _ shape: [Int]) {
    let dimensions = shape.flatMap { Wire.message(1, Wire.number(1, $0)) }
    let type = Wire.message(1, Wire.number(1, 1) + Wire.message(2, dimensions))
    inputs += Wire.message(11, Wire.text(1, name) + Wire.message(2, type))
  }

  mutating func addOutput(_ name: String) { outputs += Wire.message(12, Wire.text(1, name)) }

  mutating func addNode(
    _ operation: String, _ inputs: [String], _ outputs: [String],
    _ attributes: [ONNXAttributeBytes] = []
  ) {
    nodes += Wire.message(
      1,
      inputs.flatMap { Wire.text(1, $0) } + outputs.flatMap { Wire.text(2, $0) }
        + Wire.text(4, operation) + attributes.flatMap { Wire.message(5, $0.bytes) })
  }

  /// Returns the constant's name.
  mutating func constant(_ values: [Float], _ shape: [Int]) -> String {
    constant(type: 1, shape, values.withUnsafeBytes { Array($0) })
  }

  mutating func constant(_ values: [Int]) -> String {
    constant(type: 7, [values.count], values.map(Int64.init).withUnsafeBytes { Array($0) })
  }

  private mutating func constant(type: Int, _ shape: [Int], _ raw: [UInt8]) -> String {
    constants += 1
    let name = "constant \(constants)"
    initializers += Wire.message(
      5,
      shape.flatMap { Wire.number(1, $0) } + Wire.number(2, type) + Wire.text(8, name)
        + Wire.message(9, raw))
    return name
  }

  var bytes: [UInt8] {
    Wire.number(1, 9) + Wire.message(8, Wire.number(2, 20))
      + Wire.message(7, nodes + Wire.text(2, "random") + initializers + inputs + outputs)
  }
}

/// An attribute of a node.
struct ONNXAttributeBytes {
  fileprivate let bytes: [UInt8]

  init(_ name: String, _ value: Int) {
    bytes = Wire.text(1, name) + Wire.number(3, value) + Wire.number(20, 2)
  }

  init(_ name: String, _ values: [Int]) {
    bytes = Wire.text(1, name) + values.flatMap { Wire.number(8, $0) } + Wire.number(20, 7)
  }

  init(_ name: String, _ value: Float) {
    let raw = withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) }
    bytes = Wire.text(1, name) + [2 << 3 | 5] + raw + Wire.number(20, 1)
  }

  init(_ name: String, _ value: String) {
    bytes = Wire.text(1, name) + Wire.text(4, value) + Wire.number(20, 3)
  }
}

/// Fields of protobuf.
private enum Wire {
  static func number(_ field: Int, _ value: Int) -> [UInt8] {
    varint(field << 3) + varint(value)
  }

  static func message(_ field: Int, _ content: [UInt8]) -> [UInt8] {
    varint(field << 3 | 2) + varint(content.count) + content
  }

  static func text(_ field: Int, _ value: String) -> [UInt8] { message(field, Array(value.utf8)) }

  private static func varint(_ value: Int) -> [UInt8] {
    var rest = UInt64(bitPattern: Int64(value))
    var bytes: [UInt8] = []
    repeat {
      bytes.append(UInt8(rest & 127) | (rest > 127 ? 128 : 0))
      rest >>= 7
    } while rest > 0
    return bytes
  }
}

func write(_ bytes: [UInt8], to path: String) throws {
  try Data(bytes).write(to: URL(filePath: path))
}
