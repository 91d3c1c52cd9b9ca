import Convolution
import TestSupport

extension LayerCase {
  /// A random layer with random data: any rank, groups, stride, dilation, padding, border and activation that fit each
  /// other, of at most `work` multiply-adds.
  package static func random(seed: Int, work: Int = 60_000) -> LayerCase {
    var random = SplitMix64(seed: seed)
    while true {
      let drawn = draw(&random)
      let outputs = drawn.outputShape.reduce(1, *)
      if drawn.fits, outputs * drawn.weightShape[1...].reduce(1, *) <= work {
        return drawn.filled(&random)
      }
    }
  }

  private static func draw(_ random: inout SplitMix64) -> LayerCase {
    let rank = Int.random(in: 1...3, using: &random)
    let channels = Channels.random(&random)
    let extents = (0..<rank).map { _ in Int.random(in: 1...[60, 14, 7][rank - 1], using: &random) }
    let kernel = (0..<rank).map { _ in Int.random(in: 1...[7, 4, 3][rank - 1], using: &random) }
    let padding = randomPadding(extents: extents, &random)
    // A quarter of the batches has more than one image, a few have none.
    let images = [1, 1, 1, 1, 1, 2, 3].randomElement(using: &random)!
    return LayerCase(
      inputShape: [
        Int.random(in: 0..<40, using: &random) == 0 ? 0 : images, channels.input * channels.groups,
      ]
        + extents,
      weightShape: [channels.output * channels.groups, channels.input] + kernel,
      stride: (0..<rank).map { _ in
        padding == .sameTorch ? 1 : [1, 1, 2, 3].randomElement(using: &random)!
      },
      dilation: (0..<rank).map { _ in [1, 1, 2, 3].randomElement(using: &random)! },
      groups: channels.groups, padding: padding,
      border: (0..<rank).map { _ in
        [
          .zeros, .zeros, .constant(-1.5), .constant(0.75), .replicate, .reflect, .symmetric,
          .circular,
        ]
        .randomElement(using: &random)!
      },
      activation: [
        .identity, .identity, .relu, .relu6, .clip(minimum: -0.5, maximum: 1),
        .leakyRelu(slope: 0.1), .sigmoid,
        .tanh, .silu, .hardSwish, .gelu,
      ].randomElement(using: &random)!,
      x: [], w: [],
      bias: Bool.random(using: &random) ? [] : nil, residual: Bool.random(using: &random) ? [] : nil
    )
  }

  /// A random layer with a kernel that Winograd's algorithm computes.
  package static func randomWinograd(seed: Int, work: Int) -> LayerCase {
    var random = SplitMix64(seed: seed)
    while true {
      var layer = draw(&random)
      layer.stride = layer.stride.map { _ in 1 }
      if layer.rank == 3 { layer.dilation[0] = 1 }
      let line = Int.random(in: 2...5, using: &random)
      let kernel = [[1, line], [line, 1], [3, 3], [5, 5]].randomElement(using: &random)!
      let plane = layer.rank == 1 ? [line] : kernel
      layer.weightShape.replaceSubrange((layer.weightShape.count - plane.count)..., with: plane)
      let products = layer.outputShape.reduce(1, *) * layer.weightShape[1...].reduce(1, *)
      if layer.fits, products <= work { return layer.filled(&random) }
    }
  }

  /// The same layer with one input channel a group.
  package func depthwise(seed: Int) -> LayerCase {
    var layer = self
    let outputs = weightShape[0] / groups
    layer.groups = inputShape[1]
    layer.weightShape[1] = 1
    layer.weightShape[0] = inputShape[1] * min(outputs, 4)
    var random = SplitMix64(seed: seed)
    return layer.filled(&random)
  }

  /// The same layer with a kernel of one tap, for every sample.
  package func pointwise(seed: Int) -> LayerCase {
    var layer = self
    layer.weightShape.replaceSubrange(2..., with: repeatElement(1, count: rank))
    layer.stride = stride.map { _ in 1 }
    layer.padding = .valid
    var random = SplitMix64(seed: seed)
    return layer.filled(&random)
  }

  private static func randomPadding(extents: [Int], _ random: inout SplitMix64) -> Padding {
    let amounts = extents.map {
      PaddingAmount(
        before: Int.random(in: -1...($0 + 3), using: &random),
        after: Int.random(in: -1...($0 + 3), using: &random))
    }
    return [
      .valid, .same, .sameLower, .sameTorch, .causal, .full, .explicit(amounts), .explicit(amounts),
    ]
    .randomElement(using: &random)!
  }

  /// Whether every axis has room for the kernel.
  private var fits: Bool { outputShape[2...].allSatisfy { $0 > 0 } }

  /// With random data; the weights' size keeps sums around 1, where activations bend.
  package func filled(_ random: inout SplitMix64) -> LayerCase {
    var filled = self
    let terms = weightShape[1...].reduce(1, *)
    filled.x = random.floats(inputShape.reduce(1, *))
    filled.w = random.floats(weightShape.reduce(1, *), scale: 4 / Float(terms).squareRoot())
    if bias != nil { filled.bias = random.floats(weightShape[0]) }
    if residual != nil { filled.residual = random.floats(outputShape.reduce(1, *)) }
    return filled
  }
}

/// Channels of one group.
private struct Channels {
  package let groups, input, output: Int

  /// Counts on both sides of the vectors' widths.
  private static let counts = [
    1, 2, 3, 5, 8, 12, 15, 16, 17, 24, 31, 32, 33, 47, 48, 49, 63, 64, 65, 70,
  ]

  package static func random(_ random: inout SplitMix64) -> Channels {
    let count = counts.randomElement(using: &random)!
    switch Int.random(in: 0..<4, using: &random) {
    case 0:  // depthwise, with a multiplier
      return Channels(groups: count, input: 1, output: Int.random(in: 1...3, using: &random))
    case 1:  // groups of a few channels
      return Channels(
        groups: Int.random(in: 2...6, using: &random), input: Int.random(in: 1...9, using: &random),
        output: Int.random(in: 1...9, using: &random))
    default:
      return Channels(groups: 1, input: count, output: counts.randomElement(using: &random)!)
    }
  }
}
