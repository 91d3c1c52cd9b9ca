import Convolution

/// Operators on images are computed in another layout than their own, between transpositions.
struct ImagesArranged: Rewrite {
  let layout: Layout
  let name = "images-arranged"

  func patch(_ node: Graph.Node, in graph: inout Graph) throws(NetworkError) -> Graph.Patch? {
    guard let operation = node.operation as? any LayoutOperator, operation.layout != layout,
      let arguments = graph.arguments(of: node), let x = arguments[0]?.type.shape
    else { return nil }
    // Where the axes of the new layout lie in the one that images have.
    let here = operation.layout.permutation(rank: x.count - 2)
    let permutation = layout.permutation(rank: x.count - 2).map { here.place(of: $0) }
    guard let permuted = operation.permuted(by: permutation, arguments) else { return nil }
    var nodes: [Graph.Node] = []
    var inputs: [Graph.ValueID?] = []
    for (input, permutation) in zip(node.inputs, permuted.inputs) {
      guard let input, let permutation else {
        inputs.append(input)
        continue
      }
      let transposed = graph.transpose(input, permutation)
      nodes.append(transposed.node)
      inputs.append(transposed.output)
    }
    let outputs = node.outputs.map { output in
      output.map { graph.addValue("\(graph[$0].name) \(layout)") }
    }
    nodes.append(Graph.Node(node.name, permuted.operation, inputs, outputs))
    for case (let before?, let output?) in zip(outputs, node.outputs) {
      let back = TransposeOperator(permutation: permutation.inversePermutation)
      nodes.append(Graph.Node(graph[output].name, back, [before], [output]))
    }
    return Graph.Patch(name: name, nodes: nodes)
  }
}
