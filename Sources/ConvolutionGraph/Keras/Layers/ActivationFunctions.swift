import CConvolution

extension LayerCall {
  /// What a function of Keras's name does to a tensor; nil: there is none of that name.
  func activated(
    _ x: KerasTensor, byFunction name: String, suffix: String? = nil
  ) throws(NetworkError) -> KerasTensor? {
    switch name {
    case "linear": return x
    case "softmax": return try add(Softmax(axis: -1), [x], suffix: suffix)
    case "log_softmax":
      return try add(Softmax(axis: -1, isLogarithm: true), [x], suffix: suffix)
    case "hard_sigmoid":
      // Keras 3 has another slope.
      let slope: Float = graph.version < 3 ? 0.2 : 1 / 6
      return try add(
        Elementwise("HardSigmoid", CONV_ELEMENTWISE_HARD_SIGMOID, p: slope, q: 0.5), [x],
        suffix: suffix)
    default:
      guard let chain = activationFunctions[name] else { return nil }
      return try add(chain, [x], suffix: suffix)
    }
  }
}

/// Functions of one number, by Keras's names, with the settings that they have as a layer's activation.
let activationFunctions: [String: Elementwise] = [
  "relu": .relu,
  "relu6": Elementwise("Clip", CONV_ELEMENTWISE_CLIP, p: 0, q: 6),
  "leaky_relu": .leakyRelu(0.2),
  "elu": .elu(1),
  "celu": .elu(1),
  "selu": Elementwise("Selu", CONV_ELEMENTWISE_SELU, p: 1.673_263_2, q: 1.050_701),
  "sigmoid": Elementwise("Sigmoid", CONV_ELEMENTWISE_SIGMOID),
  "sparse_sigmoid": Elementwise("HardSigmoid", CONV_ELEMENTWISE_HARD_SIGMOID, p: 0.5, q: 0.5),
  "tanh": Elementwise("Tanh", CONV_ELEMENTWISE_TANH),
  "hard_tanh": Elementwise("Clip", CONV_ELEMENTWISE_CLIP, p: -1, q: 1),
  "silu": .silu,
  "swish": .silu,
  "hard_silu": .hardSwish,
  "hard_swish": .hardSwish,
  "gelu": Elementwise("Gelu", CONV_ELEMENTWISE_GELU),
  "mish": Elementwise("Mish", CONV_ELEMENTWISE_MISH),
  "softplus": Elementwise("Softplus", CONV_ELEMENTWISE_SOFTPLUS),
  "softsign": Elementwise("Softsign", CONV_ELEMENTWISE_SOFTSIGN),
  "exponential": Elementwise("Exp", CONV_ELEMENTWISE_EXP),
  // -softplus(-x)
  "log_sigmoid": Elementwise(
    "LogSigmoid",
    [
      .init(CONV_ELEMENTWISE_NEG, [0]), .init(CONV_ELEMENTWISE_SOFTPLUS, [1]),
      .init(CONV_ELEMENTWISE_NEG, [2]),
    ]),
  "tanh_shrink": Elementwise(
    "TanhShrink", [.init(CONV_ELEMENTWISE_TANH, [0]), .init(CONV_ELEMENTWISE_SUB, [0, 1])]),
  // Less its part within half of 0
  "soft_shrink": Elementwise(
    "SoftShrink",
    [.init(CONV_ELEMENTWISE_CLIP, [0], p: -0.5, q: 0.5), .init(CONV_ELEMENTWISE_SUB, [0, 1])]),
  // Itself, where it is farther than half from 0
  "hard_shrink": Elementwise(
    "HardShrink",
    [
      .init(CONV_ELEMENTWISE_CLIP, [0], p: -0.5, q: 0.5), .init(CONV_ELEMENTWISE_SUB, [0, 1]),
      .init(CONV_ELEMENTWISE_SELECT, [2, 0, 2]),
    ]),
  // (x + sqrt(x x + 4)) / 2
  "squareplus": Elementwise(
    "SquarePlus",
    [
      .init(CONV_ELEMENTWISE_MUL, [0, 0]), .init(CONV_ELEMENTWISE_AFFINE, [1], p: 1, q: 4),
      .init(CONV_ELEMENTWISE_SQRT, [2]), .init(CONV_ELEMENTWISE_ADD, [0, 3]),
      .init(CONV_ELEMENTWISE_AFFINE, [4], p: 0.5),
    ]),
  // The square of (x + 1) / 2 between -1 and 1, x above
  "sparse_plus": Elementwise(
    "SparsePlus",
    [
      .init(CONV_ELEMENTWISE_HARD_SIGMOID, [0], p: 0.5, q: 0.5),
      .init(CONV_ELEMENTWISE_MUL, [1, 1]),
      .init(CONV_ELEMENTWISE_AFFINE, [0], p: 1, q: -1),
      .init(CONV_ELEMENTWISE_CLIP, [3], p: 0, q: .infinity),
      .init(CONV_ELEMENTWISE_ADD, [2, 4]),
    ]),
]

extension Elementwise {
  static let relu = Elementwise("Relu", CONV_ELEMENTWISE_CLIP, p: 0, q: .infinity)
  static let silu = Elementwise("Swish", CONV_ELEMENTWISE_SILU)
  static let hardSwish = Elementwise("HardSwish", CONV_ELEMENTWISE_HARD_SWISH)

  static func elu(_ alpha: Float) -> Elementwise {
    Elementwise("Elu", CONV_ELEMENTWISE_ELU, p: alpha)
  }

  static func leakyRelu(_ slope: Float) -> Elementwise {
    Elementwise("LeakyRelu", CONV_ELEMENTWISE_LEAKY_RELU, p: slope)
  }

  /// Keras's `relu`: x above a threshold, but `maximum` at most, and below it a slope from the threshold on.
  static func relu(slope: Float, maximum: Float?, threshold: Float) -> Elementwise {
    if slope == 0, threshold == 0 {
      return maximum.map { Elementwise("Clip", CONV_ELEMENTWISE_CLIP, p: 0, q: $0) } ?? relu
    }
    if maximum == nil, threshold == 0 { return leakyRelu(slope) }
    // Where x is above the threshold, the sign of the difference chooses x, and itself elsewhere, which is then made 0.
    var chain = Elementwise("Relu", CONV_ELEMENTWISE_AFFINE, p: 1, q: -threshold)
    chain.append(CONV_ELEMENTWISE_SIGN)
    chain.append(CONV_ELEMENTWISE_CLIP, p: 0, q: 1)
    chain.instructions.append(.init(CONV_ELEMENTWISE_SELECT, [3, 0, 3]))
    chain.append(CONV_ELEMENTWISE_CLIP, p: 0, q: maximum ?? .infinity)
    guard slope != 0 else { return chain }
    chain.instructions += [
      .init(CONV_ELEMENTWISE_CLIP, [1], p: -.infinity, q: 0),
      .init(CONV_ELEMENTWISE_AFFINE, [6], p: slope),
      .init(CONV_ELEMENTWISE_ADD, [5, 7]),
    ]
    return chain
  }
}
