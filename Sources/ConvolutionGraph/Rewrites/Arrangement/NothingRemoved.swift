import CConvolution

/// Nodes that give what they are given are taken out.
struct NothingRemoved: Rewrite {
  let name = "nothing-removed"

  func patch(_ node: Graph.Node, in graph: inout Graph) throws(NetworkError) -> Graph.Patch? {
    guard let input = node.inputs.first ?? nil, let output = node.outputs.first ?? nil,
      node.outputs.dropFirst().allSatisfy({ $0.map { graph[$0].uses == 0 } ?? true }),
      doesNothing(node, graph)
    else { return nil }
    return Graph.Patch(name: name, substitutions: [output: input])
  }

  private func doesNothing(_ node: Graph.Node, _ graph: Graph) -> Bool {
    switch node.operation {
    case let chain as Elementwise:
      return chain.inputCount == 1
        && chain.instructions == [.init(CONV_ELEMENTWISE_AFFINE, [0], p: 1)]
    case is TransposeOperator:
      return graph.transposition(node)?.isIdentityPermutation ?? false
    case is Identity:
      // What an input says of training has been looked at when the type was found.
      return node.inputs.count == 1 || graph.type(node.outputs[0]) != nil
    default:
      guard node.operation.isView, let before = graph.type(node.inputs[0]) else { return false }
      return graph.type(node.outputs[0]) == before
    }
  }
}
