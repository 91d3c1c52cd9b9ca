import Convolution
import Foundation

extension Activation {
  /// In float64, by its words.
  func value(of x: Double) -> Double {
    let parts = description.split { ":,".contains($0) }
    let numbers = parts.dropFirst().map { Double($0)! }
    return switch parts[0] {
    case "relu": max(x, 0)
    case "relu6": min(max(x, 0), 6)
    case "clip": min(max(x, numbers[0]), numbers[1])
    case "hardSigmoid": min(max(numbers[0] * x + numbers[1], 0), 1)
    case "leakyRelu": x > 0 ? x : numbers[0] * x
    case "sigmoid": 1 / (1 + exp(-x))
    case "tanh": Foundation.tanh(x)
    case "silu": x / (1 + exp(-x))
    case "hardSwish": x * min(max(x + 3, 0), 6) / 6
    case "gelu": x * (1 + erf(x / 2.0.squareRoot())) / 2
    default: x
    }
  }
}
