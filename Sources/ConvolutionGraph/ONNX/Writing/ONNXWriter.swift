import Convolution
import SwiftProtobuf

/// A graph while it becomes nodes of ONNX: what operators say themselves with.
struct ONNXWriter {
  /// What is written.
  let graph: Graph
  /// The same with more types, for example shapes of inputs; number and kind of axes are taken from it, extents are not.
  private let example: Graph
  /// The same with the types that the table of paddings is for.
  private let table: Graph
  /// Of the operators to be used.
  let opset: Int

  private(set) var nodes: [ONNXNode] = []
  private(set) var initializers: [(name: String, tensor: NetworkTensor)] = []
  /// One a padded layer.
  private(set) var paddings: [WrittenPadding] = []
  private var names = ValueNames()
  private var written: Set<Graph.ValueID> = []
  /// What values are transpositions of.
  private var transpositions: [String: (source: String, permutation: [Int])] = [:]

  /// The one that is being written.
  private(set) var node: Graph.Node
  /// Where its nodes begin.
  private var first = 0
  /// What has been put around its input, for people: `Pad reflect`.
  private var borders: [String] = []

  /// - Throws: as ``Graph/forEachNode(writing:_:)``.
  init(
    _ graph: Graph, example: Graph, table: Graph, opset: Int, file: String
  ) throws(NetworkError) {
    self.graph = graph
    self.example = example
    self.table = table
    self.opset = opset
    node = Graph.Node("", CopyOperator(), [], [])
    for input in graph.inputs { names.set(input.name, of: input.value) }
    for output in graph.outputs { names.reserve(output.name) }
    for output in graph.outputs where isComputed(output.value) {
      names.set(output.name, of: output.value, isReserved: true)
    }
    try graph.forEachNode(writing: file) { (node) throws(NetworkError) in try write(node) }
    for output in graph.outputs where names[output.value] != output.name {
      let value = name(of: output.value)
      nodes.append(Self.node("Identity", output.name, [value], [output.name], []))
    }
    removeUnused()
    nameApart()
  }

  private func isComputed(_ value: Graph.ValueID) -> Bool { graph.producer(of: value) != nil }

  private mutating func write(_ node: Graph.Node) throws(NetworkError) {
    self.node = node
    first = nodes.count
    borders = []
    guard let operation = node.operation as? any ONNXWriting else {
      throw NetworkError(unwritable: node, nil)
    }
    try operation.write(to: &self)
  }

  /// Values that nothing needs are not computed.
  private mutating func removeUnused() {
    var used = Set(graph.outputs.map(\.name))
    var kept: [ONNXNode] = []
    for node in nodes.reversed() where node.output.contains(where: used.contains) {
      used.formUnion(node.input)
      kept.append(node)
    }
    nodes = kept.reversed()
    initializers.removeAll { !used.contains($0.name) }
  }

  /// One name a node: onnxruntime refuses a file with two of a name, which a network may have.
  private mutating func nameApart() {
    var names = ValueNames()
    for index in nodes.indices where !nodes[index].name.isEmpty {
      nodes[index].name = names.unique(nodes[index].name)
    }
  }
}

// MARK: - The node's inputs

extension ONNXWriter {
  func hasInput(_ index: Int) -> Bool { index < node.inputs.count && node.inputs[index] != nil }

  /// The name of an input; nil: it is left out.
  mutating func optionalInput(_ index: Int) -> String? {
    hasInput(index) ? name(of: node.inputs[index]!) : nil
  }

  /// - Throws: `.invalidValue` for one that is left out.
  mutating func input(_ index: Int) throws(NetworkError) -> String {
    guard let name = optionalInput(index) else {
      throw NetworkError(
        .invalidValue, argument: "inputs", received: "no input \(index)", expected: "one")
    }
    return name
  }

  /// All of them; nil: left out.
  mutating func inputs() -> [String?] { node.inputs.indices.map { optionalInput($0) } }

  /// What an input always is; nil where that is not known, or it is left out.
  func constant(_ index: Int) -> NetworkTensor? {
    hasInput(index) ? graph.constant(node.inputs[index]) : nil
  }

  /// An input's extents, in every run; nil where they are not known.
  func shape(_ index: Int) -> [Int]? {
    hasInput(index) ? graph.type(node.inputs[index])?.shape : nil
  }

  /// What an input's elements are; nil where that is not known.
  func element(_ index: Int) -> ElementType? {
    guard hasInput(index) else { return nil }
    return (graph.type(node.inputs[index]) ?? example.type(node.inputs[index]))?.element
  }

  func knownRank(_ index: Int) -> Int? {
    guard hasInput(index) else { return nil }
    return (graph.type(node.inputs[index]) ?? example.type(node.inputs[index]))?.shape.count
  }

  /// The number of an input's axes.
  ///
  /// - Throws: `.unsupported` where it is not known.
  func rank(_ index: Int) throws(NetworkError) -> Int {
    guard let rank = knownRank(index) else {
      throw reject(
        "of an input with an unknown number of axes: shapes of the network's inputs are needed")
    }
    return rank
  }

  /// An output's extents, in every run; nil where they are not known.
  func outputShape(_ index: Int) -> [Int]? {
    index < node.outputs.count ? graph.type(node.outputs[index])?.shape : nil
  }

  func isWanted(_ index: Int) -> Bool {
    index < node.outputs.count && node.outputs[index].map { graph[$0].uses > 0 } ?? false
  }

  /// The inputs as they are known in every run; nil where the type of one is not.
  var arguments: Arguments? { graph.arguments(of: node) }

