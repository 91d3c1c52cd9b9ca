/// A view of a transposed tensor becomes a transposed view, where every run of axes that the view makes others of is a run
/// in the tensor as well. Where the axes of such a run have another order there, they come into it first: a transposition
/// of images and an exchange of channels part.
struct TransposePushedThroughView: Rewrite {
  let name = "transpose-pushed-through-view"

  func patch(_ node: Graph.Node, in graph: inout Graph) throws(NetworkError) -> Graph.Patch? {
    guard node.operation.isView, let input = node.inputs[0], let output = node.outputs[0],
      let producer = graph.producer(of: input), let permutation = graph.transposition(producer),
      let source = producer.inputs[0], let before = graph.type(input)?.shape,
      let after = graph.type(output)?.shape, let runs = runs(before, after)
    else { return nil }
    for run in runs {
      let axes = permutation[run.before].sorted()
      guard zip(axes, axes.dropFirst()).allSatisfy({ $1 == $0 + 1 }) else { return nil }
    }
    // The runs in the order that their axes have in the tensor, and where that puts each axis of the view.
    let order = runs.sorted { permutation[$0.before].min()! < permutation[$1.before].min()! }
    let axes = order.flatMap { Array($0.after) }
    let within = order.flatMap { permutation[$0.before] }
    var (nodes, runsInOrder) = ([Graph.Node](), source)
    if !within.isIdentityPermutation {
      guard !axes.isIdentityPermutation else { return nil }
      let transposed = graph.transpose(source, within)
      nodes.append(transposed.node)
      runsInOrder = transposed.output
    }
    let view = try graph.view(runsInOrder, axes.map { after[$0] })
    return Graph.Patch(
      name: name,
      nodes: nodes + [
        view.node,
        Graph.Node(
          node.name, TransposeOperator(permutation: axes.inversePermutation), [view.output],
          [output]),
      ])
  }

  /// The shortest runs of axes of two shapes that have as many elements; nil where there is an empty tensor, or a run of
  /// one shape has no counterpart.
  private func runs(
    _ before: [Int], _ after: [Int]
  ) -> [(before: Range<Int>, after: Range<Int>)]? {
    guard !before.contains(0) else { return nil }
    var runs: [(before: Range<Int>, after: Range<Int>)] = []
    var (i, j) = (0, 0)
    while i < before.count, j < after.count {
      let (first, other) = (i, j)
      var (x, y) = (before[i], after[j])
      (i, j) = (i + 1, j + 1)
      while x != y {
        if x < y {
          x *= before[i]
          i += 1
        } else {
          y *= after[j]
          j += 1
        }
      }
      runs.append((first..<i, other..<j))
    }
    return i == before.count && j == after.count ? runs : nil
  }
}
