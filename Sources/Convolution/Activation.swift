import CConvolution

/// What is applied to sum + bias + residual before it is stored.
public enum Activation: Sendable, Equatable {
  case identity
  /// max(x, 0)
  case relu
  /// min(max(x, 0), 6)
  case relu6
  /// min(max(x, minimum), maximum)
  case clip(minimum: Float, maximum: Float)
  /// x where x > 0, slope x elsewhere.
  case leakyRelu(slope: Float)
  /// 1 / (1 + exp(-x))
  case sigmoid
  case tanh
  /// x sigmoid(x)
  case silu
  /// x min(max(x + 3, 0), 6) / 6
  case hardSwish
  /// x (1 + erf(x / sqrt(2))) / 2, the exact form, not the tanh approximation.
  case gelu

  var resolved: conv_activation {
    switch self {
    case .identity: .clip(-.infinity, .infinity)
    case .relu: .clip(0, .infinity)
    case .relu6: .clip(0, 6)
    case .clip(let minimum, let maximum): .clip(minimum, maximum)
    case .leakyRelu(let slope): .pass(CONV_LEAKY_RELU, slope: slope)
    case .sigmoid: .pass(CONV_SIGMOID)
    case .tanh: .pass(CONV_TANH)
    case .silu: .pass(CONV_SILU)
    case .hardSwish: .pass(CONV_HARD_SWISH)
    case .gelu: .pass(CONV_GELU)
    }
  }
}

extension conv_activation {
  fileprivate static func clip(_ minimum: Float, _ maximum: Float) -> conv_activation {
    conv_activation(kind: CONV_CLIP, minimum: minimum, maximum: maximum, slope: 0)
  }

  /// Microkernels clamp every sum; what follows in a pass of its own must not be clamped.
  fileprivate static func pass(_ kind: conv_activation_kind, slope: Float = 0) -> conv_activation {
    conv_activation(kind: kind, minimum: -.infinity, maximum: .infinity, slope: slope)
  }
}
