import ConvolutionFiles

extension Graph {
  /// The oldest version of ONNX's operators that is read.
  static let oldestOpset = 6

  /// Reads a network's file.
  ///
  /// - Throws: `.malformedFile`, also for files of weights beside it; `.unsupported` with everything that is not
  ///   supported; `.outOfMemory`.
  init(onnxFile file: FileBytes) throws(NetworkError) {
    let path = file.name
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    self = try file.withUnsafeBytes { (bytes) throws(NetworkError) in
      try Graph(onnx: bytes, name: path, folder: folder)
    }
  }

  /// Reads the bytes of a network's file.
  ///
  /// - Parameters:
  ///   - name: what errors call it.
  ///   - folder: where files of weights lie, with a slash at its end unless it is empty; nil: there are none.
  /// - Throws: as ``init(onnxFile:)``.
  init(
    onnx bytes: UnsafeRawBufferPointer, name: String, folder: String? = nil
  ) throws(NetworkError) {
    let file = WireMessage.FileName(name: name, size: bytes.count)
    let model = WireMessage(bytes: bytes, file: file)
    var reader = GraphReader(opset: try Self.opset(of: model), folder: folder)
    try model.forEachField { (field) throws(NetworkError) in
      switch ModelField(rawValue: field.number) {
      case .graph: try reader.readGraph(model.message(in: field))
      case .function:
        let function = try model.message(in: field)
        try function.forEachField { (field) throws(NetworkError) in
          if FunctionField(rawValue: field.number) == .node {
            try reader.readNode(function.message(in: field))
          }
        }
      case .operatorSet, nil: break
      }
    }
    try self.init(reader, file: name)
  }

  private static func opset(of model: WireMessage) throws(NetworkError) -> Int {
    var opset: Int?
    try model.forEachField { (field) throws(NetworkError) in
      guard ModelField(rawValue: field.number) == .operatorSet else { return }
      let set: ONNXOperatorSet = try model.message(in: field).decode()
      if OperatorDomain.isONNX(set.domain) { opset = Int(set.version) }
    }
    guard let opset else {
      throw model.malformed("no version of ONNX's operators", expected: "an ONNX file")
    }
    guard opset >= oldestOpset else {
      throw NetworkError(
        .unsupported, argument: model.file.name, received: "version \(opset) of ONNX's operators",
        expected: "version \(oldestOpset) or newer")
    }
    return opset
  }

  // MARK: Names to values

  /// - Throws: `.unsupported` with everything that the reader has noted; `.malformedFile` for names that are missing or
  ///   come twice.
  init(_ content: GraphReader, file: String) throws(NetworkError) {
    guard content.unsupported.isEmpty else {
      throw NetworkError(unsupported: content.unsupported, in: file)
    }
    self.init()
    var values: [String: ValueID] = [:]
    func malformed(_ received: String, _ expected: String) -> NetworkError {
      NetworkError(.malformedFile, argument: file, received: received, expected: expected)
    }
    func define(_ name: String, _ value: ValueID) throws(NetworkError) {
      guard values.updateValue(value, forKey: name) == nil, !name.isEmpty else {
        throw malformed("two values \"\(name)\"", "values with names of their own")
      }
    }
    func value(_ name: String, _ user: String) throws(NetworkError) -> ValueID {
      guard let value = values[name] else {
        throw malformed("value \"\(name)\" of \(user)", "one that something computes")
      }
      return value
    }

    for (name, tensor) in content.constants { try define(name, addConstant(name, tensor)) }
    let constantNames = Set(content.constants.map(\.name))
    // Older files list initializers among the inputs.
    for input in content.inputs where !constantNames.contains(input.name) {
      guard let element = input.element else {
        throw malformed("input \"\(input.name)\" of no type", "a type of its elements")
      }
      try define(input.name, addInput(input.name, element, input.shape))
    }
    guard let nodes = content.nodes.inOrder() else {
      throw malformed("nodes that need each other's outputs", "an order of all nodes")
    }
    for node in nodes {
      var inputs: [ValueID?] = []
      for (index, input) in node.inputs.enumerated() {
        switch input {
        case nil: inputs.append(nil)
        case .value(let name): try inputs.append(value(name, "node \"\(node.name)\""))
        case .constant(let tensor):
          inputs.append(addConstant("\(node.name) input \(index)", tensor))
        }
      }
      var outputs: [ValueID?] = []
      for name in node.outputs {
        outputs.append(name.map { addValue($0) })
        if let name, case let output?? = outputs.last { try define(name, output) }
      }
      append(Node(node.name, node.operation, inputs, outputs))
    }
    for output in content.outputs {
      guard !self.outputs.contains(where: { $0.name == output.name }) else {
        throw malformed("two outputs \"\(output.name)\"", "one")
      }
      try addOutput(
        output.name, value(output.name, "the outputs"), output.element, output.shape)
    }
  }
}
