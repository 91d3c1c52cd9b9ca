import Convolution

extension Network {
  /// The network as an ONNX file.
  ///
  ///     try network.onnx(inputs: ["x": [1, 3, 224, 224]]).write(toFile: "model.onnx")
  ///
  /// Paddings are written as the numbers that they come to for the input shapes. With `isDynamic` shapes stay open as the
  /// network has them: an `auto_pad` is written where ONNX and onnxruntime agree on it for every shape, and else nodes that
  /// work the amounts out in a run.
  /// - Parameters:
  ///   - shapes: of the inputs, by name. One whose shape the network says in full may be left out; with `isDynamic` all
  ///     may, and tell no more than what the table of paddings and the number of axes are.
  ///   - opset: the version of ONNX's operators, 7 to 28. What an older one does not have is written in others.
  ///   - isDynamic: whether shapes stay open.
  /// - Throws: `.invalidValue` for another opset; `.unsupported` with everything that the version cannot say; as
  ///   ``plan(inputs:with:layout:)``.
  public func onnx(
    inputs shapes: [String: [Int]] = [:], opset: Int = 13, dynamic isDynamic: Bool = false
  ) throws(NetworkError) -> ONNXFile {
    guard ONNXVersion.opsets.contains(opset) else {
      throw NetworkError(
        .invalidValue, argument: "opset", received: "\(opset)",
        expected: "\(ONNXVersion.opsets.lowerBound) to \(ONNXVersion.opsets.upperBound)")
    }
    let graph = isDynamic ? try source.simplified() : try source.resolved(inputs: shapes)
    var (example, table) = (graph, graph)
    if isDynamic {
      if !shapes.isEmpty { table = try source.resolved(inputs: shapes) }
      example = shapes.isEmpty ? source.anyExample() ?? graph : table
    }
    let writer = try ONNXWriter(
      graph, example: example, table: table, opset: opset, file: "ONNX of opset \(opset)")
    return try ONNXFile(writer, graph, example: example)
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

extension ONNXFile {
  /// - Throws: `.unsupported` for an output of which nobody knows how many axes it has.
  fileprivate init(
    _ writer: ONNXWriter, _ graph: Graph, example: Graph
  ) throws(NetworkError) {
    let model = ONNXModel.with {
      $0.irVersion = Int64(ONNXVersion.format(ofOpset: writer.opset))
      $0.producerName = "swift-convolution"
      $0.opsetImport = [.with { $0.version = Int64(writer.opset) }]
    }
    var message = ONNXGraph()
    message.name = "network"
    message.node = writer.nodes
    message.input = try graph.inputs.map { (input) throws(NetworkError) in
      let axes = example.type(input.value)?.shape.map { _ in Int?.none }
      guard let shape = graph.type(input.value)?.shape ?? input.shape ?? axes else {
        throw Self.unknownShape(input.name, "input")
      }
      return ONNXValueInfo(input.name, input.element, shape)
    }
    message.output = try graph.outputs.map { (output) throws(NetworkError) in
      if let type = graph.type(output.value) {
        return ONNXValueInfo(output.name, type.element, type.shape)
      }
      let type = example.type(output.value)
      guard let element = output.element ?? type?.element,
        let shape = output.shape ?? type?.shape.map({ _ in nil })
      else { throw Self.unknownShape(output.name, "output") }
      return ONNXValueInfo(output.name, element, shape)
    }
    self.init(
      model: model, graph: message, weights: writer.initializers, paddings: writer.paddings)
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
