import Convolution
import Testing

@testable import ConvolutionGraph

/// Transpositions move, meet and vanish.
struct ArrangementTests {
  private static let toChannelsLast: [Int64] = [0, 2, 3, 1]
  private static let toChannelsFirst: [Int64] = [0, 3, 1, 2]

  private static func transpose(
    _ network: inout SmallNetwork, _ x: String, _ permutation: [Int64] = toChannelsLast
  ) -> String {
    network.node("Transpose", [x], ONNXAttribute("perm", permutation))
  }

  // MARK: One pass each

  @Test func twoTranspositionsAreOneOrNone() throws {
    try expectRewrite(
      TransposesCombined(), from: ["Transpose [0, 2, 3, 1]", "Transpose [0, 2, 3, 1]"],
      to: ["Transpose [0, 3, 1, 2]"]
    ) { network, x in Self.transpose(&network, Self.transpose(&network, x)) }
    try expectRewrite(
      TransposesCombined(),
      from: ["Transpose [0, 2, 3, 1]", "Transpose [0, 3, 1, 2]", "Relu"], to: ["Relu"]
    ) { network, x in
      let back = Self.transpose(&network, Self.transpose(&network, x), Self.toChannelsFirst)
      return network.node("Relu", [back])
    }
  }

  @Test func nothingIsRemoved() throws {
    try expectRewrite(
      NothingRemoved(),
      from: ["Identity", "Dropout", "Transpose [0, 1, 2, 3]", "Reshape", "Relu"], to: ["Relu"]
    ) { network, x in
      let same = network.node("Dropout", [network.node("Identity", [x])])
      let unmoved = Self.transpose(&network, same, [0, 1, 2, 3])
      let reshaped = network.node("Reshape", [unmoved, network.integers([2, 4, 7, -1])])
      return network.node("Relu", [reshaped])
    }
  }

  @Test func aTranspositionOfOneExtentIsAView() throws {
    try expectRewrite(
      TransposeAsView(), from: ["Transpose [0, 2, 3, 1]"], to: ["Reshape"], shape: [3, 1, 4, 5]
    ) { network, x in Self.transpose(&network, x) }
    try expectRewrite(
      TransposeAsView(), from: ["Transpose [0, 2, 3, 1]"], to: nil, shape: [3, 2, 4, 5]
    ) { network, x in Self.transpose(&network, x) }
  }

  @Test func pushedThroughElementwiseOperations() throws {
    try expectRewrite(
      TransposePushed(), from: ["Transpose [0, 2, 3, 1]", "Tanh"],
      to: ["Tanh", "Transpose [0, 2, 3, 1]"]
    ) { network, x in network.node("Tanh", [Self.transpose(&network, x)]) }
    // Of two inputs that are transposed alike, neither is.
    try expectRewrite(
      TransposePushed(), from: ["Exp", "Transpose [0, 2, 3, 1]", "Transpose [0, 2, 3, 1]", "Sub"],
      to: ["Exp", "Sub", "Transpose [0, 2, 3, 1]"]
    ) { network, x in
      let exp = network.node("Exp", [x])
      return network.node("Sub", [Self.transpose(&network, x), Self.transpose(&network, exp)])
    }
    // A constant is turned the other way, once and for all.
    try expectRewrite(
      TransposePushed(), from: ["Transpose [0, 2, 3, 1]", "Mul"],
      to: ["Mul", "Transpose [0, 2, 3, 1]"]
    ) { network, x in
      network.node("Mul", [Self.transpose(&network, x), network.random([1, 7, 1, 4])])
    }
  }

  /// A value with fewer axes gets them, so that it can be transposed.
  @Test func operandsWithFewerAxes() throws {
    try expectRewrite(
      RanksAligned(), TransposePushed(), from: ["Transpose [0, 2, 3, 1]", "Mul"],
      to: ["Mul", "Transpose [0, 2, 3, 1]"]
    ) { network, x in
      network.node("Mul", [Self.transpose(&network, x), network.random([9, 4])])
    }
  }

  @Test func pushedThroughAConcatenation() throws {
    try expectRewrite(
      TransposePushed(),
      from: ["Exp", "Transpose [0, 2, 3, 1]", "Transpose [0, 2, 3, 1]", "Concat 3"],
      to: ["Exp", "Concat 1", "Transpose [0, 2, 3, 1]"]
    ) { network, x in
      let exp = network.node("Exp", [x])
      return network.node(
        "Concat", [Self.transpose(&network, x), Self.transpose(&network, exp)],
        ONNXAttribute("axis", 3))
    }
  }

