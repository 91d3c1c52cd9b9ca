import Convolution
import Testing

/// Layers that nobody chose, against the float64 reference.
struct RandomLayerTests {
  private static let seeds = 0..<400

  /// A float32 sum of products errs by some roundings (2^-24 each) of partial sums, which the sum of the absolute values
  /// of its terms bounds; so the error is measured by the largest such sum of the layer. It stays near 1e-7 of it, while
  /// one wrong tap or channel is some 1e-4 of it or more. Activations have slopes of at most 1.13; where sums are small,
  /// their own rounding counts, measured by the largest output.
  private static let bound = 1e-6

  @Test(arguments: seeds)
  func everySettingAgreesWithTheReference(seed: Int) throws {
    let layerCase = LayerCase.random(seed: seed)
    let reference = Reference(layerCase)
    #expect(reference.shape == layerCase.outputShape)
    let scale = max(reference.magnitude, reference.values.lazy.map(abs).max() ?? 0)
    let layer = try layerCase.layer()
    for (index, setting) in Setting.all.enumerated() {
      guard let plan = try layerCase.plan(layer, setting, threads: 1 + (seed + index) % 5) else {
        continue
      }
      #expect(plan.outputShape == arrange(shape: reference.shape, in: setting.layout))
      let error = largestDifference(try layerCase.run(plan), reference.values)
      #expect(
        error <= Self.bound * scale, "\(layerCase) on \(setting): off by \(error) of \(scale)")
    }
  }

  @Test func theLayersReachEveryKernelFamily() throws {
    var reached: Set<String> = []
    for seed in Self.seeds.prefix(60) {
      let layerCase = LayerCase.random(seed: seed)
      let layer = try layerCase.layer()
      for setting in Setting.all {
        if let plan = try layerCase.plan(layer, setting) { reached.insert(plan.kernel) }
      }
    }
    #expect(reached == Set(KernelTable.all.map(\.family)))
  }
}
