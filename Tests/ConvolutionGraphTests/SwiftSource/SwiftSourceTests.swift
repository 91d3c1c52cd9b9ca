import ConvolutionFiles
import Foundation
import Testing

@testable import ConvolutionGraph

/// Networks as Swift. What is written of one stands in this folder and is compiled with the tests.
struct SwiftSourceTests {
  @Test func theSourceIsWhatIsCompiledHere() throws {
    let path = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "WrittenNetwork.swift")
    let compiled = try String(contentsOf: path, encoding: .utf8)
    let written = try Self.network().swiftSource(type: "WrittenNetwork").source
    #expect(compiled == written)
  }

  @Test func whatIsCompiledComputesTheSame() throws {
    try withTemporaryFolder { folder in
      let network = try Self.network()
      let weights = "\(folder)/WrittenNetwork.safetensors"
      try network.swiftSource(type: "WrittenNetwork")
        .write(toFile: "\(folder)/WrittenNetwork.swift", weightsFile: weights)
      let compiled = try WrittenNetwork.network(weights: TensorFile(contentsOf: weights))
      let x = try NetworkTensor((0..<4 * 64).map { Float($0 % 7) - 3 }, shape: [1, 4, 8, 8])
      let expected = try network.run(["x": x])
      #expect(expected.count == 2)
      #expect(try compiled.run(["x": x]) == expected)
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == [
          "WrittenNetwork.safetensors", "WrittenNetwork.swift",
        ])
    }
  }

  @Test(arguments: Model.all) func modelsAreWritten(model: Model) throws {
    let network = try model.network()
    let shapes = try model.inputs(of: network).mapValues(\.shape)
    let source = try network.swiftSource(type: "Model", inputs: shapes).source
    let names = source.matches(of: #/let (\w+) = /#).map { String($0.1) }
    #expect(Set(names).count == names.count)
    #expect(source.split(separator: "\n").contains("    return try Network(builder)"))
  }

  @Test func namesOfTypesAreChecked() throws {
    let network = try Self.network()
    for name in ["two words", "2x", "lower"] {
      expectError(.invalidValue, ["type", name]) { _ = try network.swiftSource(type: name) }
    }
    #expect(SwiftSourceFile.typeName(for: "waifu2x-photo") == "Waifu2xPhoto")
    #expect(SwiftSourceFile.typeName(for: "2x") == "Network2x")
  }

  @Test func nothingIsLeftWhereOneOfTheFilesCannotBe() throws {
    try withTemporaryFolder { folder in
      let file = try Self.network().swiftSource(type: "WrittenNetwork")
      #expect(throws: NetworkError.self) {
        try file.write(
          toFile: "\(folder)/A.swift", weightsFile: "\(folder)/missing/A.safetensors")
      }
      #expect(throws: NetworkError.self) {
        try file.write(
          toFile: "\(folder)/missing/A.swift", weightsFile: "\(folder)/A.safetensors")
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
    }
  }

  /// All that is written in a way of its own: paddings, several outputs, words, numbers, integers, weights.
  private static func network() throws -> Network {
    var builder = NetworkBuilder(opset: 13)
    let x = builder.input("x", shape: [1, 4, 8, 8])
    let numbers = (0..<6 * 4 * 9).map { Float($0 % 11) - 5 }
    let weights = builder.constant(try NetworkTensor(numbers, shape: [6, 4, 3, 3]))
    let conv = builder.add(
      "Conv", [x, weights], ["auto_pad": "SAME_LOWER", "strides": [2, 2]], name: "conv/1")
    let extents = builder.constant(try NetworkTensor([2, 4] as [Int64], shape: [2]))
    let parts = builder.add("Split", [conv, extents], ["axis": 1], outputs: 2, name: "let")
    let scales = builder.constant(try NetworkTensor([1, 1, 2, 2] as [Float], shape: [4]))
    let larger = builder.add("Resize", [parts[0], nil, scales], ["mode": "nearest"])
    builder.output("larger", builder.add("LeakyRelu", [larger], ["alpha": 0.1]))
    let half = builder.constant(try NetworkTensor([0.5] as [Float], shape: []))
    builder.output("rest", builder.add("Add", [parts[1], half]))
    return try Network(builder)
  }
}