  private mutating func name(of value: Graph.ValueID) -> String {
    let name = names.name(of: value, preferring: graph[value].name)
    if let constant = graph.constant(value), written.insert(value).inserted {
      initializers.append((name, constant))
    }
    return name
  }
}

// MARK: - What cannot be said

extension ONNXWriter {
  /// The error that something of the node cannot be said.
  func reject(_ detail: String) -> NetworkError { NetworkError(unwritable: node, detail) }

  /// - Throws: `.unsupported` where the version is older than one that has something.
  func require(opset least: Int, for detail: String? = nil) throws(NetworkError) {
    guard opset < least else { return }
    throw reject((detail.map { "\($0), " } ?? "") + "which needs opset \(least) or newer")
  }
}

// MARK: - Nodes

extension ONNXWriter {
  typealias Attribute = NodeReader.Attribute

  /// Adds a node and returns its output's name.
  mutating func add(
    _ operation: String, _ inputs: [String?], _ attributes: KeyValuePairs<String, Attribute?> = [:]
  ) -> String {
    add(operation, inputs, attributes, outputs: 1)[0]
  }

  /// Adds a node and returns its outputs' names.
  mutating func add(
    _ operation: String, _ inputs: [String?],
    _ attributes: KeyValuePairs<String, Attribute?> = [:], outputs: Int
  ) -> [String] {
    let outputs = (0..<outputs).map { _ in names.unique("\(node.name)/\(operation)") }
    nodes.append(
      Self.node(
        operation, outputs[0], inputs, outputs,
        attributes.compactMap { key, value in value.map { ONNXAttribute(key, $0) } }))
    return outputs
  }

  private static func node(
    _ operation: String, _ name: String, _ inputs: [String?], _ outputs: [String],
    _ attributes: [ONNXAttribute]
  ) -> ONNXNode {
    let count = (inputs.lastIndex { $0 != nil } ?? -1) + 1
    return .with {
      $0.opType = operation
      $0.name = name
      $0.input = inputs[..<count].map { $0 ?? "" }
      $0.output = outputs
      $0.attribute = attributes
    }
  }

  /// Says which value an output of the node is.
  mutating func setOutput(_ index: Int = 0, _ value: String) {
    guard isWanted(index), let output = node.outputs[index] else { return }
    let name = names.name(of: output, preferring: graph[output].name)
    guard let place = nodes[first...].lastIndex(where: { $0.output.contains(value) }) else {
      nodes.append(Self.node("Identity", node.name, [value], [name], []))
      return
    }
    for index in first..<nodes.count {
      nodes[index].output = nodes[index].output.map { $0 == value ? name : $0 }
      nodes[index].input = nodes[index].input.map { $0 == value ? name : $0 }
    }
    if index == 0 { nodes[place].name = node.name }
    transpositions[name] = transpositions.removeValue(forKey: value)
  }

  /// The whole node, where it is one of ONNX's: with its inputs, and as many outputs as are wanted.
  mutating func write(
    _ operation: String, _ attributes: KeyValuePairs<String, Attribute?> = [:]
  ) {
    let outputs = add(operation, inputs(), attributes, outputs: max(node.outputs.count, 1))
    for (index, output) in outputs.enumerated() { setOutput(index, output) }
    for index in nodes[first...].indices {
      nodes[index].output = nodes[index].output.enumerated().map { place, name in
        outputs.contains(name) && !isWanted(place) ? "" : name
      }
      while nodes[index].output.last == "" { nodes[index].output.removeLast() }
    }
  }

  /// Adds a transposition, or where its input is one that it takes back, returns what that is of.
  mutating func transpose(_ x: String, _ permutation: [Int]) -> String {
    if permutation.isIdentityPermutation { return x }
    if let (source, before) = transpositions[x], before.inversePermutation == permutation {
      return source
    }
    let y = add("Transpose", [x], ["perm": .integers(permutation)])
    transpositions[y] = (x, permutation)
    return y
  }

  /// How the node's padding is written, for the table: what has been put around its input, and words of the node itself.
  mutating func notePadding(_ text: String) throws(NetworkError) {
    guard let layer = try table.paddedLayer(node) else { return }
    paddings.append(layer.written((borders + [text]).joined(separator: ", ")))
  }

  mutating func noteBorder(_ words: String) {
    if borders.last != words { borders.append(words) }
  }
}

// MARK: - Constants

extension ONNXWriter {
  mutating func constant(_ tensor: NetworkTensor, _ name: String) -> String {
    let name = names.unique("\(node.name)/\(name)")
    initializers.append((name, tensor))
    return name
  }

  /// A vector of 64-bit integers.
  mutating func integers(_ values: [Int], _ name: String) throws(NetworkError) -> String {
    constant(try NetworkTensor(values.map(Int64.init), shape: [values.count]), name)
  }

  /// An integer of 64 bits, of no axes.
  mutating func integer(_ value: Int, _ name: String = "number") throws(NetworkError) -> String {
    constant(try NetworkTensor([Int64(value)], shape: []), name)
  }

  /// A number of no axes, of a type of elements.
  mutating func number(
    _ value: Float, _ element: ElementType = .float32, _ name: String = "number"
  ) throws(NetworkError) -> String {
    let tensor =
      switch element {
      case .float32: try NetworkTensor([value], shape: [])
      case .int64: try NetworkTensor([Int64.converted(value)], shape: [])
      case .int32: try NetworkTensor([Int32.converted(value)], shape: [])
      case .uint8: try NetworkTensor([UInt8.converted(value)], shape: [])
      case .bool: try NetworkTensor([value != 0], shape: [])
      }
    return constant(tensor, name)
  }
}
