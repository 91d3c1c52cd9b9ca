import Convolution

/// A depthwise convolution and a pointwise one on its output are computed in one pass, while the rows between them are in
/// the cache, where that is predicted to be faster.
struct ConvolutionsPaired: Rewrite {
  let context: PlanningContext
  let name = "convolutions-paired"

  func patch(_ node: Graph.Node, in graph: inout Graph) throws(NetworkError) -> Graph.Patch? {
    guard let second = node.operation as? ConvolutionOperator,
      let producer = graph.onlyProducer(of: node.inputs[0]),
      let first = producer.operation as? ConvolutionOperator, first.layout == second.layout,
      !producer.hasInput(LayerInput.residual.rawValue),
      let depthwise = weights(producer, graph), let pointwise = weights(node, graph),
      depthwise[1] == 1, first.groups == depthwise[0],
      second.groups == 1, pointwise.dropFirst(2).allSatisfy({ $0 == 1 }),
      second.stride?.allSatisfy({ $0 == 1 }) ?? true,
      let between = graph.type(node.inputs[0])
    else { return nil }
    func input(_ node: Graph.Node, _ index: Int) -> Graph.ValueID? {
      node.hasInput(index) ? node.inputs[index] : nil
    }
    let pair = ConvolutionPair(first: first, second: second)
    let paired = Graph.Node(
      node.name, pair,
      [
        producer.inputs[0], producer.inputs[1], input(producer, 2), node.inputs[1], input(node, 2),
        input(node, LayerInput.residual.rawValue),
      ], node.outputs)
    let apart =
      try first.predictedNanoseconds(
        for: graph.arguments(of: producer)!, outputs: [between], context)
      + second.predictedNanoseconds(for: graph.arguments(of: node)!, outputs: [], context)
    let together = try pair.predictedNanoseconds(
      for: graph.arguments(of: paired)!, outputs: [], context)
    guard together < apart else { return nil }
    return Graph.Patch(name: name, nodes: [paired])
  }

  /// The shape of a layer's weights; nil where they, or a bias, are computed in a run.
  private func weights(_ node: Graph.Node, _ graph: Graph) -> [Int]? {
    guard let weights = graph.constant(node.inputs[1]),
      !node.hasInput(2) || graph.constant(node.inputs[2]) != nil
    else { return nil }
    return weights.shape
  }
}
