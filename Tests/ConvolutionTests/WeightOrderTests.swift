import Convolution
import Testing

/// Weights in TensorFlow's and Keras's order are the same layer.
struct WeightOrderTests {
  @Test(arguments: 0..<40)
  func kernelInputOutputOrderGivesTheSameBits(seed: Int) throws {
    let layerCase = LayerCase.random(seed: 5000 + seed, work: 20_000)
    switch layerCase.rank {
    case 1: try compare(layerCase, Conv1D.self)
    case 2: try compare(layerCase, Conv2D.self)
    default: try compare(layerCase, Conv3D.self)
    }
  }

  private func compare<let rank: Int>(_ layerCase: LayerCase, _ type: ConvolutionLayer<rank>.Type)
    throws
  {
    let torch = try layerCase.layer(type)
    let shape = layerCase.weightShape
    let keras = try ConvolutionLayer<rank>(
      weights: Tensor(
        layerCase.weights(in: .kernelInputOutput), shape: shape[2...] + [shape[1], shape[0]]),
      weightOrder: .kernelInputOutput,
      bias: layerCase.bias.map { try Tensor($0, shape: [$0.count]) },
      stride: .each(layerCase.stride), dilation: .each(layerCase.dilation),
      groups: layerCase.groups,
      padding: layerCase.padding, border: .each(layerCase.border), activation: layerCase.activation)
    #expect(keras.kernel == torch.kernel)
    #expect(keras.outputChannels == torch.outputChannels)
    #expect(keras.inputChannels == torch.inputChannels)
    for (setting, plan) in try layerCase.plansOfEveryKernel(torch) {
      let other = try #require(try layerCase.plan(keras, setting))
      #expect(
        bits(try layerCase.run(plan)) == bits(try layerCase.run(other)),
        "\(layerCase) on \(setting)")
    }
  }
}
