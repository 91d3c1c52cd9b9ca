import CConvolution

@testable import Convolution

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

  /// Every kernel, summed directly and in every form.
  static let measured: [RoundingErrors] = try! kernels.flatMap { kernel in
    let layers = channels.map { LayerCase.normal(kernel: kernel, channels: $0) }
    let references = layers.map(Reference.init)
    return try ([nil] + forms(of: layers[0])).map {
      try RoundingErrors(kernel, $0, layers, references)
    }
  }

  private init(
    _ kernel: [Int], _ form: WinogradForm?, _ layers: [LayerCase], _ references: [Reference]
  ) throws {
    self.kernel = kernel
    self.form = form
    let kernels = KernelTable.all.filter {
      $0.family == (form == nil ? "dense_transposed" : "winograd")
    }
    let tile = Array(repeating: 1, count: 3 - kernel.count) + (form?.tile ?? kernel.map { _ in 1 })
    let outputs = try layers.map { layer in
      let run = GuardedRun(
        layer, layout: .channelsFirst, side: .after, vectorsWithinRows: false, tile: tile)
      return try kernels.map { try run.run($0.kernel, weightOrder: .outputInputKernel) }
    }
    largest = zip(outputs, references).map { outputs, reference in
      outputs.map { largestDifference($0, reference.values) }.max()! / reference.largest
    }
    let last = references.last!
    sorted = zip(outputs.last!.last!, last.values).map { abs(Double($0) - $1) / last.largest }
      .sorted()
  }

  /// All forms of a layer, of two that differ in the order of the axes the one with the larger height.
  private static func forms(of layer: LayerCase) throws -> [WinogradForm] {
    func forms<let rank: Int>(_ layer: ConvolutionLayer<rank>, _ shape: [Int]) throws
      -> [WinogradForm]
    {
      let geometry = try layer.geometry(for: shape, layout: .channelsFirst)
      let facts = try layer.facts(geometry, layer.axisMaps(geometry))
      return WinogradForm.candidates(for: facts, accuracy: .fast)
    }
    let all =
      layer.rank == 1
      ? try forms(layer.layer(Conv1D.self), layer.inputShape)
      : try forms(layer.layer(Conv2D.self), layer.inputShape)
    return all.filter { $0.tile[0] >= $0.tile[$0.tile.count - 1] }
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
