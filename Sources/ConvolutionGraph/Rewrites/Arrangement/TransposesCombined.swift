/// Of two transpositions, one after the other, one is left, or none.
struct TransposesCombined: Rewrite {
  let name = "transposes-combined"

  func patch(_ node: Graph.Node, in graph: inout Graph) throws(NetworkError) -> Graph.Patch? {
    guard let second = graph.transposition(node), let between = node.inputs[0],
      let producer = graph.producer(of: between), let first = graph.transposition(producer),
      let input = producer.inputs[0], let output = node.outputs[0]
    else { return nil }
    let permutation = second.permutation(after: first)
    if permutation.isIdentityPermutation {
      return Graph.Patch(name: name, substitutions: [output: input])
    }
    return Graph.Patch(
      name: name,
      nodes: [
        Graph.Node(node.name, TransposeOperator(permutation: permutation), [input], [output])
      ])
  }
}
