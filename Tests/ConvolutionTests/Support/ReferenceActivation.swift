import Convolution
import Foundation

extension Activation {
  /// The activation by its definition in float64. NaN stays NaN.
  func reference(_ x: Double) -> Double {
    switch self {
    case .identity: x
    case .relu: x < 0 ? 0 : x
    case .relu6: x < 0 ? 0 : x > 6 ? 6 : x
    case .clip(let low, let high):
      x < Double(low) ? Double(low) : x > Double(high) ? Double(high) : x
    case .leakyRelu(let slope): x > 0 ? x : Double(slope) * x
    case .sigmoid: 1 / (1 + exp(-x))
    case .tanh: Foundation.tanh(x)
    case .silu: x / (1 + exp(-x))
    case .hardSwish: x * min(max(x + 3, 0), 6) / 6
    // 1 + erf(z) is erfc(-z), which keeps its digits where erf is close to -1.
    case .gelu: x / 2 * erfc(-x / 2.0.squareRoot())
    }
  }
}
