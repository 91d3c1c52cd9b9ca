import CConvolution

/// Functions of one input that networks apply between layers.
let activationOperators: [String: OperatorMaker] = [
  "Relu": { _ in Elementwise("Relu", CONV_ELEMENTWISE_CLIP, p: 0, q: .infinity) },
  "Clip": { Elementwise(clip: &$0) },
  "LeakyRelu": {
    Elementwise("LeakyRelu", CONV_ELEMENTWISE_LEAKY_RELU, p: $0.float("alpha", default: 0.01))
  },
  "ThresholdedRelu": {
    // Above the threshold, the sign of the difference chooses x, and below it chooses itself, which is 0.
    var chain = Elementwise(
      "ThresholdedRelu", CONV_ELEMENTWISE_AFFINE, p: 1, q: -$0.float("alpha", default: 1))
    chain.append(CONV_ELEMENTWISE_SIGN)
    chain.append(CONV_ELEMENTWISE_CLIP, p: 0, q: 1)
    chain.instructions.append(.init(CONV_ELEMENTWISE_SELECT, [3, 0, 3]))
    return chain
  },
  "Elu": { Elementwise("Elu", CONV_ELEMENTWISE_ELU, p: $0.float("alpha", default: 1)) },
  "Selu": {
    Elementwise(
      "Selu", CONV_ELEMENTWISE_SELU, p: $0.float("alpha", default: 1.673_263_2),
      q: $0.float("gamma", default: 1.050_701))
  },
  "Celu": {
    // alpha elu(x / alpha)
    let alpha = $0.float("alpha", default: 1)
    var chain = Elementwise("Celu", CONV_ELEMENTWISE_AFFINE, p: 1 / alpha)
    chain.append(CONV_ELEMENTWISE_ELU, p: 1)
    chain.append(CONV_ELEMENTWISE_AFFINE, p: alpha)
    return chain
  },
  "Sigmoid": { _ in Elementwise("Sigmoid", CONV_ELEMENTWISE_SIGMOID) },
  "HardSigmoid": {
    Elementwise(
      "HardSigmoid", CONV_ELEMENTWISE_HARD_SIGMOID, p: $0.float("alpha", default: 0.2),
      q: $0.float("beta", default: 0.5))
  },
  "HardSwish": { _ in Elementwise("HardSwish", CONV_ELEMENTWISE_HARD_SWISH) },
  "Tanh": { _ in Elementwise("Tanh", CONV_ELEMENTWISE_TANH) },
  "Softplus": { _ in Elementwise("Softplus", CONV_ELEMENTWISE_SOFTPLUS) },
  "Softsign": { _ in Elementwise("Softsign", CONV_ELEMENTWISE_SOFTSIGN) },
  "Mish": { _ in Elementwise("Mish", CONV_ELEMENTWISE_MISH) },
  "Swish": {
    let alpha = $0.float("alpha", default: 1)
    guard alpha != 1 else { return Elementwise("Swish", CONV_ELEMENTWISE_SILU) }
    var chain = Elementwise("Swish", CONV_ELEMENTWISE_AFFINE, p: alpha)
    chain.append(CONV_ELEMENTWISE_SIGMOID)
    chain.append(CONV_ELEMENTWISE_MUL, with: 0)
    return chain
  },
  "Gelu": {
    enum Approximation: String { case none, tanh }
    return switch $0.word("approximate", default: Approximation.none) {
    case .none: Elementwise("Gelu", CONV_ELEMENTWISE_GELU)
    case .tanh: Elementwise("Gelu", CONV_ELEMENTWISE_GELU_TANH)
    }
  },
]

extension Elementwise {
  /// `Clip`: the limits are attributes, or inputs of which either may be left out.
  init(clip reader: inout NodeReader) {
    let (minimum, maximum) = (reader.float("min"), reader.float("max"))
    let (hasMinimum, hasMaximum) = (reader.hasInput(1), reader.hasInput(2))
    for index in (1..<max(reader.inputs.count, 1)).reversed() where !reader.hasInput(index) {
      reader.removeInput(index)
    }
    self.init("Clip", inputs: reader.inputs.count, [])
    if hasMinimum { instructions.append(Instruction(CONV_ELEMENTWISE_MAX, [0, 1])) }
    if hasMaximum {
      let last = hasMinimum ? inputCount : 0
      instructions.append(Instruction(CONV_ELEMENTWISE_MIN, [last, inputCount - 1]))
    }
    if instructions.isEmpty {
      instructions = [
        Instruction(CONV_ELEMENTWISE_CLIP, [0], p: minimum ?? -.infinity, q: maximum ?? .infinity)
      ]
    }
  }
}
