/// The content of a file's graph while it is read: nodes by the names of their values.
struct GraphReader {
  /// Of the operators that the file asks for.
  let opset: Int
  /// Where files of weights lie; nil: nowhere.
  let folder: String?
  /// In how many graphs this one lies.
  private let depth: Int

  private(set) var nodes: [Node] = []
  private(set) var constants: [(name: String, tensor: NetworkTensor)] = []
  private(set) var inputs: [Declaration] = []
  private(set) var outputs: [Declaration] = []
  private var unsupportedNodes: [NetworkError.Unsupported] = []
  /// Values that nobody computes: outputs that their operators do not have here.
  private var removedOutputs: [(name: String, unsupported: NetworkError.Unsupported)] = []

  struct Node {
    let name: String
    let operation: any Operator
    let inputs: [NodeReader.Input?]
    let outputs: [String?]
  }

  /// What a file says of an input or output of its graph.
  struct Declaration {
    let name: String
    /// nil: not said.
    let element: ElementType?
    let shape: [Int?]?
  }

  init(opset: Int, folder: String?, depth: Int = 0) {
    self.opset = opset
    self.folder = folder
    self.depth = depth
  }

  /// Graphs that lie in each other: no more than these.
  private static let depthLimit = 32

  /// Everything that is not supported: nodes in the file's order, then values that are used and that nobody computes.
  var unsupported: [NetworkError.Unsupported] {
    guard !removedOutputs.isEmpty else { return unsupportedNodes }
    var used = Set(outputs.map(\.name))
    for node in nodes {
      for case .value(let name)? in node.inputs { used.insert(name) }
    }
    return unsupportedNodes + removedOutputs.filter { used.contains($0.name) }.map(\.unsupported)
  }

  /// Reads a graph, behind what has been read.
  ///
  /// - Throws: `.malformedFile` and the like; what is not supported is noted.
  mutating func readGraph(_ graph: WireMessage) throws(NetworkError) {
    guard depth < Self.depthLimit else {
      throw graph.malformed(
        "more than \(Self.depthLimit) graphs in each other", expected: "fewer")
    }
    try graph.forEachField { (field) throws(NetworkError) in
      switch GraphField(rawValue: field.number) {
      case .node: try readNode(graph.message(in: field))
      case .initializer: try readInitializer(graph.message(in: field))
      case .input: try inputs.append(declaration(graph.message(in: field), "input"))
      case .output: try outputs.append(declaration(graph.message(in: field), "output"))
      case .sparseInitializer: try readSparse(graph.message(in: field))
      case nil: break
      }
    }
  }

  /// - Throws: as ``readGraph(_:)``.
  mutating func readNode(_ wire: WireMessage) throws(NetworkError) {
    let message = try NodeMessage(wire)
    if message.isONNX, message.operation == "Constant" {
      var reader = try message.reader(opset: opset, folder: folder)
      if let tensor = reader.constant(), case let name?? = message.outputs.first {
        constants.append((name, tensor))
      }
      unsupportedNodes += reader.unsupported
    } else if message.isONNX, let make = operatorTable[message.operation] {
      var reader = try message.reader(opset: opset, folder: folder)
      append(make(&reader), &reader, outputs: message.outputs)
    } else {
      note(message.name, message.operation, nil)
    }
    try message.forEachBody { (body) throws(NetworkError) in
      var reader = GraphReader(opset: opset, folder: folder, depth: depth + 1)
      try reader.readGraph(body)
      unsupportedNodes += reader.unsupported
    }
  }

  /// Adds a node.
  ///
  /// - Parameter outputs: names of its values; nil: one that nobody wants.
  mutating func appendNode(_ reader: NodeReader, outputs: [String?]) {
    guard let make = operatorTable[reader.operation] else {
      return note(reader.name, reader.operation, nil)
    }
    var reader = reader
    append(make(&reader), &reader, outputs: outputs)
  }

  /// - Parameter operation: what has been made of the reader.
  private mutating func append(
    _ operation: (any Operator)?, _ reader: inout NodeReader, outputs: [String?]
  ) {
    reader.rejectUnread()
    unsupportedNodes += reader.unsupported
    guard let operation else { return }
    nodes.append(
      Node(
        name: reader.name, operation: operation, inputs: reader.inputs,
        outputs: Array(outputs.prefix(reader.outputCount))))
    for case let output? in outputs.dropFirst(reader.outputCount) {
      let unsupported = NetworkError.Unsupported(
        node: reader.name, operation: reader.operation, detail: "output \"\(output)\"")
      removedOutputs.append((output, unsupported))
    }
  }

  mutating func appendConstant(_ name: String, _ tensor: NetworkTensor) {
    constants.append((name, tensor))
  }

  mutating func appendInput(_ name: String, _ element: ElementType, _ shape: [Int?]) {
    inputs.append(Declaration(name: name, element: element, shape: shape))
  }

  mutating func appendOutput(_ name: String) {
    outputs.append(Declaration(name: name, element: nil, shape: nil))
  }

  private mutating func readInitializer(_ wire: WireMessage) throws(NetworkError) {
    let message = try TensorMessage(wire)
    if let tensor = try message.tensor(folder: folder) {
      constants.append((message.name, tensor))
    } else {
      unsupportedNodes.append(message.unsupported)
    }
  }

  private mutating func readSparse(_ wire: WireMessage) throws(NetworkError) {
    try wire.forEachField { (field) throws(NetworkError) in
      guard SparseTensorField(rawValue: field.number) == .values else { return }
      let values = try TensorMessage(wire.message(in: field))
      note(values.name, "initializer", "a sparse tensor")
    }
  }

  private mutating func declaration(
    _ wire: WireMessage, _ kind: String
  ) throws(NetworkError) -> Declaration {
    let value: ONNXValueInfo = try wire.decode()
    let type = value.type.tensorType
    let element = ElementType(onnx: Int(type.elemType))
    if value.hasType, !value.type.hasTensorType {
      note(value.name, kind, "something else than a tensor")
    } else if element == nil, type.elemType != 0 {
      note(value.name, kind, "elements of type \(ElementType.onnxName(Int(type.elemType)))")
    }
    let shape = type.shape.dim.map { dimension -> Int? in
      guard case .dimValue(let extent) = dimension.value, extent >= 0 else { return nil }
      return Int(extent)
    }
    return Declaration(name: value.name, element: element, shape: type.hasShape ? shape : nil)
  }

  private mutating func note(_ name: String, _ operation: String, _ detail: String?) {
    unsupportedNodes.append(.init(node: name, operation: operation, detail: detail))
  }
}
