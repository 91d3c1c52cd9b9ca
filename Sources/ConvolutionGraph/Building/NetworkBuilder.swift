import Convolution
import ConvolutionFiles

/// A network that is said in Swift, a node after the other, in the operators of ONNX.
///
///     var builder = NetworkBuilder(weights: try TensorFile(contentsOf: "model.safetensors"))
///     let x = builder.input("x", shape: [nil, 3, nil, nil])
///     let conv = builder.add(
///       "Conv", [x, builder.weight("conv.weight"), builder.weight("conv.bias")],
///       ["pads": [1, 1, 1, 1]])
///     builder.output("y", builder.add("Relu", [conv]))
///     let network = try Network(builder)
///
/// Mistakes are noted, and told when the network is made: everything that is not supported at once.
public struct NetworkBuilder: Sendable {
  /// Something that a network computes, is given or holds.
  public struct Value: Sendable {
    let name: String
    let owner: Owner
  }

  /// Tells the values of builders from each other.
  final class Owner: Sendable {}

  /// Where ``weight(_:)`` looks.
  private let weights: TensorFile?
  private let owner = Owner()
  private var graph: GraphReader
  /// All names of values.
  private var names: Set<String> = []
  /// Weights that have been asked for, by their names in the file.
  private var read: [String: Value] = [:]
  /// What the network cannot be made for.
  private var mistake: NetworkError?

  /// - Parameters:
  ///   - opset: the version of ONNX's operators that nodes are said in.
  ///   - weights: a file with the tensors that ``weight(_:)`` names.
  public init(opset: Int = 21, weights: TensorFile? = nil) {
    self.weights = weights
    graph = GraphReader(opset: opset, folder: nil)
  }

  /// Something that is given in every run.
  ///
  /// - Parameters:
  ///   - name: what runs call it.
  ///   - element: of its elements.
  ///   - shape: outermost first; nil: an extent that plans may choose.
  public mutating func input(
    _ name: String, _ element: ElementType = .float32, shape: [Int?]
  ) -> Value {
    if !names.insert(name).inserted { note(name, "a second value of that name", "one") }
    if let extent = shape.lazy.compactMap({ $0 }).first(where: { $0 < 0 }) {
      note(name, "an extent of \(extent)", "0 or more")
    }
    graph.appendInput(name, element, shape)
    return Value(name: name, owner: owner)
  }

  /// A tensor that is the same in every run.
  public mutating func constant(_ tensor: NetworkTensor) -> Value {
    let name = unique("constant")
    graph.appendConstant(name, tensor)
    return Value(name: name, owner: owner)
  }

  /// A tensor of the file of weights. Numbers of types that networks do not have become 32-bit floats.
  public mutating func weight(_ name: String) -> Value {
    if let value = read[name] { return value }
    let value = Value(name: unique(name), owner: owner)
    read[name] = value
    guard let weights else {
      note(name, "a builder without a file of weights", "one: NetworkBuilder(weights:)")
      return value
    }
    do throws(NetworkError) {
      let stored = try asNetworkError { () throws(ConvolutionError) in
        try weights.stored(named: name)
      }
      graph.appendConstant(value.name, try NetworkTensor(stored))
    } catch { note(error) }
    return value
  }

  /// Adds a node and returns what it computes.
  ///
  /// - Parameters:
  ///   - operation: ONNX's name of the operator: `Conv`.
  ///   - inputs: nil: an optional one that is left out.
  ///   - attributes: by ONNX's names; those that are left out are what ONNX says.
  ///   - name: the node's, for profiles and errors; nil: one of the operator and a number.
  public mutating func add(
    _ operation: String, _ inputs: [Value?], _ attributes: [String: Attribute] = [:],
    name: String? = nil
  ) -> Value {
    add(operation, inputs, attributes, outputs: 1, name: name)[0]
  }

  /// The same with as many outputs as are said.
  public mutating func add(
    _ operation: String, _ inputs: [Value?], _ attributes: [String: Attribute] = [:],
    outputs: Int, name: String? = nil
  ) -> [Value] {
    let node = unique(name ?? operation)
    for case let input? in inputs where input.owner !== owner {
      note(node, "input \"\(input.name)\" of another builder", "values of this one")
    }
    let results = (0..<max(0, outputs)).map { $0 == 0 ? node : unique("\(node) output \($0)") }
    graph.appendNode(
      NodeReader(
        name: node, operation: operation, opset: graph.opset, inputs: inputs.map { $0?.name },
        outputCount: results.count, attributes: attributes.mapValues(\.value)),
      outputs: results)
    return results.map { Value(name: $0, owner: owner) }
  }

  /// Says that the network gives a value, under a name.
  public mutating func output(_ name: String, _ value: Value) {
    if value.owner !== owner {
      note(name, "value \"\(value.name)\" of another builder", "one of this one")
    }
    if value.name != name {
      if !names.insert(name).inserted { note(name, "a second value of that name", "one") }
      graph.appendNode(
        NodeReader(
          name: name, operation: "Identity", opset: graph.opset, inputs: [value.name],
          outputCount: 1, attributes: [:]), outputs: [name])
    }
    graph.appendOutput(name)
  }

  /// What has been said.
  ///
  /// - Throws: as ``Network/init(_:)``.
  func finished() throws(NetworkError) -> Graph {
    if let mistake { throw mistake }
    guard graph.opset >= Graph.oldestOpset else {
      throw NetworkError(
        .invalidValue, argument: "opset", received: "\(graph.opset)",
        expected: "\(Graph.oldestOpset) or newer")
    }
    return try Graph(graph, file: "network")
  }

  private mutating func unique(_ name: String) -> String {
    var candidate = name
    var count = 1
    while !names.insert(candidate).inserted {
      count += 1
      candidate = "\(name) \(count)"
    }
    return candidate
  }

  /// The first mistake is the one to be told.
  private mutating func note(_ argument: String, _ received: String, _ expected: String) {
    note(
      NetworkError(.invalidValue, argument: argument, received: received, expected: expected))
  }

  private mutating func note(_ error: NetworkError) { mistake = mistake ?? error }
}

extension Network {
  /// Makes a network of what a builder has been told.
  ///
  /// - Throws: `.unsupported` with everything that is not supported; `.invalidValue` and `.malformedFile` for names that
  ///   are missing or come twice, and for weights that are not in their file; `.outOfMemory`.
  public convenience init(_ builder: NetworkBuilder) throws(NetworkError) {
    try self.init(builder.finished())
  }
}
