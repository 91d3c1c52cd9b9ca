/// A network as nodes that compute values from values.
///
/// Nodes are in an order in which they can be computed. A value is an input of the network, a constant, or what one node
/// computes; types are known as far as shapes are.
struct Graph: Sendable {
  /// A value's number.
  struct ValueID: Hashable, Sendable {
    fileprivate(set) var index: Int
  }

  struct Value: Sendable {
    var name: String
    /// nil while shapes are not known.
    var type: TensorType?
    var constant: NetworkTensor?
    /// The position in ``Graph/nodes`` of the node that computes it.
    fileprivate(set) var producer: Int?
    /// How many inputs of nodes, and outputs of the network, it is.
    fileprivate(set) var uses = 0
  }

  struct Node: Sendable {
    /// As the file has it, or the name of its first output.
    var name: String
    var operation: any Operator
    /// nil: an optional input that is left out.
    var inputs: [ValueID?]
    /// nil: an output that nobody wants.
    var outputs: [ValueID?]

    init(_ name: String, _ operation: any Operator, _ inputs: [ValueID?], _ outputs: [ValueID?]) {
      self.name = name
      self.operation = operation
      self.inputs = inputs
      self.outputs = outputs
    }
  }

  struct Input: Sendable {
    let name: String
    let value: ValueID
    let element: ElementType
    /// nil: an extent that is not known; all of it nil: not even the number of axes is.
    let shape: [Int?]?
  }

  struct Output: Sendable {
    let name: String
    var value: ValueID
    /// What the file says of it, as of an ``Input``; nil: nothing.
    let element: ElementType?
    let shape: [Int?]?
  }

  private(set) var values: [Value] = []
  /// nil: a place that a node has left.
  private(set) var nodes: [Node?] = []
  private(set) var inputs: [Input] = []
  private(set) var outputs: [Output] = []
}

// MARK: - Reading

extension Graph {
  subscript(_ value: ValueID) -> Value { values[value.index] }

  var allValues: [ValueID] { values.indices.map(ValueID.init(index:)) }

  /// Bytes of all constants.
  var constantBytes: Int { values.reduce(0) { $0 + ($1.constant?.type.byteCount ?? 0) } }

  /// The node that computes a value; nil for inputs and constants.
  func producer(of value: ValueID) -> Node? {
    self[value].producer.flatMap { nodes[$0] }
  }

  /// The node that computes a value which nothing else uses than who asks.
  func onlyProducer(of value: ValueID?) -> Node? {
    guard let value, self[value].uses == 1 else { return nil }
    return producer(of: value)
  }

  func constant(_ value: ValueID?) -> NetworkTensor? { value.flatMap { self[$0].constant } }

  func type(_ value: ValueID?) -> TensorType? { value.flatMap { self[$0].type } }

  /// What is known of a node's inputs; nil while the type of one is not.
  func arguments(of node: Node) -> Arguments? {
    var arguments: [Argument?] = []
    for input in node.inputs {
      guard let input else {
        arguments.append(nil)
        continue
      }
      guard let type = self[input].type else { return nil }
      arguments.append(Argument(type: type, constant: self[input].constant))
    }
    return Arguments(arguments)
  }

  func isOutput(_ value: ValueID) -> Bool { outputs.contains { $0.value == value } }
}

// MARK: - Building

extension Graph {
  mutating func addValue(_ name: String, type: TensorType? = nil) -> ValueID {
    values.append(Value(name: name, type: type))
    return ValueID(index: values.count - 1)
  }

  mutating func addConstant(_ name: String, _ tensor: NetworkTensor) -> ValueID {
    values.append(Value(name: name, type: tensor.type, constant: tensor))
    return ValueID(index: values.count - 1)
  }

  mutating func addInput(_ name: String, _ element: ElementType, _ shape: [Int?]?) -> ValueID {
    let value = addValue(name)
    inputs.append(Input(name: name, value: value, element: element, shape: shape))
    return value
  }

  mutating func addOutput(
    _ name: String, _ value: ValueID, _ element: ElementType? = nil, _ shape: [Int?]? = nil
  ) {
    outputs.append(Output(name: name, value: value, element: element, shape: shape))
    values[value.index].uses += 1
  }

  mutating func setOutput(_ index: Int, _ value: ValueID) {
    values[outputs[index].value.index].uses -= 1
    values[value.index].uses += 1
    outputs[index].value = value
  }

