import Convolution

/// A network on inputs of given shapes in operations of Core ML, before it is written in one of its formats.
struct MLProgram {
  /// With the names that they have in Core ML, which are those of the network as far as Core ML takes them.
  private(set) var inputs: [MLValue] = []
  private(set) var outputs: [MLValue] = []
  private(set) var operations: [MLOperation] = []
  /// A row for each padded layer.
  private(set) var paddings: [WrittenPadding] = []

  /// All that values have.
  private(set) var names = MLNames()
  private var values: [Graph.ValueID: MLValue] = [:]
  /// Names of the network's outputs, which the values that are computed for them get.
  private var outputNames: [Graph.ValueID: String] = [:]

  /// - Parameter graph: resolved for the shapes of its inputs.
  /// - Throws: `.unsupported` with everything that Core ML cannot say.
  init(_ graph: Graph) throws(NetworkError) {
    for input in graph.inputs { try add(input, graph[input.value].type!) }
    let outputNames = graph.outputs.map { names.unique($0.name) }
    for (output, name) in zip(graph.outputs, outputNames).reversed()
    where graph.type(output.value)?.element != .bool {
      self.outputNames[output.value] = name
    }
    try graph.forEachNode(writing: "Core ML model") { (node) throws(NetworkError) in
      try add(node, of: graph)
    }
    for (output, name) in zip(graph.outputs, outputNames) {
      addOutput(name, value(output.value, of: graph))
    }
  }

  /// Truth values come in as integers, as models have no others.
  private mutating func add(_ input: Graph.Input, _ type: TensorType) throws(NetworkError) {
    guard type.shape.count <= MLType.mostAxes, type.count > 0 else {
      throw NetworkError(
        .shapeMismatch, argument: input.name, received: "\(type)",
        expected: "elements, along at most \(MLType.mostAxes) axes")
    }
    let inside = MLType(type)
    let name = names.unique(input.name)
    guard inside.element == .bool else {
      inputs.append(MLValue(name, inside))
      values[input.value] = inputs.last
      return
    }
    let integers = MLValue(name, MLType(.int32, inside.shape))
    let bools = MLValue(names.unique("\(name)_bool"), inside)
    operations.append(MLOperation("cast", ["x": .value(integers), "dtype": "bool"], [bools]))
    inputs.append(integers)
    values[input.value] = bools
  }

  private mutating func add(_ node: Graph.Node, of graph: Graph) throws(NetworkError) {
    let inputs = node.inputs.map { $0.map { value($0, of: graph) } }
    let outputs = node.outputs.map { output in
      output.map { outputNames[$0] ?? names.unique(graph[$0].name) }
    }
    // What cannot be said has values all the same, so that what reads them can be looked at.
    for case (let output?, let name?) in zip(node.outputs, outputs) {
      values[output] = MLValue(name, MLType(graph[output].type!))
    }
    var scope = MLScope(
      node, graph.arguments(of: node)!,
      try node.operation.outputTypes(for: graph.arguments(of: node)!),
      inputs: inputs, prefix: outputs.lazy.compactMap(\.self).first ?? node.name, names: names)
    let results = try node.operation.writeCoreML(&scope)
    for (index, result) in results.enumerated() where index < outputs.count {
      guard let output = node.outputs[index], let name = outputs[index] else { continue }
      values[output] = scope.rename(result, to: name) ?? result
    }
    names = scope.names
    operations += scope.operations
    if let padded = try graph.paddedLayer(node) {
      paddings.append(padded.written(scope.paddingWords.joined(separator: ", ")))
    }
  }

  private mutating func value(_ value: Graph.ValueID, of graph: Graph) -> MLValue {
    if let known = values[value] { return known }
    let constant = graph[value].constant!
    let new = MLValue(names.unique(graph[value].name), MLType(constant.type), constant: constant)
    values[value] = new
    return new
  }

  /// Truth values go out as integers. What is no result of an operation, or is an output already, is copied.
  private mutating func addOutput(_ name: String, _ value: MLValue) {
    let isBool = value.type.element == .bool
    let output = MLValue(name, MLType(isBool ? .int32 : value.type.element, value.shape))
    if isBool {
      operations.append(MLOperation("cast", ["x": .value(value), "dtype": "int32"], [output]))
    } else if value.name != name {
      operations.append(MLOperation("identity", ["x": .value(value)], [output]))
    }
    outputs.append(output)
  }
}
