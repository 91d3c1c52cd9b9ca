import Testing

@testable import Convolution
@testable import LayerCases

/// What networks put behind an activation: slopes of channels, a factor and an offset.
struct ChannelActivationTests {
  /// Every kernel, in every form, gives the bits of its own sums taken through the formula.
  @Test(arguments: [(40, 1), (5, 1), (24, 24), (16, 4)])
  func slopesAFactorAndAnOffset(channels: Int, groups: Int) throws {
    let inputChannels = groups == 1 ? 6 : channels
    let weightShape = [channels, inputChannels / groups, 3, 3]
    let layerCase = LayerCase(
      inputShape: [2, inputChannels, 7, 19], weightShape: weightShape, stride: [1, 1],
      dilation: [1, 1], groups: groups, padding: .same, border: [.zeros, .zeros],
      x: (0..<2 * inputChannels * 7 * 19).map { Float(($0 * 37) % 101 - 50) / 16 },
      w: (0..<weightShape.reduce(1, *)).map { Float(($0 * 29) % 17 - 8) / 8 })
    let plain = try layerCase.layer()
    let slopes = (0..<channels).map { Float($0 % 7 - 3) / 8 }
    let activation = Activation.prelu(slopes: try Tensor(slopes, shape: [channels]))
      .scaled(by: 3, shiftedBy: -0.375)
    let plans = try layerCase.plansOfEveryKernel(plain)
    let others = try layerCase.plansOfEveryKernel(ConvolutionLayer(plain, activation: activation))
    #expect(plans.count == others.count)
    for ((setting, plan), (_, other)) in zip(plans, others) {
      let plane = plan.outputShape.reduce(1, *) / (2 * channels)
      let expected = try layerCase.run(plan).enumerated().map { index, sum in
        3 * (sum < 0 ? slopes[index / plane % channels] * sum : sum) - 0.375
      }
      expectSame(try layerCase.run(other), expected, by: .values, "\(setting)")
    }
  }
}