  /// Adds a node behind all that are there.
  mutating func append(_ node: Node) {
    for case let input? in node.inputs { values[input.index].uses += 1 }
    place(node)
  }

  mutating func setType(_ type: TensorType, of value: ValueID) {
    values[value.index].type = type
  }

  /// Says what a value always is; whoever computed it is to be removed by the caller.
  mutating func setConstant(_ tensor: NetworkTensor, of value: ValueID) {
    values[value.index].constant = tensor
    values[value.index].type = tensor.type
    values[value.index].producer = nil
  }

  private mutating func place(_ node: Node) {
    for case let output? in node.outputs { values[output.index].producer = nodes.count }
    nodes.append(node)
  }
}

// MARK: - Changing

extension Graph {
  /// What takes the place of a node.
  struct Patch: Sendable {
    /// Of the rewrite, for people.
    let name: String
    /// In an order in which they can be computed. They compute the outputs of the node that they replace, or what these
    /// are substituted by.
    var nodes: [Node] = []
    /// Outputs of the node that are other values.
    var substitutions: [ValueID: ValueID] = [:]
  }

  /// Visits all nodes once, in order: `visit` sees the graph with all earlier nodes done, and may put others in a node's
  /// place, which are visited next. Nodes whose outputs nobody uses are dropped.
  mutating func sweep(
    _ visit: (inout Graph, Node) throws(NetworkError) -> Patch?
  ) throws(NetworkError) {
    var pending = Array(nodes.reversed())
    var substitutions: [ValueID: ValueID] = [:]
    nodes = []
    for index in values.indices { values[index].producer = nil }
    while let next = pending.popLast() {
      guard var node = next else { continue }
      for (index, input) in node.inputs.enumerated() {
        if let input, let other = substitutions[input] { node.inputs[index] = other }
      }
      guard node.outputs.contains(where: { $0.map { self[$0].uses > 0 } ?? false }) else {
        release(node)
        continue
      }
      guard let patch = try visit(&self, node) else {
        place(node)
        continue
      }
      for node in patch.nodes {
        for case let input? in node.inputs { values[input.index].uses += 1 }
      }
      for (value, other) in patch.substitutions {
        substitutions[value] = other
        values[other.index].uses += values[value.index].uses
        values[value.index].uses = 0
        for index in outputs.indices where outputs[index].value == value {
          outputs[index].value = other
        }
      }
      release(node)
      pending += patch.nodes.reversed().map(Optional.some)
    }
    compact()
  }

  /// A node is gone: so is every earlier one that only it used.
  private mutating func release(_ node: Node) {
    for case let input? in node.inputs {
      values[input.index].uses -= 1
      guard values[input.index].uses == 0 else { continue }
      // Nobody will ask for it, and its elements take memory.
      values[input.index].constant = nil
      guard let place = values[input.index].producer,
        let producer = nodes[place],
        producer.outputs.allSatisfy({ $0.map { values[$0.index].uses == 0 } ?? true })
      else { continue }
      nodes[place] = nil
      release(producer)
    }
  }

  /// Closes gaps.
  private mutating func compact() {
    let all = nodes
    nodes = []
    for case let node? in all { place(node) }
  }

  /// - Throws: what is wrong with the graph, which is a mistake of a rewrite.
  func check() throws(NetworkError) {
    var isKnown = values.map { $0.constant != nil }
    for input in inputs { isKnown[input.value.index] = true }
    var uses = values.map { _ in 0 }
    func fail(_ node: String, _ received: String) -> NetworkError {
      NetworkError(
        .invalidValue, argument: "graph at \"\(node)\"", received: received,
        expected: "nodes in order")
    }
    for case let node? in nodes {
      for case let input? in node.inputs {
        guard isKnown[input.index] else {
          throw fail(node.name, "value \"\(self[input].name)\" before it is computed")
        }
        uses[input.index] += 1
      }
      for case let output? in node.outputs {
        guard !isKnown[output.index] else {
          throw fail(node.name, "value \"\(self[output].name)\" computed twice")
        }
        isKnown[output.index] = true
      }
    }
    for output in outputs {
      guard isKnown[output.value.index] else {
        throw fail(output.name, "an output that nothing computes")
      }
      uses[output.value.index] += 1
    }
    if let index = uses.indices.first(where: { uses[$0] != values[$0].uses }) {
      throw fail(values[index].name, "\(values[index].uses) uses counted of \(uses[index])")
    }
  }
}
