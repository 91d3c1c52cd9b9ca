import Testing

@testable import Convolution
@testable import ConvolutionGraph

/// Transposed layers whose kernel is their stride are pointwise ones where that is faster. The bits differ, so the number of
/// threads must not decide.
struct TransposedAsPointwiseTests {
  /// What is computed for a layer of 24 channels.
  private func operations(
    channels: Int64, extent: Int64, threads: Int
  ) throws -> [String] {
    var network = SmallNetwork()
    let x = network.input("x", [1, 24, extent, extent])
    network.output(
      network.node(
        "ConvTranspose", [x, network.random([24, channels, 2, 2])],
        ONNXAttribute("strides", [2, 2])))
    let planner = Planner(
      threads: threads,
      costModel: .closest(
        to: .avx2, Caches(level1: 32 << 10, level2: 512 << 10, level3: 32 << 20)))
    let context = PlanningContext(planner: planner, layers: LayerCache())
    var graph = try network.graph()
    for rewrites in [Rewriter.arranging(.channelsLast), Rewriter.finishing(context)] {
      var rewriter = Rewriter(rewrites, limit: nil, context: context)
      try rewriter.run(on: &graph)
    }
    return graph.operations
  }

  @Test func theNumberOfThreadsChangesNothing() throws {
    for channels in [1, 2, 3, 4, 8, 24] as [Int64] {
      for extent in [8, 48, 96, 192, 288] as [Int64] {
        let one = try operations(channels: channels, extent: extent, threads: 1)
        for threads in [2, 64] {
          let several = try operations(channels: channels, extent: extent, threads: threads)
          #expect(several == one, "\(channels) of \(extent), \(threads) threads")
        }
      }
    }
  }
}
