/// A graph while it is made of a configuration.
final class KerasGraph {
  private(set) var graph = Graph()
  let weights: KerasWeights
  /// The version of Keras that wrote the file, without what is behind its first point.
  let version: Int
  /// What errors call the configuration.
  let file: String
  private var unsupported: [NetworkError.Unsupported] = []
  /// Constants that several calls of a layer share.
  private var constants: [String: Graph.ValueID] = [:]
  /// The same tensor with its axes in the other order, where that has been asked for.
  private var turned: [Graph.ValueID: Graph.ValueID] = [:]
  private var nodeNames: Set<String> = []
  /// What the last node of a name was numbered.
  private var numbers: [String: Int] = [:]
  private var applications = 0

  /// A model in a model, applied twice, has another one in it, applied twice...
  private static let mostApplications = 1 << 14

  init(_ weights: KerasWeights, version: Int, file: String) {
    self.weights = weights
    self.version = version
    self.file = file
  }

  // MARK: Notes

  func note(_ unsupported: NetworkError.Unsupported) {
    if !self.unsupported.contains(unsupported) { self.unsupported.append(unsupported) }
  }

  var hasNotes: Bool { !unsupported.isEmpty }

  /// - Throws: `.unsupported` with everything that has been noted.
  func finished() throws(NetworkError) -> Graph {
    guard unsupported.isEmpty else { throw NetworkError(unsupported: unsupported, in: file) }
    return graph
  }

  /// - Throws: `.malformedFile` where there are too many.
  func countApplication() throws(NetworkError) {
    applications += 1
    guard applications <= Self.mostApplications else {
      throw NetworkError(
        .malformedFile, argument: file,
        received: "more than \(Self.mostApplications) applications of layers", expected: "fewer")
    }
  }

  // MARK: Values

  func addInput(_ name: String, _ element: ElementType, _ shape: [Int?]) -> KerasTensor {
    KerasTensor(value: graph.addInput(name, element, shape), shape: shape, element: element)
  }

  func addOutput(_ name: String, _ tensor: KerasTensor) throws(NetworkError) {
    let value = try inKerasOrder(tensor).value
    var unique = name
    var number = 0
    while graph.outputs.contains(where: { $0.name == unique }) {
      number += 1
      unique = "\(name)_\(number)"
    }
    graph.addOutput(unique, value, tensor.element, tensor.shape)
  }

  /// A tensor that nothing computes, where what computes it is not supported.
  func placeholder(_ shape: [Int?]) -> KerasTensor {
    KerasTensor(value: graph.addValue("unsupported"), shape: shape, element: .float32)
  }

  func constant(_ tensor: NetworkTensor, _ name: String) -> KerasTensor {
    KerasTensor(
      value: graph.addConstant(name, tensor), shape: tensor.shape, element: tensor.element)
  }

  /// The constant under a name; it is made when it is first asked for.
  func constant(
    _ name: String, _ make: () throws(NetworkError) -> NetworkTensor
  ) throws(NetworkError) -> KerasTensor {
    if let value = constants[name], let tensor = graph.constant(value) {
      return KerasTensor(value: value, shape: tensor.shape, element: tensor.element)
    }
    let constant = constant(try make(), name)
    constants[name] = constant.value
    return constant
  }

  func tensor(of constant: KerasTensor) -> NetworkTensor? { graph.constant(constant.value) }

  // MARK: Nodes

  /// Adds a node, and gives its outputs as they lie in the graph.
  func append(
    _ name: String, _ operation: any Operator, _ inputs: [KerasTensor?], outputs: Int
  ) -> [Graph.ValueID] {
    var unique = name
    while !nodeNames.insert(unique).inserted {
      let number = numbers[name, default: 1] + 1
      numbers[name] = number
      unique = "\(name):\(number)"
    }
    let values = (0..<outputs).map { graph.addValue($0 == 0 ? unique : "\(unique) \($0)") }
    graph.append(Graph.Node(unique, operation, inputs.map { $0?.value }, values))
    return values
  }

  /// The same tensor with its axes as Keras has them.
  func inKerasOrder(_ tensor: KerasTensor) throws(NetworkError) -> KerasTensor {
    guard let permutation = tensor.permutation else { return tensor }
    return turn(tensor, by: permutation.inversePermutation)
  }

  /// The same tensor with its channels, which are Keras's last axis, behind the axis of images.
  func inChannelsFirstOrder(_ tensor: KerasTensor) throws(NetworkError) -> KerasTensor {
    tensor.isTurned ? tensor : turn(tensor, by: KerasTensor.channelsFirst(rank: tensor.rank))
  }

  private func turn(_ tensor: KerasTensor, by permutation: [Int]) -> KerasTensor {
    var result = tensor
    result.isTurned.toggle()
    if let known = turned[tensor.value] {
      return KerasTensor(
        value: known, shape: tensor.shape, element: tensor.element, isTurned: result.isTurned)
    }
    let value = append(
      "\(graph[tensor.value].name)/transpose", TransposeOperator(permutation: permutation),
      [tensor], outputs: 1)[0]
    turned[tensor.value] = value
    turned[value] = tensor.value
    return KerasTensor(
      value: value, shape: tensor.shape, element: tensor.element, isTurned: result.isTurned)
  }
}
