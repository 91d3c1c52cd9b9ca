import CConvolution
import Convolution

extension Elementwise {
  /// The chain that computes a layer's activation of its sums; nil for ``Activation/identity``.
  ///
  /// Where the activation has slopes of channels, they are the chain's second input.
  init?(_ activation: Activation) {
    guard activation != .identity else { return nil }
    let name = activation.description.split(separator: ":").first.map(String.init) ?? ""
    self.init(name, [])
    switch activation.kind {
    case CONV_LEAKY_RELU:
      instructions = [.init(CONV_ELEMENTWISE_LEAKY_RELU, [0], p: activation.slope)]
    case CONV_PRELU:
      inputCount = 2
      instructions = [.init(CONV_ELEMENTWISE_PRELU, [0, 1])]
    case CONV_SIGMOID: instructions = [.init(CONV_ELEMENTWISE_SIGMOID, [0])]
    case CONV_TANH: instructions = [.init(CONV_ELEMENTWISE_TANH, [0])]
    case CONV_SILU: instructions = [.init(CONV_ELEMENTWISE_SILU, [0])]
    case CONV_HARD_SWISH: instructions = [.init(CONV_ELEMENTWISE_HARD_SWISH, [0])]
    case CONV_HARD_SIGMOID:
      instructions = [
        .init(
          CONV_ELEMENTWISE_HARD_SIGMOID, [0], p: activation.slope, q: activation.offset)
      ]
    case CONV_GELU: instructions = [.init(CONV_ELEMENTWISE_GELU, [0])]
    default:
      instructions = [
        .init(CONV_ELEMENTWISE_CLIP, [0], p: activation.minimum, q: activation.maximum)
      ]
    }
    if activation.scale != 1 || activation.shift != 0 {
      append(CONV_ELEMENTWISE_AFFINE, p: activation.scale, q: activation.shift)
    }
  }
}
