import Convolution

/// An operator on transposed inputs becomes one on the inputs as they are, whose outputs are transposed: transpositions
/// move towards the outputs until two of them meet.
struct TransposePushed: Rewrite {
  let name = "transpose-pushed"

  func patch(_ node: Graph.Node, in graph: inout Graph) throws(NetworkError) -> Graph.Patch? {
    guard !(node.operation is any LayoutOperator), !(node.operation is TransposeOperator),
      let arguments = graph.arguments(of: node),
      let permutation = transposition(node.inputs, graph),
      let permuted = node.operation.permuted(
        by: permutation.inversePermutation, arguments)
    else { return nil }
    // Inputs that are transposed lose that; others have to be transposed back, if they are fewer.
    var (gone, added) = (0, 0)
    for (input, inverse) in zip(node.inputs, permuted.inputs) {
      guard let input, let inverse, let type = graph.type(input), graph.constant(input) == nil
      else { continue }
      if source(input, inverse, graph) != nil {
        gone += type.byteCount
      } else {
        added += type.byteCount
      }
    }
    // Of as many, those go that bring images back to ONNX's order: in the other direction they would come back.
    let isToONNX =
      permutation == Layout.channelsLast.permutation(rank: permutation.count - 2).inversePermutation
    guard gone > added || (gone == added && isToONNX) else { return nil }
    var nodes: [Graph.Node] = []
    var inputs: [Graph.ValueID?] = []
    for (input, inverse) in zip(node.inputs, permuted.inputs) {
      guard let input, let inverse else {
        inputs.append(input)
        continue
      }
      if let source = source(input, inverse, graph) {
        inputs.append(source)
      } else {
        let transposed = graph.transpose(input, inverse)
        nodes.append(transposed.node)
        inputs.append(transposed.output)
      }
    }
    let outputs = node.outputs.map { output in
      output.map { graph.addValue("\(graph[$0].name) as it is") }
    }
    nodes.append(Graph.Node(node.name, permuted.operation, inputs, outputs))
    for case (let before?, let output?) in zip(outputs, node.outputs) {
      nodes.append(
        Graph.Node(
          graph[output].name, TransposeOperator(permutation: permutation), [before], [output]))
    }
    return Graph.Patch(name: name, nodes: nodes)
  }

  /// The first transposition among what computes some inputs.
  private func transposition(_ inputs: [Graph.ValueID?], _ graph: Graph) -> [Int]? {
    for case let input? in inputs {
      if let permutation = graph.transposition(graph.producer(of: input)) { return permutation }
    }
    return nil
  }

  /// What is transposed to an input by the inverse of a permutation.
  private func source(
    _ input: Graph.ValueID, _ inverse: [Int], _ graph: Graph
  ) -> Graph.ValueID? {
    guard let producer = graph.producer(of: input),
      graph.transposition(producer)?.inversePermutation == inverse
    else { return nil }
    return producer.inputs[0]
  }
}
