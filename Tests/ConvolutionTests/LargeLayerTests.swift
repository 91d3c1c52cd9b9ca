import Testing

@testable import LayerCases

/// Layers that are computed in many tiles, bands and tasks, against the float64 reference.
struct LargeLayerTests {
  @Test(arguments: LayerCase.large.indices)
  func everyKernelAgreesWithTheReference(index: Int) throws {
    let layerCase = LayerCase.large[index]
    let reference = Reference(layerCase)
    for (setting, plan) in try layerCase.plansOfEveryKernel(layerCase.layer()) {
      let error = reference.relativeError(try layerCase.run(plan))
      #expect(error <= Reference.bound(of: plan), "\(layerCase) on \(setting)")
    }
  }
}
