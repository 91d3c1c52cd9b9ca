/// A node of a file.
struct NodeMessage {
  private let wire: WireMessage
  private let node: ONNXNode
  private let attributes: [WireMessage.Field]

  /// - Throws: `.malformedFile`.
  init(_ wire: WireMessage) throws(NetworkError) {
    self.wire = wire
    (node, attributes) = try wire.decode(without: NodeField.self)
    guard !node.opType.isEmpty else {
      throw wire.malformed("node \"\(node.name)\" without an operator", expected: "an ONNX file")
    }
  }

  /// As the file has it, or the name of the first output.
  var name: String {
    node.name.isEmpty ? node.output.first { !$0.isEmpty } ?? node.opType : node.name
  }

  /// With the domain, where it is not ONNX's own.
  var operation: String { isONNX ? node.opType : "\(node.domain).\(node.opType)" }

  /// Whether the operator is one of ONNX's own.
  var isONNX: Bool { OperatorDomain.isONNX(node.domain) }

  /// nil: an output that is left out.
  var outputs: [String?] { Self.names(node.output) }

  /// Names, the empty ones nil, without those at the end.
  private static func names(_ names: [String]) -> [String?] {
    let count = (names.lastIndex { !$0.isEmpty } ?? -1) + 1
    return names[..<count].map { $0.isEmpty ? nil : $0 }
  }

  /// Calls `visit` with the graphs that attributes are, the bodies of `If`, `Loop` and `Scan`.
  func forEachBody(
    _ visit: (WireMessage) throws(NetworkError) -> Void
  ) throws(NetworkError) {
    for field in attributes {
      let attribute = try wire.message(in: field)
      try attribute.forEachField { (field) throws(NetworkError) in
        switch AttributeField(rawValue: field.number) {
        case .graph, .graphs: try visit(attribute.message(in: field))
        case .tensor, nil: break
        }
      }
    }
  }

  /// What an operator is made of. Tensors whose types are not supported are noted in it.
  ///
  /// - Throws: `.malformedFile` and what reading of tensors throws.
  func reader(opset: Int, folder: String?) throws(NetworkError) -> NodeReader {
    var values: [String: NodeReader.Attribute] = [:]
    var rejected: [String] = []
    for field in attributes {
      let message = try wire.message(in: field)
      let (attribute, parts): (ONNXAttribute, _) = try message.decode(
        without: AttributeField.self)
      let tensor = try parts.last { $0.number == AttributeField.tensor.rawValue }.map {
        (field) throws(NetworkError) in
        try TensorMessage(message.message(in: field))
      }
      guard values[attribute.name] == nil else {
        throw wire.malformed(
          "two attributes \(attribute.name) of node \"\(name)\"", expected: "one")
      }
      if let tensor, tensor.element == nil {
        rejected.append("attribute \(attribute.name) with elements of type \(tensor.elementName)")
        continue
      }
      values[attribute.name] = try value(attribute, tensor?.tensor(folder: folder))
    }
    var reader = NodeReader(
      name: name, operation: operation, opset: opset, inputs: Self.names(node.input),
      outputCount: outputs.count, attributes: values)
    for detail in rejected { reader.reject(detail) }
    return reader
  }

  private func value(
    _ attribute: ONNXAttribute, _ tensor: NetworkTensor?
  ) throws(NetworkError) -> NodeReader.Attribute {
    switch (attribute.type, tensor) {
    case (1, _): .float(attribute.f)
    case (2, _): .integer(Int(attribute.i))
    case (3, _): .string(String(decoding: attribute.s, as: UTF8.self))
    case (4, let tensor?): .tensor(tensor)
    case (6, _): .floats(attribute.floats)
    case (7, _): .integers(attribute.ints.map { Int($0) })
    case (8, _): .strings(attribute.strings.map { String(decoding: $0, as: UTF8.self) })
    case (5, _), (9..., _): .other
    default:
      throw wire.malformed(
        "attribute \(attribute.name) of type \(attribute.type) of node \"\(name)\"",
        expected: "a value of its type")
    }
  }
}

/// The sets of operators that files name.
enum OperatorDomain {
  static func isONNX(_ domain: String) -> Bool { domain.isEmpty || domain == "ai.onnx" }
}

extension NodeReader {
  /// The value of a `Constant`; nil goes with a note of what is not supported.
  mutating func constant() -> NetworkTensor? {
    let tensor =
      tensor("value")
      ?? float("value_float").flatMap { try? NetworkTensor([$0], shape: []) }
      ?? integer("value_int").flatMap { try? NetworkTensor([Int64($0)], shape: []) }
      ?? floats("value_floats").flatMap { try? NetworkTensor($0, shape: [$0.count]) }
      ?? integers("value_ints").flatMap {
        try? NetworkTensor($0.map(Int64.init), shape: [$0.count])
      }
    rejectUnread()
    if tensor == nil, unsupported.isEmpty { reject("no value") }
    return tensor
  }
}
