import Testing

@testable import ConvolutionGraph

/// What is added to a layer's output is added by the layer. A description does not name a residual: the addition is gone.
struct ResidualIntoLayerTests {
  private static let shape: [Int64] = [2, 6, 7, 9]
  private static let weights: [Int64] = [6, 6, 3, 3]

  @Test func eitherOperand() throws {
    for isFirst in [true, false] {
      try expectRewrite(
        ResidualIntoLayer(), from: ["Conv", "Add"], to: ["Conv"], shape: Self.shape
      ) { network, x in
        let sums = network.convolution(x, weights: Self.weights)
        return network.node("Add", isFirst ? [sums, x] : [x, sums])
      }
    }
  }

  @Test func anActivationBehindIt() throws {
    try expectRewrite(
      ResidualIntoLayer(), ActivationIntoLayer(), from: ["Conv", "Add", "Relu"], to: ["Conv relu"],
      shape: Self.shape
    ) { network, x in
      let sums = network.convolution(x, weights: Self.weights)
      return network.node("Relu", [network.node("Add", [sums, x])])
    }
  }

  @Test func anActivationBeforeIt() throws {
    try expectRewrite(
      ResidualIntoLayer(), ActivationIntoLayer(), from: ["Conv", "Relu", "Add"],
      to: ["Conv relu", "Add"], shape: Self.shape
    ) { network, x in
      let sums = network.convolution(x, weights: Self.weights)
      return network.node("Add", [network.node("Relu", [sums]), x])
    }
  }

  /// One of two layers adds the other one's output.
  @Test func aSumOfTwoLayers() throws {
    try expectRewrite(
      ResidualIntoLayer(), from: ["Conv", "Conv", "Add"], to: ["Conv", "Conv"], shape: Self.shape
    ) { network, x in
      network.node(
        "Add",
        [
          network.convolution(x, weights: Self.weights),
          network.convolution(x, weights: [6, 6, 1, 1], pads: [0, 0, 0, 0]),
        ])
    }
  }

  @Test func behindATransposedConvolution() throws {
    try expectRewrite(
      ResidualIntoLayer(), from: ["ConvTranspose", "Add"], to: ["ConvTranspose"]
    ) { network, x in
      network.node("Add", [network.transposedConvolution(x), network.random([2, 6, 14, 18])])
    }
  }

  /// A layer adds one thing.
  @Test func aSecondSumStays() throws {
    try expectRewrite(
      ResidualIntoLayer(), from: ["Conv", "Add", "Add"], to: ["Conv", "Add"], shape: Self.shape
    ) { network, x in
      let sums = network.convolution(x, weights: Self.weights)
      return network.node("Add", [network.node("Add", [sums, x]), network.random(Self.shape)])
    }
  }

  @Test func whatBroadcastsStays() throws {
    for shape in [[6, 1, 1], [1, 6, 7, 9], [2, 6, 7, 1]] as [[Int64]] {
      try expectRewrite(ResidualIntoLayer(), from: ["Conv", "Add"], to: nil) { network, x in
        network.node("Add", [network.convolution(x), network.random(shape)])
      }
    }
  }

  @Test func aSumThatIsUsedTwiceStays() throws {
    try expectRewrite(
      ResidualIntoLayer(), from: ["Conv", "Add", "Concat 1"], to: nil, shape: Self.shape
    ) { network, x in
      let sums = network.convolution(x, weights: Self.weights)
      return network.node(
        "Concat", [network.node("Add", [sums, x]), sums], ONNXAttribute("axis", 1))
    }
  }

  @Test func aSumAddedToItselfStays() throws {
    try expectRewrite(ResidualIntoLayer(), from: ["Conv", "Add"], to: nil) { network, x in
      let sums = network.convolution(x)
      return network.node("Add", [sums, sums])
    }
  }
}
