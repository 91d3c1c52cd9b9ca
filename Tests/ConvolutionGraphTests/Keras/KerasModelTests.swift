import Convolution
import Testing

@testable import ConvolutionGraph

/// Models of Keras give what Keras gives, layer by layer, in either layout.
struct KerasModelTests {
  @Test(arguments: KerasSample.all) func everyLayerGivesWhatItGivesInKeras(
    sample: KerasSample
  ) throws {
    let network = try Network(contentsOf: sample.path)
    let (x, expected) = (try sample.input(), try sample.outputs())
    #expect(network.inputs.map(\.name) == ["x"])
    for layout in Layout.allCases {
      let plan = try network.plan(inputs: ["x": x.shape], layout: layout)
      let outputs = try plan.run(["x": x])
      var rest = expected[...]
      for output in network.outputs {
        let y = try #require(outputs[output.name])
        let wanted = try NetworkTensor(Array(rest.prefix(y.count)), shape: y.shape)
        rest = rest.dropFirst(y.count)
        #expect(try relativeDifference(y, wanted) <= 1e-5, "\(output.name), \(layout)")
      }
      #expect(rest.isEmpty)
    }
  }

  @Test func inputsAndOutputsAreAsInKeras() throws {
    let network = try Network(contentsOf: KerasSample("images.keras").path)
    #expect(network.inputs[0].shape == [nil, 9, 10, 4])
    #expect(network.outputs[0].name == "conv2d")
    #expect(network.outputs[0].shape == [nil, 9, 10, 3])
    #expect(network.outputs[1].shape == [nil, 5, 5, 6])
  }

  @Test func paddingStaysTheConventionThatTheFileNames() throws {
    let network = try Network(contentsOf: KerasSample("sequences.keras").path, rewriteLimit: 0)
    let paddings = network.graph.nodes.compactMap { $0?.operation as? ConvolutionOperator }
      .map(\.padding)
    #expect(paddings.prefix(3) == [.causal, .same, .same])
  }

  @Test func classesBecomeTheNamesOfTheirWeights() {
    #expect("Conv2DTranspose".snakeCase == "conv2d_transpose")
    #expect("PReLU".snakeCase == "p_re_lu")
    #expect("GlobalAveragePooling2D".snakeCase == "global_average_pooling2d")
    #expect("LSTM".snakeCase == "lstm")
  }
}
