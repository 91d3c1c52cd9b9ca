import Convolution
import ConvolutionFiles
import Testing

@testable import ConvolutionGraph

/// Networks that are said in Swift.
struct NetworkBuilderTests {
  @Test func aLayerIsTheLayer() throws {
    let weights = try Tensor((0..<3 * 2 * 3).map(Float.init), shape: [3, 2, 3])
    let layer = try ConvolutionLayer(
      rank: 1, weights: weights, padding: .same, activation: .relu)
    var builder = NetworkBuilder()
    let x = builder.input("x", shape: [nil, 2, nil])
    let conv = builder.add(
      "Conv", [x, builder.constant(try NetworkTensor(weights))], ["auto_pad": "SAME_UPPER"])
    builder.output("y", builder.add("Relu", [conv]))
    let input = try NetworkTensor((0..<2 * 9).map { Float($0 % 5) - 2 }, shape: [1, 2, 9])
    let expected = try Network(layer: layer).run(["x": input])
    #expect(try Network(builder).run(["x": input]) == expected)
  }

  @Test(arguments: Layout.allCases)
  func slopesOfALayerAreThoseOfItsChannels(layout: Layout) throws {
    let isFirst = layout == .channelsFirst
    let layer = try ConvolutionLayer(
      rank: 1, weights: Tensor([1, 1, 1], shape: [3, 1, 1]),
      activation: .prelu(slopes: Tensor([0.5, 2, -1], shape: [3])))
    let x = try NetworkTensor([-4, 6] as [Float], shape: isFirst ? [1, 1, 2] : [1, 2, 1])
    let y = try Network(layer: layer, layout: layout).run(["x": x])["y"]
    #expect(y?.floats == (isFirst ? [-2, 6, -8, 6, 4, 6] : [-2, -8, 4, 6, 6, 6]))
  }

  @Test func nodesMayHaveSeveralOutputs() throws {
    var builder = NetworkBuilder(opset: 13)
    let x = builder.input("x", shape: [4])
    let parts = builder.add(
      "Split", [x, builder.constant(try NetworkTensor([1, 3] as [Int64], shape: [2]))],
      ["axis": 0], outputs: 2)
    builder.output("rest", parts[1])
    let outputs = try Network(builder).run([
      "x": NetworkTensor([1, 2, 3, 4] as [Float], shape: [4])
    ])
    #expect(outputs.mapValues(\.floats) == ["rest": [2, 3, 4]])
  }

  @Test func attributesAreLiterals() throws {
    var builder = NetworkBuilder()
    let x = builder.input("x", shape: [1, 1, 2, 2])
    let scales = builder.constant(try NetworkTensor([1, 1, 2, 2] as [Float], shape: [4]))
    let resized = builder.add(
      "Resize", [x, nil, scales],
      ["mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"])
    builder.output("y", builder.add("LeakyRelu", [resized], ["alpha": 0.5]))
    let outputs = try Network(builder).run([
      "x": NetworkTensor([1, -2, 3, -4] as [Float], shape: [1, 1, 2, 2])
    ])
    #expect(outputs["y"]?.floats == [1, 1, -1, -1, 1, 1, -1, -1, 3, 3, -2, -2, 3, 3, -2, -2])
  }

  @Test func everythingUnsupportedIsToldAtOnce() throws {
    var builder = NetworkBuilder()
    let x = builder.input("x", shape: [1])
    let a = builder.add("Unheard", [x], name: "first")
    builder.output("y", builder.add("Relu", [a], ["nonsense": 1], name: "second"))
    let error = try #require(throws: NetworkError.self) { try Network(builder) }
    #expect(error.unsupported.map(\.node) == ["first", "second"])
  }

  @Test func mistakesAreErrors() throws {
    var twice = NetworkBuilder()
    _ = twice.input("x", shape: [1])
    _ = twice.input("x", shape: [1])
    expectError(.invalidValue, ["x", "second"]) { _ = try Network(twice) }

    var other = NetworkBuilder()
    let stranger = other.input("stranger", shape: [1])
    var mixed = NetworkBuilder()
    mixed.output("y", mixed.add("Relu", [stranger]))
    expectError(.invalidValue, ["stranger", "another builder"]) { _ = try Network(mixed) }

    var without = NetworkBuilder()
    without.output("y", without.weight("conv.weight"))
    expectError(.invalidValue, ["conv.weight", "weights"]) { _ = try Network(without) }

    var old = NetworkBuilder(opset: 3)
    old.output("y", old.input("x", shape: [1]))
    expectError(.invalidValue, ["opset", "3"]) { _ = try Network(old) }
  }
}
