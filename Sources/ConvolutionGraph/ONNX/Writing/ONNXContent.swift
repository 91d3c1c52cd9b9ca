/// A network in ONNX's operators, before it becomes a file: of ONNX, or of Swift.
struct ONNXContent {
  /// The version of the operators.
  let opset: Int
  let nodes: [ONNXNode]
  let inputs: [ONNXValueInfo]
  let outputs: [ONNXValueInfo]
  let constants: [(name: String, tensor: NetworkTensor)]
  /// One a padded layer.
  let paddings: [WrittenPadding]

  /// - Throws: as ``Network/onnx(inputs:opset:dynamic:)``.
  init(
    _ network: Network, inputs shapes: [String: [Int]], opset: Int, dynamic isDynamic: Bool
  ) throws(NetworkError) {
    guard ONNXVersion.opsets.contains(opset) else {
      throw NetworkError(
        .invalidValue, argument: "opset", received: "\(opset)",
        expected: "\(ONNXVersion.opsets.lowerBound) to \(ONNXVersion.opsets.upperBound)")
    }
    let source = network.source
    let graph = isDynamic ? try source.simplified() : try source.resolved(inputs: shapes)
    var (example, table) = (graph, graph)
    if isDynamic {
      if !shapes.isEmpty { table = try source.resolved(inputs: shapes) }
      example = shapes.isEmpty ? source.anyExample() ?? graph : table
    }
    let writer = try ONNXWriter(
      graph, example: example, table: table, opset: opset, file: "ONNX of opset \(opset)")
    self.opset = opset
    (nodes, constants, paddings) = (writer.nodes, writer.initializers, writer.paddings)
    inputs = try graph.inputs.map { (input) throws(NetworkError) in
      let axes = example.type(input.value)?.shape.map { _ in Int?.none }
      guard let shape = graph.type(input.value)?.shape ?? input.shape ?? axes else {
        throw Self.unknownShape(input.name, "input")
      }
      return ONNXValueInfo(input.name, input.element, shape)
    }
    outputs = try graph.outputs.map { (output) throws(NetworkError) in
      if let type = graph.type(output.value) {
        return ONNXValueInfo(output.name, type.element, type.shape)
      }
      let type = example.type(output.value)
      guard let element = output.element ?? type?.element,
        let shape = output.shape ?? type?.shape.map({ _ in nil })
      else { throw Self.unknownShape(output.name, "output") }
      return ONNXValueInfo(output.name, element, shape)
    }
  }

  private static func unknownShape(_ name: String, _ kind: String) -> NetworkError {
    NetworkError(
      unwritable: [
        .init(
          node: name, operation: kind,
          detail: "an unknown number of axes: shapes of the network's inputs are needed")
      ], in: "ONNX")
  }
}

extension Graph {
  /// The graph for some input shapes that it takes, from which the numbers of axes are seen; nil: none was found.
  fileprivate func anyExample() -> Graph? {
    for extent in [64, 224, 256, 512, 32, 48] {
      var shapes: [String: [Int]] = [:]
      for input in inputs {
        guard let shape = input.shape else { return nil }
        shapes[input.name] = shape.enumerated().map { axis, known in
          known ?? (axis == 0 ? 1 : extent)
        }
      }
      if let graph = try? resolved(inputs: shapes) { return graph }
    }
    return nil
  }
}
