import Convolution
import Testing

@testable import ConvolutionGraph

/// Layers written as ONNX and read again compute what other libraries computed, exactly.
struct WrittenLayerTests {
  @Test(arguments: LayerFixture.frameworks, [false, true])
  func everyFixture(framework: String, isDynamic: Bool) throws {
    for (index, fixture) in try LayerFixture.cases(of: framework).enumerated() {
      let opset = [11, 13, 18, 21][index % 4]
      let x = try fixture.input
      let shapes = isDynamic ? [:] : ["x": x.shape]
      let file = try fixture.network().onnx(inputs: shapes, opset: opset, dynamic: isDynamic)
      let network = try Network(onnx: file.bytes)
      let y = try network.output(of: x)
      #expect(y.shape == fixture.yShape, "\(fixture.id)")
      #expect(y.floats == fixture.y, "\(fixture.id)")
    }
  }

  @Test func activationsComeAsNodes() throws {
    let activations = [
      "relu", "relu6", "sigmoid", "tanh", "silu", "hardSwish", "gelu", "clip:-1,2",
    ]
    for word in activations + ["leakyRelu:0.1", "hardSigmoid:0.3,0.4"] {
      let layer = try Conv1D(
        weights: Tensor([1, -2, 3], shape: [1, 1, 3]),
        padding: .same, activation: #require(Activation(word)))
      let x = try NetworkTensor((0..<9).map { Float($0 % 5) - 2 }, shape: [1, 1, 9])
      let expected = try layer(#require(x.tensor))
      for opset in [9, 13, 24] {
        let file = try Network(layer: layer).onnx(inputs: ["x": x.shape], opset: opset)
        let y = try Network(onnx: file.bytes).output(of: x)
        #expect(try relativeDifference(y, NetworkTensor(expected)) <= 1e-6, "\(word) \(opset)")
      }
    }
  }

  @Test(arguments: [false, true]) func channelsLastLayers(isDynamic: Bool) throws {
    let weights = try Tensor((0..<24).map { Float($0 % 7) - 3 }, shape: [3, 1, 2, 4])
    let layer = try Conv2D(
      weights: weights, weightOrder: .kernelInputOutput, stride: 2, padding: .same,
      border: [.circular, .reflect], activation: .relu)
    let x = try NetworkTensor((0..<70).map { Float($0 % 11) - 5 }, shape: [1, 7, 5, 2])
    let expected = try layer(#require(x.tensor), layout: .channelsLast)
    let network = try Network(layer: layer, layout: .channelsLast)
    #expect(try network.output(of: x) == NetworkTensor(expected))
    let file = try network.onnx(inputs: ["x": x.shape], dynamic: isDynamic)
    #expect(try Network(onnx: file.bytes).output(of: x) == NetworkTensor(expected))
  }

  @Test func separableLayersAreTwoNodes() throws {
    let layer = try SeparableConv1D(
      depthwiseWeights: Tensor([1, 2, 3, 4], shape: [2, 1, 2]),
      pointwiseWeights: Tensor([1, -1, 2, 3, 0, 1], shape: [3, 2, 1]), padding: .causal)
    let x = try NetworkTensor([1, 2, 3, 4, 5, 6] as [Float], shape: [1, 2, 3])
    let network = try Network(layer: layer)
    #expect(network.source.operations == ["Conv", "Conv"])
    let file = try network.onnx(inputs: ["x": x.shape])
    #expect(
      try Network(onnx: file.bytes).output(of: x) == NetworkTensor(layer(#require(x.tensor))))
  }

  /// Padding, rounding up and dilation that ONNX's pools do not have, or that are read differently.
  @Test func pools() throws {
    let x = try NetworkTensor((0..<2 * 7 * 9).map { Float(($0 * 37) % 23) }, shape: [1, 2, 7, 9])
    let kinds: [PoolingLayer.Kind] = [.max, .average(), .average(countsPadding: true), .lp(2)]
    let paddings: [Padding] = [
      .valid, .same, .sameLower,
      .explicit([.init(before: 2, after: 1), .init(before: 0, after: 2)]),
    ]
    for kind in kinds {
      for padding in paddings {
        for (ceil, dilation) in [(false, 1), (true, 1), (false, 2), (true, 2)] {
          let layer = try Pool2D(
            kind, kernel: [3, 2], stride: 2, dilation: dilation, padding: padding, ceilMode: ceil)
          let expected = try NetworkTensor(layer(#require(x.tensor)))
          for opset in [11, 13, 19] {
            let file = try Network(layer: layer).onnx(inputs: ["x": x.shape], opset: opset)
            let y = try Network(onnx: file.bytes).output(of: x)
            #expect(relativeDifference(y, expected) <= 1e-6, "\(layer), opset \(opset)")
          }
        }
      }
    }
  }
}

extension Network {
  /// The first output for a first input, each product in its own order.
  fileprivate func output(of x: NetworkTensor) throws -> NetworkTensor {
    let plan = try plan(
      inputs: [inputs[0].name: x.shape], with: Planner(threads: 2, accuracy: .exactOrder))
    return try #require(plan.run([inputs[0].name: x])[outputs[0].name])
  }
}
