/// Where a node says itself in operations of Core ML.
struct MLScope {
  let node: Graph.Node
  /// What is known of the node's inputs.
  let arguments: Arguments
  /// Of its outputs.
  let types: [TensorType]
  /// Those so far.
  private(set) var operations: [MLOperation] = []
  /// How the padding of a padded layer is written: `pad=[1, 2, 0, 0]`.
  var paddingWords: [String] = []
  private(set) var names: MLNames
  /// nil: left out.
  private let inputs: [MLValue?]
  /// Names of values made here begin with it.
  private let prefix: String

  init(
    _ node: Graph.Node, _ arguments: Arguments, _ types: [TensorType], inputs: [MLValue?],
    prefix: String, names: MLNames
  ) {
    (self.node, self.arguments, self.types, self.inputs) = (node, arguments, types, inputs)
    (self.prefix, self.names) = (prefix, names)
  }

  func hasInput(_ index: Int) -> Bool { index < inputs.count && inputs[index] != nil }

  /// - Throws: `.invalidValue` for an input that is left out.
  func input(_ index: Int = 0) throws(NetworkError) -> MLValue {
    guard index < inputs.count, let input = inputs[index] else {
      throw NetworkError(
        .invalidValue, argument: "input \(index)", received: "none", expected: "an input")
    }
    return input
  }

  /// The type that an output has in Core ML.
  func type(_ output: Int = 0) -> MLType { MLType(types[output]) }

  /// The node, or something of it, cannot be said.
  func unwritable(_ detail: String? = nil) -> NetworkError {
    NetworkError(unwritable: node, detail)
  }

  /// Adds an operation of several outputs.
  ///
  /// - Throws: `.unsupported` for tensors that Core ML does not have.
  mutating func add(
    _ type: String, _ arguments: KeyValuePairs<String, MLArgument>, _ types: [MLType]
  ) throws(NetworkError) -> [MLValue] {
    for type in types {
      guard type.rank <= MLType.mostAxes else { throw unwritable("a tensor of \(type.rank) axes") }
      guard !type.shape.contains(0) else { throw unwritable("an empty tensor") }
    }
    let outputs = types.map { MLValue(names.unique("\(prefix)_\(type)"), $0) }
    operations.append(MLOperation(type, arguments, outputs))
    return outputs
  }

  /// Adds an operation of one output.
  mutating func add(
    _ type: String, _ arguments: KeyValuePairs<String, MLArgument>, _ result: MLType
  ) throws(NetworkError) -> MLValue {
    try add(type, arguments, [result])[0]
  }

  /// A constant that is no input of the node.
  mutating func constant(_ tensor: NetworkTensor, _ name: String = "const") -> MLValue {
    MLValue(names.unique("\(prefix)_\(name)"), MLType(tensor.type), constant: tensor)
  }

  /// One number, of the elements that another value has.
  mutating func number(_ value: Float, like other: MLType) throws(NetworkError) -> MLValue {
    constant(
      other.element == .int32
        ? try NetworkTensor([Int32.converted(value)], shape: [1])
        : try NetworkTensor([value], shape: [1]))
  }

  /// Gives a value that an operation of the node computes another name; nil: it is none.
  mutating func rename(_ value: MLValue, to name: String) -> MLValue? {
    guard operations.contains(where: { $0.outputs.contains { $0.name == value.name } }) else {
      return nil
    }
    operations = operations.map { $0.renaming(value.name, to: name) }
    var renamed = value
    renamed.name = name
    return renamed
  }
}
