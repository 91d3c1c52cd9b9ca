import Testing

@testable import Convolution
@testable import LayerCases

/// Layers that nobody chose, against the float64 reference.
struct RandomLayerTests {
  private static let seeds = 0..<400

  @Test(arguments: seeds)
  func everySettingAgreesWithTheReference(seed: Int) throws {
    let layerCase = LayerCase.random(seed: seed)
    let reference = Reference(layerCase)
    #expect(reference.shape == layerCase.outputShape)
    let layer = try layerCase.layer()
    let ways = try layerCase.plansOfEveryKernel(layer).map(\.setting)
    for (index, setting) in (Setting.all + ways).enumerated() {
      guard let plan = try layerCase.plan(layer, setting, threads: 1 + (seed + index) % 5) else {
        continue
      }
      #expect(plan.outputShape == arrange(shape: reference.shape, in: setting.layout))
      let error = reference.relativeError(try layerCase.run(plan))
      #expect(error <= Reference.bound(of: plan), "\(layerCase) on \(setting)")
    }
  }

  @Test func theLayersReachEveryKernel() throws {
    var reached: Set<String> = []
    for seed in Self.seeds.prefix(60) {
      let layerCase = LayerCase.random(seed: seed)
      for (_, plan) in try layerCase.plansOfEveryKernel(layerCase.layer()) {
        reached.insert("\(plan.kernel) \(plan.instructionSet)")
      }
    }
    #expect(reached == Set(Kernel.available.map(\.testDescription)))
  }
}
