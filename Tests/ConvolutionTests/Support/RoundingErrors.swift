import TestSupport

@testable import Convolution
@testable import LayerCases

/// How far one way to compute a kernel is from float64, on every instruction set of this CPU.
///
/// Samples are normally distributed; weights too, with a variance of 1 / (taps * channels), as in trained networks: sums
/// are about 1. Errors are divided by the largest output of their layer; all outputs count.
struct RoundingErrors {
  /// Input channels of the layers that are measured.
  static let channels = [16, 64, 128, 256, 512]
  /// Every kernel that Winograd's algorithm has forms for, but for those with the axes the other way round.
  private static let kernels = [[3, 3], [5, 5], [2], [3], [4], [5]]

  let kernel: [Int]
  /// nil: direct summation.
  let form: WinogradForm?
  /// The largest error on any instruction set, for each number of channels.
  let largest: [Double]
  /// The errors with most channels, on the widest instruction set, in rising order.
  let sorted: [Double]

  /// Every kernel, summed directly and in every form; of two that differ in the order of the axes the one with the larger
  /// height.
  static let measured: [RoundingErrors] = try! kernels.flatMap { kernel in
    let layers = try channels.map { channels in
      let layer = LayerCase.normal(kernel: kernel, channels: channels)
      return Measured(
        layer: layer, plans: try layer.plansOfEveryKernel(layer.layer()).map(\.plan),
        reference: Reference(layer))
    }
    let forms = Set(layers[0].plans.compactMap(\.winograd))
      .filter { $0.tile[0] >= $0.tile.last! }
      .sorted { ($0.tile.last!, $0.tile[0]) < ($1.tile.last!, $1.tile[0]) }
    return try ([nil] + forms).map { try RoundingErrors(kernel, $0, layers) }
  }

  private struct Measured {
    let layer: LayerCase
    let plans: [Plan]
    let reference: Reference
  }

  private init(_ kernel: [Int], _ form: WinogradForm?, _ layers: [Measured]) throws {
    self.kernel = kernel
    self.form = form
    // Channels-last, from the narrowest instruction set to the widest.
    let outputs = try layers.map { measured in
      try measured.plans.filter {
        $0.layout == .channelsLast && $0.winograd == form
          && (form != nil || $0.kernel == "dense_channels_last")
      }.map { try measured.layer.run($0) }
    }
    largest = zip(outputs, layers).map { outputs, measured in
      outputs.map { largestDifference($0, measured.reference.values) }.max()!
        / measured.reference.largest
    }
    let last = layers.last!.reference
    sorted = zip(outputs.last!.last!, last.values).map { abs(Double($0) - $1) / last.largest }
      .sorted()
  }
}

extension LayerCase {
  /// 16 channels of 576 outputs without a border.
  fileprivate static func normal(kernel: [Int], channels: Int) -> LayerCase {
    var random = SplitMix64(seed: channels)
    let ones = kernel.map { _ in 1 }
    let input = kernel.map { (kernel.count == 1 ? 576 : 24) + $0 - 1 }
    let terms = channels * kernel.reduce(1, *)
    return LayerCase(
      inputShape: [1, channels] + input, weightShape: [16, channels] + kernel, stride: ones,
      dilation: ones, border: ones.map { _ in .zeros },
      x: random.normals(channels * input.reduce(1, *)),
      w: random.normals(16 * terms, deviation: 1 / Double(terms).squareRoot()))
  }
}
