import Convolution
import Testing

@testable import ConvolutionGraph

/// The table that says which side of a written network is padded.
struct WrittenPaddingTests {
  @Test func theQuestionOfTheForum() throws {
    let layer = try Conv2D(weights: Tensor(repeating: 1, shape: [32, 32, 4, 1]), padding: .same)
    let file = try Network(layer: layer).onnx(inputs: ["x": [64, 32, 100, 20]])
    let row = try #require(file.paddings.first)
    #expect(file.paddings.count == 1)
    #expect((row.node, row.operation, row.meaning) == ("conv", "Conv", "same"))
    #expect(row.amounts == [.init(before: 1, after: 2), .none])
    #expect(row.written == "pads=[1, 0, 2, 0]")
    #expect(row.warnings.count == 1)
    #expect(row.warnings[0].contains("after"))
  }

  @Test func amountsAreOpenWhileShapesAre() throws {
    let layer = try Conv1D(
      weights: Tensor(repeating: 1, shape: [1, 1, 3]), stride: 2, padding: .sameLower)
    let network = try Network(layer: layer)
    let row = try #require(network.onnx(dynamic: true).paddings.first)
    #expect(row.amounts == nil)
    #expect(row.meaning == "same-lower")
    #expect(row.written == "auto_pad=SAME_LOWER")
    // An example's shape tells the amounts, and changes nothing else.
    let example = try network.onnx(inputs: ["x": [1, 1, 8]], dynamic: true)
    #expect(example.paddings[0].amounts == [.init(before: 1, after: 0)])
    #expect(try example.bytes == network.onnx(dynamic: true).bytes)
  }

  @Test func dilationIsWarnedOf() throws {
    let layer = try Conv1D(
      weights: Tensor(repeating: 1, shape: [1, 1, 3]), dilation: 2, padding: .same)
    let row = try #require(
      Network(layer: layer).onnx(inputs: ["x": [1, 1, 8]]).paddings.first)
    #expect(row.written == "pads=[2, 2]")
    #expect(row.warnings.contains { $0.contains("onnxruntime refuses") })
  }

  @Test func bordersAreNamed() throws {
    let layer = try Conv2D(
      weights: Tensor(repeating: 1, shape: [1, 1, 3, 3]), padding: .same,
      border: [.circular, .replicate])
    let row = try #require(
      Network(layer: layer).onnx(inputs: ["x": [1, 1, 4, 4]]).paddings.first)
    #expect(row.meaning == "same, circular,replicate")
  }

  @Test func transposedLayersLeaveOut() throws {
    let layer = try TransposedConv1D(
      weights: Tensor(repeating: 1, shape: [1, 1, 3]), stride: 2, padding: .same)
    let row = try #require(
      Network(layer: layer).onnx(inputs: ["x": [1, 1, 8]]).paddings.first)
    #expect(row.isTransposed)
    #expect(row.amounts == [.init(before: 0, after: 1)])
    #expect(row.written == "pads=[0, 1]")
  }

  @Test func layersWithoutPaddingAreNoRows() throws {
    let layer = try Conv1D(weights: Tensor(repeating: 1, shape: [1, 1, 3]))
    #expect(try Network(layer: layer).onnx(inputs: ["x": [1, 1, 8]]).paddings.isEmpty)
  }

  /// The graph for other formats: conventions are still there.
  @Test func resolvedGraphsKeepConventions() throws {
    let layer = try Conv2D(
      weights: Tensor(repeating: 1, shape: [3, 2, 3, 3]), stride: 2, padding: .same)
    let graph = try Network(layer: layer, layout: .channelsLast).source
      .resolved(inputs: ["x": [1, 7, 8, 2]])
    #expect(graph.operations == ["Transpose [0, 3, 1, 2]", "Conv", "Transpose [0, 2, 3, 1]"])
    let node = try #require(graph.nodes[1])
    #expect((node.operation as? ConvolutionOperator)?.padding == .same)
    #expect(graph.type(node.outputs[0]) == TensorType(.float32, [1, 3, 4, 4]))
  }
}