  /// Channels in groups, exchanged, and channels again.
  @Test func pushedThroughAChannelShuffle() throws {
    try expectRewrite(
      TransposePushedThroughView(), TransposesCombined(),
      from: [
        "Transpose [0, 3, 1, 2]", "Reshape", "Transpose [0, 2, 1, 3, 4]", "Reshape",
        "Transpose [0, 2, 3, 1]",
      ],
      to: ["Reshape", "Transpose [0, 1, 2, 4, 3]", "Reshape"], shape: [2, 7, 9, 6]
    ) { network, x in
      let image = Self.transpose(&network, x, Self.toChannelsFirst)
      let groups = network.node("Reshape", [image, network.integers([2, 2, 3, 7, 9])])
      let exchanged = Self.transpose(&network, groups, [0, 2, 1, 3, 4])
      let shuffled = network.node("Reshape", [exchanged, network.integers([2, 6, 7, 9])])
      return Self.transpose(&network, shuffled)
    }
  }

  /// A view that makes one axis of two that do not lie together any more.
  @Test func aViewOfMixedAxesStays() throws {
    try expectRewrite(
      TransposePushedThroughView(), from: ["Transpose [0, 2, 3, 1]", "Flatten"], to: nil
    ) { network, x in network.node("Flatten", [Self.transpose(&network, x)]) }
  }

  /// Where more would have to be transposed than is saved, nothing is.
  @Test func whatCostsMoreThanItSavesStays() throws {
    try expectRewrite(
      TransposePushed(), from: ["Exp", "ReduceMean", "Transpose [0, 2, 3, 1]", "Mul"], to: nil
    ) {
      network, x in
      let mean = network.node(
        "ReduceMean", [network.node("Exp", [x])], ONNXAttribute("axes", [2, 3]))
      return network.node(
        "Mul", [Self.transpose(&network, mean), network.input("z", [2, 7, 9, 4])])
    }
  }

  // MARK: Layouts

  /// A network with all that images go through, and the number of its transpositions in a layout.
  private func transpositions(
    _ layout: Layout, _ build: (inout SmallNetwork, String) -> String
  ) throws -> Int {
    var network = SmallNetwork()
    network.output(build(&network, network.input("x", [1, 4, 12, 16])))
    let before = try network.graph()
    let after = try before.rewritten(by: Rewriter.arranging(layout)).graph
    #expect(relativeDifference(try after.outputs()[0], try before.outputs()[0]) <= 1e-5)
    for case let node? in after.nodes {
      if let operation = node.operation as? any LayoutOperator {
        #expect(operation.layout == layout)
      }
    }
    return after.operations.count { $0.hasPrefix("Transpose") }
  }

  /// Inputs and outputs are as the file says: in channels-last they are turned, and nothing else is.
  @Test func convolutionsWithoutTranspositionsBetween() throws {
    func build(_ network: inout SmallNetwork, _ x: String) -> String {
      var y = network.node("Relu", [network.convolution(x)])
      y = network.node(
        "MaxPool", [y], ONNXAttribute("kernel_shape", [2, 2]), ONNXAttribute("strides", [2, 2]))
      let left = network.convolution(y, weights: [6, 6, 3, 3])
      let right = network.convolution(y, weights: [6, 3, 1, 1], groups: 2, pads: [0, 0, 0, 0])
      y = network.node("Concat", [left, right], ONNXAttribute("axis", 1))
      let mean = network.node("GlobalAveragePool", [y])
      let gate = network.node(
        "Sigmoid", [network.convolution(mean, weights: [12, 12, 1, 1], pads: [0, 0, 0, 0])])
      y = network.node("Mul", [y, gate])
      y = network.node("Add", [network.convolution(y, weights: [12, 12, 3, 3]), y])
      return network.node(
        "ConvTranspose", [y, network.random([12, 3, 2, 2])], ONNXAttribute("strides", [2, 2]))
    }
    #expect(try transpositions(.channelsFirst, build) == 0)
    #expect(try transpositions(.channelsLast, build) == 2)
  }

  /// A channel shuffle is one transposition in either layout.
  @Test func aChannelShuffleBetweenConvolutions() throws {
    func build(_ network: inout SmallNetwork, _ x: String) -> String {
      let y = network.convolution(x)
      let groups = network.node("Reshape", [y, network.integers([1, 2, 3, 12, 16])])
      let exchanged = Self.transpose(&network, groups, [0, 2, 1, 3, 4])
      let shuffled = network.node("Reshape", [exchanged, network.integers([1, 6, 12, 16])])
      return network.convolution(shuffled, weights: [5, 6, 3, 3])
    }
    #expect(try transpositions(.channelsFirst, build) == 1)
    #expect(try transpositions(.channelsLast, build) == 3)
  }

  /// A file in the other layout, with transpositions around each layer, needs none of them.
  @Test func aFileInTheOtherLayout() throws {
    func build(_ network: inout SmallNetwork, _ x: String) -> String {
      var y = Self.transpose(&network, x)
      for weights in [[6, 4, 3, 3], [6, 6, 3, 3]] as [[Int64]] {
        let image = Self.transpose(&network, y, Self.toChannelsFirst)
        y = Self.transpose(&network, network.convolution(image, weights: weights))
        y = network.node("Relu", [network.node("Add", [y, network.random([6])])])
      }
      return y
    }
    #expect(try transpositions(.channelsLast, build) == 1)
    #expect(try transpositions(.channelsFirst, build) == 1)
  }
}
