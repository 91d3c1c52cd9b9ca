/// A transposition that moves only axes of extent 1 moves nothing in memory.
struct TransposeAsView: Rewrite {
  let name = "transpose-as-view"

  func patch(_ node: Graph.Node, in graph: inout Graph) throws(NetworkError) -> Graph.Patch? {
    guard let permutation = graph.transposition(node), let input = node.inputs[0],
      let output = node.outputs[0], let type = graph.type(output)
    else { return nil }
    let moved = permutation.filter { graph.type(input)!.shape[$0] != 1 }
    guard moved == moved.sorted() else { return nil }
    let view = try graph.view(input, type.shape, output: output)
    return Graph.Patch(name: name, nodes: [view.node])
  }
}
