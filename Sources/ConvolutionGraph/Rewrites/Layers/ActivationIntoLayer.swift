import CConvolution
import Convolution

/// An activation behind a layer becomes the layer's own; so does a factor and an offset behind that.
struct ActivationIntoLayer: Rewrite {
  let name = "activation-into-layer"

  func patch(_ node: Graph.Node, in graph: inout Graph) throws(NetworkError) -> Graph.Patch? {
    for found in LayerAndChain.all(node, in: graph) {
      guard let activation = activation(found, node, graph) else { continue }
      var operation = found.operation
      operation.activation = activation
      return found.patch(name, operation, found.layer.inputs, for: node, in: &graph)
    }
    return nil
  }

  private func activation(
    _ found: LayerAndChain, _ node: Graph.Node, _ graph: Graph
  ) -> Activation? {
    let (instruction, before) = (found.instruction, found.operation.activation)
    if instruction.operation == CONV_ELEMENTWISE_AFFINE {
      // Of a plain sum, the weights take it.
      return before == .identity ? nil : before.scaled(by: instruction.p, shiftedBy: instruction.q)
    }
    guard before == .identity else { return nil }
    return switch instruction.operation {
    case CONV_ELEMENTWISE_CLIP where instruction.p <= instruction.q:
      .clip(minimum: instruction.p, maximum: instruction.q)
    case CONV_ELEMENTWISE_LEAKY_RELU: .leakyRelu(slope: instruction.p)
    case CONV_ELEMENTWISE_HARD_SIGMOID:
      .hardSigmoid(slope: instruction.p, offset: instruction.q)
    case CONV_ELEMENTWISE_HARD_SWISH: .hardSwish
    case CONV_ELEMENTWISE_SIGMOID: .sigmoid
    case CONV_ELEMENTWISE_TANH: .tanh
    case CONV_ELEMENTWISE_SILU: .silu
    case CONV_ELEMENTWISE_GELU: .gelu
    case CONV_ELEMENTWISE_PRELU: slopes(found, node, graph)
    default: nil
    }
  }

  /// One slope an output channel.
  private func slopes(
    _ found: LayerAndChain, _ node: Graph.Node, _ graph: Graph
  ) -> Activation? {
    guard found.instruction.operands[0] == found.input, let other = found.otherInput,
      let slopes = graph.constant(node.inputs[other])?.tensor,
      let values = slopes.elements(
        perChannel: found.outputChannels, rank: found.weightShape.count, found.operation.layout)
    else { return nil }
    return (try? Tensor(values, shape: [values.count])).map { .prelu(slopes: $0) }
  }
}

extension Tensor {
  /// The elements of a tensor that repeats along all axes but the channels' of images with `rank` axes, one a channel; nil
  /// where it is no such tensor.
  func elements(perChannel channels: Int, rank: Int, _ layout: Layout) -> [Float]? {
    if count == 1, shape.count <= rank {
      return Array(repeating: elements[0], count: channels)
    }
    let aligned = Array(repeating: 1, count: max(rank - shape.count, 0)) + shape
    var expected = Array(repeating: 1, count: rank)
    expected[layout == .channelsFirst ? 1 : rank - 1] = channels
    return aligned == expected ? elements : nil
  }
}
