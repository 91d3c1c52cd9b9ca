import CConvolution
import Convolution

/// What is added to a layer's output is added by the layer itself.
struct ResidualIntoLayer: Rewrite {
  let name = "residual-into-layer"

  func patch(_ node: Graph.Node, in graph: inout Graph) throws(NetworkError) -> Graph.Patch? {
    for found in LayerAndChain.all(node, in: graph) where found.isPlain(graph) {
      guard found.instruction.operation == CONV_ELEMENTWISE_ADD, let other = found.otherInput,
        let residual = node.inputs[other], let type = graph.type(residual),
        graph.type(found.layer.outputs[0]) == type, graph.constant(found.layer.inputs[1]) != nil,
        !found.layer.hasInput(2) || graph.constant(found.layer.inputs[2]) != nil
      else { continue }
      return found.patch(
        name, found.operation,
        found.layer.inputs(with: residual, at: LayerInput.residual.rawValue),
        for: node, in: &graph)
    }
    return nil
  }
}
