import Foundation

/// Networks as ONNX files, put together byte by byte as protocol buffers have them.
enum SmallNetwork {
  enum Element: Int { case float32 = 1, uint8 = 2, int32 = 6, int64 = 7, bool = 9 }

  struct Value {
    let name: String
    var element = Element.float32
    /// nil: any extent.
    let shape: [Int?]
  }

  struct Node {
    let operation: String
    let inputs: [String]
    let output: String
    /// Of a list of integers each.
    var attributes: [String: [Int]] = [:]
  }

  /// One operator on `x`, which gives `y` of the same type.
  static func of(
    _ operation: String, _ shape: [Int?], _ element: Element = .float32, inputs: Int = 1
  ) -> [UInt8] {
    file(
      [Node(operation: operation, inputs: Array(repeating: "x", count: inputs), output: "y")],
      inputs: [Value(name: "x", element: element, shape: shape)],
      outputs: [Value(name: "y", element: element, shape: shape)])
  }

  static func file(
    _ nodes: [Node], inputs: [Value], outputs: [Value],
    weights: [(name: String, elements: [Float], shape: [Int])] = []
  ) -> [UInt8] {
    let graph =
      nodes.flatMap { field(1, node($0)) }
      + weights.flatMap { weights in
        field(
          5,
          weights.shape.flatMap { field(1, $0) } + field(2, 1) + field(8, Array(weights.name.utf8))
            + field(9, weights.elements.withUnsafeBytes { Array($0) }))
      } + inputs.flatMap { field(11, value($0)) } + outputs.flatMap { field(12, value($0)) }
    return field(1, 8) + field(7, graph) + field(8, field(2, 17))
  }

  private static func node(_ node: Node) -> [UInt8] {
    node.inputs.flatMap { field(1, Array($0.utf8)) } + field(2, Array(node.output.utf8))
      + field(3, Array("the \(node.operation)".utf8)) + field(4, Array(node.operation.utf8))
      + node.attributes.flatMap { name, values in
        field(5, field(1, Array(name.utf8)) + values.flatMap { field(8, $0) } + field(20, 7))
      }
  }

  private static func value(_ value: Value) -> [UInt8] {
    let extents = value.shape.flatMap { extent in
      field(1, extent.map { field(1, $0) } ?? field(2, Array("n".utf8)))
    }
    let tensor = field(1, value.element.rawValue) + field(2, extents)
    return field(1, Array(value.name.utf8)) + field(2, field(1, tensor))
  }

  private static func field(_ number: Int, _ value: Int) -> [UInt8] {
    varint(number << 3) + varint(value)
  }

  private static func field(_ number: Int, _ bytes: [UInt8]) -> [UInt8] {
    varint(number << 3 | 2) + varint(bytes.count) + bytes
  }

  private static func varint(_ value: Int) -> [UInt8] {
    value < 128 ? [UInt8(value)] : [UInt8(value & 127 | 128)] + varint(value >> 7)
  }
}

/// The networks of the graph's tests.
enum Models {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../ConvolutionGraphTests/Models").standardized

  static func path(_ model: String, _ file: String = "model.onnx") -> String {
    folder.appending(path: "\(model)/\(file)").path
  }
}

/// The bytes of a `.npy` file of version 1.0.
func npyFile<Element>(_ type: String, _ shape: String, _ elements: [Element]) -> [UInt8] {
  let text = "{'descr': '\(type)', 'fortran_order': False, 'shape': \(shape), }"
  let header = text.padding(toLength: 117, withPad: " ", startingAt: 0) + "\n"
  return [0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array(header.utf8)
    + elements.withUnsafeBytes { Array($0) }
}

extension TemporaryFolder {
  func bytes(_ name: String) throws -> [UInt8] { try Array(Data(contentsOf: URL(filePath: path(name)))) }
}
