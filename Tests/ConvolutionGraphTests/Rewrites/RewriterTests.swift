import Convolution
import Foundation
import Testing

@testable import ConvolutionGraph

/// What applies rewrites: as many as there are, or as many as it is told.
struct RewriterTests {
  /// A network that most of the rewrites have something to do in.
  private static func network() -> SmallNetwork {
    var network = SmallNetwork()
    let x = network.input("x", [nil, 4, 10, 12])
    let padded = network.node(
      "Pad", [x, network.integers([0, 0, 1, 1, 0, 0, 1, 1])], ONNXAttribute("mode", "reflect"))
    var y = network.convolution(padded, pads: [0, 0, 0, 0])
    y = network.node("Mul", [y, network.random([6, 1, 1])])
    let silu = network.node("Mul", [y, network.node("Sigmoid", [y])])
    y = network.node(
      "Relu", [network.node("Add", [network.convolution(silu, weights: [6, 6, 3, 3]), silu])])
    let gate = network.node("HardSigmoid", [network.node("GlobalAveragePool", [y])])
    y = network.node("Mul", [network.node("Identity", [y]), gate])
    let turned = network.node("Transpose", [y], ONNXAttribute("perm", [0, 2, 3, 1]))
    let slopes = network.node("PRelu", [turned, network.random([6])])
    network.output(network.node("Transpose", [slopes], ONNXAttribute("perm", [0, 3, 1, 2])))
    return network
  }

  private static let shape = [2, 4, 10, 12]

  @Test func aLimitIsTheNumberOfRewrites() throws {
    let bytes = try Self.network().bytes
    try withTemporaryFolder { folder in
      let path = "\(folder)/model.onnx"
      try Data(bytes).write(to: URL(filePath: path))
      for layout in Layout.allCases {
        func plan(_ limit: Int?) throws -> NetworkPlan {
          try Network(contentsOf: path, rewriteLimit: limit).plan(
            inputs: ["x": Self.shape], with: Planner(threads: 1), layout: layout)
        }
        let plain = try plan(0)
        let all = try plan(nil)
        #expect(plain.rewrites.isEmpty)
        #expect(all.rewrites.count > 10)
        let inputs = try plain.seededInputs()
        let expected = try plain.run(inputs).values.first!
        for limit in 1...all.rewrites.count {
          let some = try plan(limit)
          // The same ones in the same order.
          #expect(some.rewrites.count == limit)
          #expect(relativeDifference(try some.run(inputs).values.first!, expected) <= 1e-5)
        }
      }
    }
  }

  /// A rewrite that gives something another shape is found at once.
  @Test func aPatchOfAnotherTypeIsAnError() throws {
    struct Wrong: Rewrite {
      let name = "wrong"
      func patch(_ node: Graph.Node, in graph: inout Graph) -> Graph.Patch? {
        guard node.operation.description == "Relu" else { return nil }
        let transpose = TransposeOperator(permutation: [1, 0])
        return Graph.Patch(
          name: name, nodes: [Graph.Node(node.name, transpose, node.inputs, node.outputs)])
      }
    }
    var network = SmallNetwork()
    network.output(network.node("Relu", [network.input("x", [2, 3])]))
    let graph = try network.graph()
    expectError(.shapeMismatch, ["Relu 0", "3x2", "2x3"]) { _ = try graph.rewritten(by: [Wrong()]) }
  }

  /// Nodes whose inputs never change are computed when the file is read.
  @Test func constantsAreFolded() throws {
    var network = SmallNetwork()
    let x = network.input("x", [2, 3])
    let shape = network.node("Shape", [x])
    let rows = network.node("Gather", [shape, network.integers([0])])
    let sizes = network.node("Concat", [rows, network.integers([-1])], ONNXAttribute("axis", 0))
    network.output(network.node("Reshape", [network.node("Relu", [x]), sizes]))
    let graph = try network.graph()
    #expect(graph.operations == ["Relu", "Reshape"])
  }

  /// Outputs that nobody uses take the nodes that compute them along.
  @Test func whatNobodyUsesIsDropped() throws {
    var network = SmallNetwork()
    let x = network.input("x", [2, 3])
    _ = network.node("Exp", [network.node("Tanh", [x])])
    network.output(network.node("Relu", [x]))
    #expect(try network.graph().operations == ["Relu"])
  }
}
