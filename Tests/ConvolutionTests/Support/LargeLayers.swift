import Convolution
import TestSupport

@testable import LayerCases

extension LayerCase {
  /// Layers with enough work for seven threads, of every kind that is computed differently.
  static let large = [
    large([1, 24, 17, 19], [70, 24, 3, 3], .same, [.reflect, .zeros], activation: .silu),
    large([1, 33, 41, 45], [49, 33, 1, 1], .valid, [.zeros, .zeros]),
    large(
      [2, 70, 45, 43], [70, 1, 3, 3], groups: 70, .same, [.circular, .replicate], activation: .gelu),
    large([2, 24, 61, 53], [72, 1, 5, 5], groups: 24, .same, [.zeros, .zeros], stride: [2, 2]),
    large(
      [1, 20, 57, 41], [28, 5, 3, 3], groups: 4, .same, [.zeros, .symmetric], dilation: [2, 1]),
    large([1, 40, 450], [35, 40, 5], .causal, [.constant(0.5)], dilation: [3], activation: .tanh),
    large([1, 7, 6, 8, 7], [31, 7, 3, 3, 3], .full, [.replicate, .zeros, .circular]),
    large(
      [1, 3, 51, 53], [33, 3, 7, 7], .same, [.zeros, .zeros], stride: [2, 2], activation: .relu),
    // Pictures that do not fit the cache in one piece: many bytes for their work. Circular rows come from both ends.
    large([1, 8, 30, 400], [16, 8, 3, 1], .same, [.circular, .zeros], activation: .sigmoid),
    large(
      [1, 80, 30, 200], [16, 80, 4, 1], .same, [.reflect, .zeros], stride: [3, 2], dilation: [2, 1]),
    large([1, 8, 3, 20, 200], [16, 8, 2, 2, 1], .same, [.circular, .replicate, .zeros]),
    // Few outputs: of the whole layer, and of each group.
    large([1, 35, 61, 63], [3, 35, 3, 3], .same, [.zeros, .reflect]),
    large([1, 32, 51, 53], [32, 8, 3, 3], groups: 4, .same, [.zeros, .zeros], stride: [1, 2]),
    large([1, 40, 6000], [20, 40, 2], .same, [.symmetric], stride: [2]),
    // Input channels of a group, or of several, that do not fit the cache together for the fewest outputs.
    large([1, 1720, 33], [260, 860, 3], groups: 2, .same, [.replicate], dilation: [64]),
    large(
      [1, 8, 12, 12], [8, 2, 31, 31], groups: 4, .same, [.zeros, .circular], dilation: [10, 10]),
    // Winograd's: nested and one-axis tiles, tiles that interleave, groups, depth.
    large([1, 32, 45, 50], [80, 32, 3, 3], .same, [.circular, .reflect], activation: .relu),
    large([2, 20, 1001], [70, 20, 3], .causal, [.replicate]),
    large([1, 33, 61, 30], [40, 33, 3, 1], .same, [.symmetric, .zeros]),
    large([1, 24, 40, 41], [24, 24, 5, 5], .same, [.zeros, .constant(0.5)]),
    large([1, 40, 61, 73], [40, 40, 3, 3], .same, [.zeros, .circular], dilation: [2, 5]),
    large(
      [1, 80, 33, 34], [96, 40, 3, 3], groups: 2, .same, [.zeros, .zeros], activation: .gelu),
    large([1, 20, 9, 20, 21], [33, 20, 3, 3, 3], .same, [.replicate, .zeros, .reflect]),
  ]

  private static func large(
    _ input: [Int], _ weights: [Int], groups: Int = 1, _ padding: Padding, _ border: [Border],
    stride: [Int]? = nil, dilation: [Int]? = nil, activation: Activation = .identity
  ) -> LayerCase {
    let ones = Array(repeating: 1, count: border.count)
    var random = SplitMix64(seed: 1)
    return LayerCase(
      inputShape: input, weightShape: weights, stride: stride ?? ones, dilation: dilation ?? ones,
      groups: groups, padding: padding, border: border, activation: activation, x: [], w: [],
      bias: [],
      residual: []
    ).filled(&random)
  }
}
