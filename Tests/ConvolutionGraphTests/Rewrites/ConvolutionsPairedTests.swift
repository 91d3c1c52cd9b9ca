import Convolution
import Testing

@testable import ConvolutionGraph

/// A depthwise convolution and a pointwise one on its output are one step, where that is predicted to be faster.
struct ConvolutionsPairedTests {
  /// The nodes after the rewrite, which compute the same.
  private func paired(
    _ layout: Layout, pads: [Int64] = [0, 0, 0, 0],
    _ behind: (inout SmallNetwork, _ y: String, _ between: String) -> String = { _, y, _ in y }
  ) throws -> [String] {
    var network = SmallNetwork()
    let x = network.input("x", [1, 32, 32, 40])
    let between = network.convolution(x, weights: [32, 1, 3, 3], groups: 32)
    let y = network.convolution(between, weights: [32, 32, 1, 1], pads: pads)
    network.output(behind(&network, y, between))
    let before = try network.graph().rewritten(by: Rewriter.arranging(layout)).graph
    let after = try before.rewritten(by: Rewriter.finishing(.forTests)).graph
    #expect(relativeDifference(try after.outputs()[0], try before.outputs()[0]) <= 1e-5)
    return after.operations.filter { $0.hasPrefix("Conv") }
  }

  @Test(arguments: Layout.allCases) func aPair(layout: Layout) throws {
    // Which of them is faster is the cost model's to say.
    let (apart, together) = (["Conv", "Conv"], ["Conv, Conv"])
    #expect(try [apart, together].contains(paired(layout)))
    #expect(try [apart, together].contains(paired(layout, pads: [1, 1, 1, 1])))
    #expect(
      try [["Conv", "Conv relu"], ["Conv, Conv relu"]].contains(
        paired(layout) { network, y, _ in network.node("Relu", [y]) }))
  }

  @Test(arguments: Layout.allCases) func whatIsUsedTwiceIsComputedApart(layout: Layout) throws {
    let operations = try paired(layout) { network, y, between in
      network.node("Sub", [y, network.node("Tanh", [between])])
    }
    #expect(operations.count == 2)
  }
}
