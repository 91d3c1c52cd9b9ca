import Convolution
import Foundation

extension Activation {
  /// The activation by its definition in float64. NaN stays NaN.
  package func reference(_ x: Double) -> Double {
    switch self {
    case .sigmoid: 1 / (1 + exp(-x))
    case .tanh: Foundation.tanh(x)
    case .silu: x / (1 + exp(-x))
    case .hardSwish: x * min(max(x + 3, 0), 6) / 6
    // 1 + erf(z) is erfc(-z), which keeps its digits where erf is close to -1.
    case .gelu: x / 2 * erfc(-x / 2.0.squareRoot())
    case .hardSigmoid(slope: slope, offset: offset):
      min(max(Double(slope) * x + Double(offset), 0), 1)
    case .leakyRelu(slope: slope): x > 0 ? x : Double(slope) * x
    // identity, relu and relu6 among them.
    default: x < Double(minimum) ? Double(minimum) : x > Double(maximum) ? Double(maximum) : x
    }
  }
}
