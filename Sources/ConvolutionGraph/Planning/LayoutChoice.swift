import Convolution

/// The layout of images between steps, for the network as a whole: the one whose steps, and the transpositions that it
/// leaves, are predicted to take less time together, on one thread.
struct LayoutChoice {
  let graph: Graph
  let layout: Layout
  let rewrites: [String]

  /// - Parameter asked: nil: the faster one.
  init(
    _ graph: Graph, asked: Layout?, limit: Int?, context: PlanningContext
  ) throws(NetworkError) {
    let candidates = try (asked.map { [$0] } ?? [.channelsLast, .channelsFirst])
      .concurrentMap(threads: context.threads) { (layout) throws(NetworkError) in
        var candidate = graph
        var rewriter = Rewriter(Rewriter.arranging(layout), limit: limit, context: context)
        try rewriter.run(on: &candidate)
        let time = asked == nil ? try candidate.predictedNanoseconds(context.onOneThread) : 0
        return (graph: candidate, layout: layout, rewrites: rewriter.applied, time: time)
      }
    let best = candidates.min { $0.time < $1.time }!
    self.graph = best.graph
    layout = best.layout
    rewrites = best.rewrites
  }
}

extension Graph {
  fileprivate func predictedNanoseconds(_ context: PlanningContext) throws(NetworkError) -> Double {
    var time = 0.0
    for case let node? in nodes {
      let arguments = arguments(of: node)!
      do throws(NetworkError) {
        time += try node.operation.predictedNanoseconds(
          for: arguments, outputs: node.outputs.map { type($0) ?? TensorType(.uint8, [0]) }, context
        )
      } catch {
        throw error.at(node.name)
      }
    }
    return time
  }
}
