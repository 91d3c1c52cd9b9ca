import CConvolution

/// Makes two chains of elementwise operations one, so that what is between them is never in memory.
struct ChainFusion: Rewrite {
  let name = "chain-fusion"

  func patch(_ node: Graph.Node, in graph: inout Graph) throws(NetworkError) -> Graph.Patch? {
    guard let chain = node.operation as? Elementwise, chain.secondInputAxis == nil else {
      return nil
    }
    for (index, input) in node.inputs.enumerated() {
      guard let input, let producer = graph.onlyProducer(of: input),
        let first = producer.operation as? Elementwise, first.secondInputAxis == nil,
        chain.inputCount + first.inputCount - 1 <= Elementwise.mostInputs,
        chain.instructions.count + first.instructions.count <= Elementwise.mostInstructions,
        haveOneShape(node, index, producer, graph)
      else { continue }
      var fused = chain.after(first, input: index)
      var inputs = node.inputs
      inputs.replaceSubrange(index...index, with: producer.inputs)
      // The same value need not be an input twice.
      for later in inputs.indices.reversed() {
        guard let earlier = inputs[..<later].firstIndex(of: inputs[later]) else { continue }
        fused.mergeInput(later, into: earlier)
        inputs.remove(at: later)
      }
      return Graph.Patch(
        name: name, nodes: [Graph.Node(node.name, fused, inputs, node.outputs)])
    }
    return nil
  }

  /// Whether what is between two chains has the shape of the result, so that nothing is computed more than once.
  private func haveOneShape(
    _ node: Graph.Node, _ input: Int, _ producer: Graph.Node, _ graph: Graph
  ) -> Bool {
    if let between = graph.type(producer.outputs[0]), let result = graph.type(node.outputs[0]) {
      return between == result && between.element == .float32
    }
    // Shapes that are not known are one where both chains have one source.
    return producer.inputs.count == 1
      && node.inputs.enumerated().allSatisfy { $0 == input || $1 == producer.inputs[0] }
  }
}
