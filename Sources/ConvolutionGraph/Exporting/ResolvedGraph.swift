import Convolution

extension Graph {
  /// The graph for given input shapes, as files of other formats want it: the types of all values are known, what is
  /// always the same is constant, so that no arithmetic on shapes is left, nodes that do nothing are gone, and images lie
  /// channels-first.
  ///
  /// Nothing else is changed: paddings are still the conventions of the source, and nodes have its names. Where the source
  /// is channels-last, operators between convolutions may have been moved before transpositions (``AxisOrder``).
  /// - Parameter shapes: of the inputs, by name. One whose shape the source says in full may be left out.
  /// - Throws: as ``Network/plan(inputs:with:layout:)``; `.dependsOnData` for a node whose output's shape does.
  func resolved(inputs shapes: [String: [Int]] = [:]) throws(NetworkError) -> Graph {
    var graph = self
    try graph.setInputShapes(shapes)
    let context = PlanningContext(planner: Planner(threads: 1), layers: LayerCache())
    let isChannelsLast = graph.nodes.contains {
      ($0?.operation as? any LayoutOperator)?.layout == .channelsLast
    }
    var rewriter = Rewriter(
      isChannelsLast ? Rewriter.arrangingForExport : [NothingRemoved()], context: context)
    try rewriter.run(on: &graph)
    for case let node? in graph.nodes {
      for case let output? in node.outputs where graph.type(output) == nil {
        throw NetworkError(
          .dependsOnData, argument: "inputs", received: "a shape that is not known",
          expected: "shapes that follow from those of the network's inputs"
        ).at(node.name)
      }
    }
    return graph
  }

  /// The graph as far as it is known for any input shapes: what is always the same is constant, and nodes that do nothing
  /// are gone.
  func simplified() throws(NetworkError) -> Graph {
    var graph = self
    try graph.setDeclaredShapes()
    var rewriter = Rewriter(
      [NothingRemoved()],
      context: PlanningContext(planner: Planner(threads: 1), layers: LayerCache()))
    try rewriter.run(on: &graph)
    return graph
  }
}

extension Rewriter {
  /// What brings images to channels-first and takes out the transpositions that meet.
  fileprivate static let arrangingForExport: [any Rewrite] = [
    NothingRemoved(), TransposesCombined(), TransposesShared(), TransposeAsView(),
    ImagesArranged(layout: .channelsFirst), RanksAligned(), TransposePushedThroughView(),
    TransposePushed(),
  ]
}
