import Testing

@testable import ConvolutionGraph

/// Activations become the layer's own.
struct ActivationIntoLayerTests {
  static let activations: [(operation: String, attributes: [ONNXAttribute], name: String)] = [
    ("Relu", [], "relu"),
    ("LeakyRelu", [ONNXAttribute("alpha", float: 0.25)], "leakyRelu:0.25"),
    ("HardSigmoid", [ONNXAttribute("alpha", float: 0.25)], "hardSigmoid:0.25,0.5"),
    ("HardSwish", [], "hardSwish"),
    ("Sigmoid", [], "sigmoid"),
    ("Tanh", [], "tanh"),
    ("Gelu", [], "gelu"),
  ]

  @Test(arguments: activations.indices) func each(index: Int) throws {
    let (operation, attributes, name) = Self.activations[index]
    for layer in ["Conv", "ConvTranspose"] {
      try expectRewrite(
        ActivationIntoLayer(), from: [layer, operation], to: ["\(layer) \(name)"]
      ) { network, x in
        let sums =
          layer == "Conv" ? network.convolution(x) : network.transposedConvolution(x)
        return network.node(operation, [sums], attributes)
      }
    }
  }

  @Test func clip() throws {
    try expectRewrite(
      ChainSimplification(), ActivationIntoLayer(), from: ["Conv", "Clip"],
      to: ["Conv clip:-0.5,0.75"]
    ) { network, x in
      network.node(
        "Clip", [network.convolution(x), network.constant([-0.5]), network.constant([0.75])])
    }
  }

  @Test func slopesOfChannels() throws {
    for shape in [[6, 1, 1], [1, 6, 1, 1], [1]] as [[Int64]] {
      try expectRewrite(
        ActivationIntoLayer(), from: ["Conv", "PRelu"], to: ["Conv prelu"]
      ) { network, x in
        network.node("PRelu", [network.convolution(x), network.random(shape)])
      }
    }
    try expectRewrite(ActivationIntoLayer(), from: ["Conv", "PRelu"], to: nil) { network, x in
      network.node("PRelu", [network.convolution(x), network.random([9])])
    }
  }

  /// The layer's output is the slope, not what it is applied to.
  @Test func slopesThatALayerComputes() throws {
    try expectRewrite(ActivationIntoLayer(), from: ["Conv", "PRelu"], to: nil) { network, x in
      network.node("PRelu", [network.random([2, 6, 7, 9]), network.convolution(x)])
    }
  }

  /// Two layers with the same weights and other slopes are two layers.
  @Test func slopesBesideTheSameWeights() throws {
    try expectRewrite(
      ActivationIntoLayer(), from: ["Conv", "PRelu", "Conv", "PRelu", "Concat 1"],
      to: ["Conv prelu", "Conv prelu", "Concat 1"]
    ) { network, x in
      let weights = network.random([6, 4, 3, 3])
      let parts = (0..<2).map { _ in
        network.node("PRelu", [network.node("Conv", [x, weights]), network.random([6, 1, 1])])
      }
      return network.node("Concat", parts, ONNXAttribute("axis", 1))
    }
  }

  @Test func aFactorAndAnOffsetBehindIt() throws {
    try expectRewrite(
      ChainSimplification(), ActivationIntoLayer(), from: ["Conv", "Tanh", "Mul", "Add"],
      to: ["Conv 0.25 tanh + 1.5"]
    ) { network, x in
      let tanh = network.node("Tanh", [network.convolution(x)])
      let scaled = network.node("Mul", [tanh, network.constant([0.25])])
      return network.node("Add", [scaled, network.constant([1.5])])
    }
  }

  @Test func oneActivationIsEnough() throws {
    try expectRewrite(
      ActivationIntoLayer(), from: ["Conv", "Tanh", "Relu"], to: ["Conv tanh", "Relu"]
    ) { network, x in
      network.node("Relu", [network.node("Tanh", [network.convolution(x)])])
    }
  }

  @Test func aSumThatIsUsedTwiceStays() throws {
    try expectRewrite(ActivationIntoLayer(), from: ["Conv", "Tanh", "Sub"], to: nil) { network, x in
      let sums = network.convolution(x)
      return network.node("Sub", [network.node("Tanh", [sums]), sums])
    }
  }

  @Test func anOutputOfTheNetworkStays() throws {
    var network = SmallNetwork()
    let sums = network.convolution(network.input("x", [1, 4, 5, 5]))
    network.output(sums)
    network.output(network.node("Relu", [sums]))
    let (graph, applied) = try network.graph().rewritten(by: [ActivationIntoLayer()])
    #expect(applied.isEmpty)
    #expect(graph.operations == ["Conv", "Relu"])
  }
}
