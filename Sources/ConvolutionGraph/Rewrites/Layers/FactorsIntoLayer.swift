import CConvolution
import Convolution

/// Factors and offsets of output channels behind a layer become part of its weights and bias; batch normalisation is such
/// a thing.
struct FactorsIntoLayer: Rewrite {
  let name = "factors-into-layer"

  func patch(_ node: Graph.Node, in graph: inout Graph) throws(NetworkError) -> Graph.Patch? {
    for found in LayerAndChain.all(node, in: graph) where found.isPlain(graph) {
      guard graph.constant(found.layer.inputs[1]) != nil,
        !found.layer.hasInput(2) || graph.constant(found.layer.inputs[2]) != nil,
        let (factor, offset) = line(found, node, graph)
      else { continue }
      var inputs = found.layer.inputs(with: nil, at: 3)
      var before: [Graph.Node] = []
      /// Adds a node that computes a constant.
      func add(_ chain: Elementwise, _ operands: [Graph.ValueID?]) -> Graph.ValueID {
        let value = graph.addValue("\(found.layer.name) \(chain.name)")
        before.append(Graph.Node(found.layer.name, chain, operands, [value]))
        return value
      }
      if let factor {
        guard
          let shape = found.operation.factorShape(
            channels: found.outputChannels, rank: found.weightShape.count)
        else { continue }
        let factors = graph.addConstant(
          "\(node.name) factor", try NetworkTensor(factor, shape: shape))
        inputs[1] = add(Elementwise("Mul", inputs: 2, CONV_ELEMENTWISE_MUL), [inputs[1], factors])
        if inputs[2] != nil {
          let flat = try NetworkTensor(factor, shape: [factor.count])
          inputs[2] = add(
            Elementwise("Mul", inputs: 2, CONV_ELEMENTWISE_MUL),
            [inputs[2], graph.addConstant("\(node.name) factor", flat)])
        }
      }
      if let offset {
        let flat = graph.addConstant(
          "\(node.name) offset", try NetworkTensor(offset, shape: [offset.count]))
        inputs[2] =
          inputs[2] == nil
          ? flat : add(Elementwise("Add", inputs: 2, CONV_ELEMENTWISE_ADD), [inputs[2], flat])
      }
      return found.patch(name, found.operation, inputs, before: before, for: node, in: &graph)
    }
    return nil
  }

  /// What an operation multiplies a layer's output channels by, and adds to them; nil: it is something else.
  private func line(
    _ found: LayerAndChain, _ node: Graph.Node, _ graph: Graph
  ) -> (factor: [Float]?, offset: [Float]?)? {
    let (instruction, channels) = (found.instruction, found.outputChannels)
    if instruction.operation == CONV_ELEMENTWISE_AFFINE {
      return (
        instruction.p == 1 ? nil : Array(repeating: instruction.p, count: channels),
        instruction.q == 0 ? nil : Array(repeating: instruction.q, count: channels)
      )
    }
    guard let other = found.otherInput, let constant = graph.constant(node.inputs[other])?.tensor,
      let values = constant.elements(
        perChannel: channels, rank: found.weightShape.count, found.operation.layout)
    else { return nil }
    let isFirst = instruction.operands[0] == found.input
    return switch instruction.operation {
    case CONV_ELEMENTWISE_ADD: (nil, values)
    case CONV_ELEMENTWISE_SUB:
      isFirst
        ? (nil, values.map { -$0 }) : (Array(repeating: -1, count: channels), values)
    case CONV_ELEMENTWISE_MUL: (values, nil)
    case CONV_ELEMENTWISE_DIV where isFirst: (values.map { 1 / $0 }, nil)
    default: nil
    }
  }
}
