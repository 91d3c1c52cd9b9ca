import Convolution
import Testing

/// Layers that nobody chose, against the float64 reference.
struct RandomLayerTests {
  private static let seeds = 0..<400

  @Test(arguments: seeds)
  func everySettingAgreesWithTheReference(seed: Int) throws {
    let layerCase = LayerCase.random(seed: seed)
    let reference = Reference(layerCase)
    #expect(reference.shape == layerCase.outputShape)
    let layer = try layerCase.layer()
    for (index, setting) in Setting.all.enumerated() {
      guard let plan = try layerCase.plan(layer, setting, threads: 1 + (seed + index) % 5) else {
        continue
      }
      #expect(plan.outputShape == arrange(shape: reference.shape, in: setting.layout))
      let error = reference.relativeError(try layerCase.run(plan))
      #expect(error <= Reference.bound(of: plan), "\(layerCase) on \(setting)")
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
