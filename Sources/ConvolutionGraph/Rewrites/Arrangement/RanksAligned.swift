/// Inputs of elementwise chains that have fewer axes than the result get all of them, so that they can be transposed.
struct RanksAligned: Rewrite {
  let name = "ranks-aligned"

  func patch(_ node: Graph.Node, in graph: inout Graph) throws(NetworkError) -> Graph.Patch? {
    guard let chain = node.operation as? Elementwise, chain.secondInputAxis == nil,
      let result = graph.type(node.outputs[0])
    else { return nil }
    var (inputs, nodes) = (node.inputs, [Graph.Node]())
    for (index, input) in node.inputs.enumerated() {
      guard let input, let type = graph.type(input), type.count > 1,
        type.shape.count < result.shape.count
      else { continue }
      let missing = Array(repeating: 1, count: result.shape.count - type.shape.count)
      let view = try graph.view(input, missing + type.shape)
      nodes.append(view.node)
      inputs[index] = view.output
    }
    guard !nodes.isEmpty else { return nil }
    nodes.append(Graph.Node(node.name, chain, inputs, node.outputs))
    return Graph.Patch(name: name, nodes: nodes)
  }
}
