import Testing

@testable import LayerCases

/// Weights in TensorFlow's and Keras's order are the same layer.
struct WeightOrderTests {
  @Test(arguments: 0..<40)
  func kernelInputOutputOrderGivesTheSameBits(seed: Int) throws {
    let layerCase = LayerCase.random(seed: 5000 + seed, work: 20_000)
    let torch = try layerCase.layer(.outputInputKernel)
    let keras = try layerCase.layer(.kernelInputOutput)
    #expect(keras.kernel == torch.kernel)
    #expect(keras.outputChannels == torch.outputChannels)
    #expect(keras.inputChannels == torch.inputChannels)
    for (setting, plan) in try layerCase.plansOfEveryKernel(torch) {
      let other = try #require(try layerCase.plan(keras, setting))
      expectSame(
        try layerCase.run(other), try layerCase.run(plan), "\(layerCase) on \(setting)")
    }
  }
}
