import Convolution
import Testing

@testable import ConvolutionGraph

/// Factors and offsets of channels become part of weights and bias.
struct FactorsIntoLayerTests {
  private static let operations = ["Add", "Sub", "Mul", "Div"]

  /// One value a channel, none of them close to 0.
  private static func perChannel(_ network: inout SmallNetwork) -> String {
    network.constant([0.5, -1.5, 2, 0.75, -0.5, 1.25], [6, 1, 1])
  }

  @Test(arguments: operations) func behindAConvolution(operation: String) throws {
    try expectRewrite(FactorsIntoLayer(), from: ["Conv", operation], to: ["Conv"]) { network, x in
      network.node(operation, [network.convolution(x), Self.perChannel(&network)])
    }
    try expectRewrite(FactorsIntoLayer(), from: ["Conv", operation], to: ["Conv"]) { network, x in
      network.node(operation, [network.convolution(x), network.constant([1.5])])
    }
  }

  @Test(arguments: operations) func behindAGroupedConvolution(operation: String) throws {
    for weights in [[6, 2, 3, 3], [6, 1, 3, 3]] as [[Int64]] {
      try expectRewrite(
        FactorsIntoLayer(), from: ["Conv", operation], to: ["Conv"],
        shape: [1, weights[1] * (weights[1] == 1 ? 6 : 2), 7, 9]
      ) { network, x in
        let groups: Int64 = weights[1] == 1 ? 6 : 2
        return network.node(
          operation,
          [network.convolution(x, weights: weights, groups: groups), Self.perChannel(&network)])
      }
    }
  }

  @Test(arguments: operations) func behindATransposedConvolution(operation: String) throws {
    try expectRewrite(
      FactorsIntoLayer(), from: ["ConvTranspose", operation], to: ["ConvTranspose"]
    ) { network, x in
      network.node(operation, [network.transposedConvolution(x), Self.perChannel(&network)])
    }
  }

  /// The layer's output is the second operand.
  @Test func theOtherOperand() throws {
    for operation in ["Add", "Sub", "Mul"] {
      try expectRewrite(FactorsIntoLayer(), from: ["Conv", operation], to: ["Conv"]) { network, x in
        network.node(operation, [Self.perChannel(&network), network.convolution(x)])
      }
    }
    try expectRewrite(FactorsIntoLayer(), from: ["Conv", "Div"], to: nil) { network, x in
      network.node("Div", [Self.perChannel(&network), network.convolution(x)])
    }
  }

  @Test func batchNormalisation() throws {
    for shape in [[2, 4, 7, 9], [nil, 4, nil, nil]] as [[Int64?]] {
      var network = SmallNetwork()
      let sums = network.convolution(network.input("x", shape))
      let parameters = (0..<3).map { _ in network.random([6]) }
      let variance = network.constant([0.5, 1, 2, 0.25, 1.5, 1], [6])
      network.output(network.node("BatchNormalization", [sums] + parameters + [variance]))
      let before = try network.graph()
      #expect(before.operations == ["Conv", "BatchNormalization"])
      let after = try before.rewritten(by: [BatchNormalisationAsChain(), FactorsIntoLayer()]).graph
      #expect(after.operations == ["Conv"])
      guard shape[0] != nil else { continue }
      #expect(relativeDifference(try after.outputs()[0], try before.outputs()[0]) <= 1e-5)
    }
  }

  @Test func withoutABias() throws {
    for operation in ["Mul", "Add"] {
      try expectRewrite(FactorsIntoLayer(), from: ["Conv", operation], to: ["Conv"]) { network, x in
        let sums = network.node("Conv", [x, network.random([6, 4, 3, 3])])
        return network.node(operation, [sums, Self.perChannel(&network)])
      }
    }
  }

  /// What varies within a channel, or adds axes, stays.
  @Test(arguments: [[9], [7, 1], [2, 6, 1, 1], [2, 1, 1, 1], [1, 1, 6, 1, 1]] as [[Int64]])
  func otherShapes(shape: [Int64]) throws {
    try expectRewrite(FactorsIntoLayer(), from: ["Conv", "Mul"], to: nil) { network, x in
      network.node("Mul", [network.convolution(x), network.random(shape)])
    }
  }

  @Test func aSumThatIsUsedTwiceStays() throws {
    try expectRewrite(
      FactorsIntoLayer(), from: ["Conv", "Mul", "Sub"], to: nil
    ) { network, x in
      let sums = network.convolution(x)
      return network.node("Sub", [network.node("Mul", [sums, network.constant([3])]), sums])
    }
  }

  /// An activation is between the sums and the factor.
  @Test func behindAnActivationNothingIsDone() throws {
    let (rewrites, before) = (
      [ActivationIntoLayer(), FactorsIntoLayer()] as [any Rewrite], ["Conv", "Relu", "Mul"]
    )
    var network = SmallNetwork()
    let relu = network.node("Relu", [network.convolution(network.input("x", [1, 4, 5, 5]))])
    network.output(network.node("Mul", [relu, Self.perChannel(&network)]))
    let graph = try network.graph()
    #expect(graph.operations == before)
    let rewritten = try graph.rewritten(by: rewrites).graph
    #expect(rewritten.operations == ["Conv relu", "Mul"])
    #expect(relativeDifference(try rewritten.outputs()[0], try graph.outputs()[0]) <= 1e-5)
  }

  /// Offsets of rows, in an image that has as many rows as channels, are no offsets of channels in either layout.
  @Test(arguments: Layout.allCases)
  func whatRepeatsAlongAnotherAxisStays(layout: Layout) throws {
    var network = SmallNetwork()
    let sums = network.convolution(network.input("x", [2, 4, 7, 9]), weights: [7, 4, 3, 3])
    let exchange = ONNXAttribute("perm", [0, 1, 3, 2])
    let turned = network.node("Transpose", [sums], exchange)
    let offset = network.node("Add", [turned, network.random([7])])
    network.output(network.node("Transpose", [offset], exchange))
    let graph = try network.graph()
    let rewritten = try graph.rewritten(by: Rewriter.arranging(layout)).graph
    #expect(relativeDifference(try rewritten.outputs()[0], try graph.outputs()[0]) <= 1e-5)
  }
}
