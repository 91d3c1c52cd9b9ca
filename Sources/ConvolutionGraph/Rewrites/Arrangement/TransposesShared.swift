/// A tensor is transposed once, however many nodes want it so.
struct TransposesShared: Rewrite {
  let name = "transposes-shared"

  func patch(_ node: Graph.Node, in graph: inout Graph) throws(NetworkError) -> Graph.Patch? {
    guard let permutation = graph.transposition(node), let output = node.outputs[0] else {
      return nil
    }
    for case let other? in graph.nodes
    where other.inputs[0] == node.inputs[0] && other.operation is TransposeOperator {
      guard graph.transposition(other) == permutation, let same = other.outputs[0] else { continue }
      return Graph.Patch(name: name, substitutions: [output: same])
    }
    return nil
  }
}
