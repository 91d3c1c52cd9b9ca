import ConvolutionFiles
import Foundation
import Testing

@testable import ConvolutionGraph

/// Networks with the weights of another file.
struct OtherWeightsTests {
  @Test(arguments: KerasSample.all) func configurationsTakeWeights(sample: KerasSample) throws {
    try withTemporaryFolder { folder in
      let file = try HDF5OrArchive(sample.path)
      let configuration = "\(folder)/model.json"
      try Data(file.configuration).write(to: URL(filePath: configuration))
      let network = try Network(contentsOf: configuration, weightsFile: sample.path)
      let x = try sample.input()
      let expected = try Network(contentsOf: sample.path)
      let name = try #require(expected.inputs.first).name
      #expect(try network.run([name: x]) == expected.run([name: x]))
      expectError(.malformedFile, ["model.json", "without weights"]) {
        _ = try Network(contentsOf: configuration)
      }
    }
  }

  @Test func namesDecideWhichConstantTakesWhat() throws {
    try withTemporaryFolder { folder in
      let x = try NetworkTensor((0..<2 * 9).map { Float($0 % 5) - 2 }, shape: [1, 2, 9])
      try Self.network(factor: 1).onnx().write(toFile: "\(folder)/old.onnx")
      let learnt = try Self.network(factor: 3)
      try learnt.swiftSource(type: "Learnt")
        .write(toFile: "\(folder)/Learnt.swift", weightsFile: "\(folder)/learnt.safetensors")
      let network = try Network(
        contentsOf: "\(folder)/old.onnx", weightsFile: "\(folder)/learnt.safetensors")
      #expect(try network.run(["x": x]) == learnt.run(["x": x]))
    }
  }

  @Test func weightsOfOtherNetworksAreErrors() throws {
    try withTemporaryFolder { folder in
      try Self.network(factor: 1).onnx().write(toFile: "\(folder)/old.onnx")
      let other = try Self.network(factor: 1, name: "other.weight")
      try other.swiftSource(type: "Other")
        .write(toFile: "\(folder)/Other.swift", weightsFile: "\(folder)/other.safetensors")
      expectError(.malformedFile, ["other.safetensors", "other.weight", "conv.weight"]) {
        _ = try Network(
          contentsOf: "\(folder)/old.onnx", weightsFile: "\(folder)/other.safetensors")
      }
      let wider = try Self.network(factor: 1, outputs: 4)
      try wider.swiftSource(type: "Wider")
        .write(toFile: "\(folder)/Wider.swift", weightsFile: "\(folder)/wider.safetensors")
      expectError(.malformedFile, ["conv.weight", "[4, 2, 3]", "3x2x3"]) {
        _ = try Network(
          contentsOf: "\(folder)/old.onnx", weightsFile: "\(folder)/wider.safetensors")
      }
    }
  }

  private static func network(
    factor: Float, name: String = "conv.weight", outputs: Int = 3
  ) throws -> Network {
    var graph = Graph()
    let x = graph.addInput("x", .float32, [1, 2, 9])
    let numbers = (0..<outputs * 6).map { factor * Float($0) }
    let weights = graph.addConstant(name, try NetworkTensor(numbers, shape: [outputs, 2, 3]))
    let y = graph.addValue("y")
    let layer = try Network.convolutionOfOneAxis()
    graph.append(Graph.Node("conv", layer, [x, weights], [y]))
    graph.addOutput("y", y, .float32, [1, outputs, 7])
    return try Network(graph)
  }
}

extension Network {
  /// ONNX's `Conv` as it is without attributes.
  fileprivate static func convolutionOfOneAxis() throws -> any Operator {
    var reader = NodeReader(
      name: "conv", operation: "Conv", opset: 13, inputs: ["x", "w"], outputCount: 1,
      attributes: [:])
    return try #require(operatorTable["Conv"]!(&reader))
  }
}

/// A Keras model's file of either kind.
private struct HDF5OrArchive {
  /// The text of the model's configuration.
  let configuration: [UInt8]

  init(_ path: String) throws {
    let bytes = try FileBytes(contentsOf: path)
    if ZipArchive.isArchive(bytes) {
      configuration = try #require(try ZipArchive(bytes).bytes(of: "config.json")).array
    } else {
      let text = try #require(try HDF5File(bytes).root.attribute("model_config")?.text)
      configuration = Array(text.utf8)
    }
  }
}
