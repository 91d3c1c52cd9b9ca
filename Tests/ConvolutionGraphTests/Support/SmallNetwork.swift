import Convolution
import TestSupport

@testable import ConvolutionGraph

/// A network of a few nodes, put together for a test. Values are known by their names.
struct SmallNetwork {
  private var file = ONNXGraph()
  private var numbers = SplitMix64(seed: 1)

  /// - Parameter shape: nil: an extent that plans choose.
  mutating func input(_ name: String, _ shape: [Int64?]) -> String {
    file.input.append(ONNXValueInfo(name, shape))
    return name
  }

  mutating func output(_ value: String) { file.output.append(ONNXValueInfo(value, [])) }

  /// A node with one output.
  mutating func node(
    _ operation: String, _ inputs: [String], _ attributes: ONNXAttribute...
  ) -> String {
    node(operation, inputs, attributes)
  }

  mutating func node(
    _ operation: String, _ inputs: [String], _ attributes: [ONNXAttribute]
  ) -> String {
    let output = "\(operation) \(file.node.count)"
    file.node.append(ONNXNode(operation, inputs, [output], attributes))
    return output
  }

  /// Two parts of the channels.
  mutating func split(_ x: String, at extents: [Int64]) -> (String, String) {
    let number = file.node.count
    let outputs = ["part \(number) a", "part \(number) b"]
    file.node.append(
      ONNXNode("Split", [x, integers(extents)], outputs, [ONNXAttribute("axis", 1)]))
    return (outputs[0], outputs[1])
  }

  // MARK: Constants

  mutating func constant(_ values: [Float], _ shape: [Int64] = []) -> String {
    let name = "constant \(file.initializer.count)"
    file.initializer.append(ONNXTensor(name, values, shape))
    return name
  }

  mutating func integers(_ values: [Int64]) -> String {
    let name = "constant \(file.initializer.count)"
    file.initializer.append(
      ONNXTensor(name, type: 7, [Int64(values.count)]) { $0.rawData = littleEndian(values) })
    return name
  }

  /// Seeded numbers between -1 and 1.
  mutating func random(_ shape: [Int64]) -> String {
    constant(
      (0..<shape.reduce(1, *)).map { _ in Float.random(in: -1...1, using: &numbers) }, shape)
  }

  // MARK: Layers

  /// A convolution of 4 channels to 6 by 3 x 3 taps, or as `weights` say, with a bias.
  mutating func convolution(
    _ x: String, weights: [Int64] = [6, 4, 3, 3], groups: Int64 = 1, pads: [Int64] = [1, 1, 1, 1]
  ) -> String {
    node(
      "Conv", [x, random(weights), random([weights[0]])], ONNXAttribute("group", groups),
      ONNXAttribute("pads", pads))
  }

  /// A transposed convolution of 4 channels to 6 by 2 x 2 taps of stride 2, with a bias.
  mutating func transposedConvolution(_ x: String) -> String {
    node(
      "ConvTranspose", [x, random([4, 6, 2, 2]), random([6])], ONNXAttribute("strides", [2, 2]))
  }

  // MARK: Use

  var bytes: [UInt8] {
    get throws { try ONNXModel { $0 = file }.bytes }
  }

  func network() throws -> Network { try Network(onnx: bytes) }

  /// As read, with types as far as the shapes of the inputs are known.
  func graph() throws -> Graph {
    var graph = try bytes.withUnsafeBytes { try Graph(onnx: $0, name: "small network") }
    try graph.setDeclaredShapes()
    var rewriter = Rewriter([], context: .forTests)
    try rewriter.run(on: &graph)
    return graph
  }
}

extension PlanningContext {
  static var forTests: PlanningContext {
    PlanningContext(planner: Planner(threads: 2), layers: LayerCache())
  }
}

extension Graph {
  /// What the nodes do, in order.
  var operations: [String] { nodes.compactMap { $0?.operation.description } }

  /// The graph after some rewrites, and their names as often as they were applied.
  func rewritten(
    by rewrites: [any Rewrite], limit: Int? = nil
  ) throws -> (graph: Graph, applied: [String]) {
    var graph = self
    var rewriter = Rewriter(rewrites, limit: limit, context: .forTests)
    try rewriter.run(on: &graph)
    return (graph, rewriter.applied)
  }

  /// The outputs of a graph without further rewrites, on seeded inputs.
  func outputs() throws -> [NetworkTensor] {
    let plan = try NetworkPlan(
      self, rewrites: [], layout: .channelsFirst, tensorBytes: 0, context: .forTests)
    let outputs = try plan.run(plan.seededInputs())
    return plan.outputs.map { outputs[$0.name]! }
  }
}

extension NetworkPlan {
  /// Numbers between -2 and 2, the same ones in every call.
  func seededInputs() throws -> [String: NetworkTensor] {
    var numbers = SplitMix64(seed: 2)
    var tensors: [String: NetworkTensor] = [:]
    for input in inputs {
      tensors[input.name] = try NetworkTensor(
        (0..<input.type.count).map { _ in Float.random(in: -2...2, using: &numbers) },
        shape: input.type.shape)
    }
    return tensors
  }
}

/// The largest difference of elements, relative to the largest element expected.
func relativeDifference(_ output: NetworkTensor, _ expected: NetworkTensor) -> Float {
  guard output.type == expected.type else { return .infinity }
  let expected = expected.floats
  let differences = zip(output.floats, expected).map { abs($0 - $1) }
  guard differences.allSatisfy(\.isFinite) else { return .infinity }
  return (differences.max() ?? 0) / max(expected.map(abs).max() ?? 0, .leastNormalMagnitude)
}
