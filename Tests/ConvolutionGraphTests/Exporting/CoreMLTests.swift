import Convolution
import Foundation
import Testing

@testable import ConvolutionGraph

/// What is written for Core ML, without a reader of its own.
struct CoreMLTests {
  private func network(
    padding: Padding = .same, border: Border = .zeros
  ) throws -> Network {
    let weights = try Tensor((0..<96).map { Float($0) / 96 }, shape: [4, 2, 4, 3])
    return try Network(
      layer: ConvolutionLayer(
        rank: 2, weights: weights, stride: [1, 2], padding: padding, border: border))
  }

  private func program(_ network: Network, _ shape: [Int]) throws -> [MILOperation] {
    try program(network, ["x": shape])
  }

  private func program(_ network: Network, _ shapes: [String: [Int]]) throws -> [MILOperation] {
    let program = try MLProgram(network.source.resolved(inputs: shapes))
    var writer = MILWriter(.float32, names: program.names)
    let function = writer.program(program).functions["main"]!
    #expect(function.opset == "CoreML5")
    return function.blockSpecializations["CoreML5"]!.operations
  }

  @Test(
    "A file of weights has a header, and 64 bytes of metadata before each tensor, all at multiples of 64"
  )
  func weightFile() throws {
    var file = WeightFile()
    let first = file.add(try NetworkTensor([1, 2, 3] as [Float], shape: [3]))
    let second = file.add([0x3c00, 0x4000])
    func integer<Value: FixedWidthInteger>(at place: Int, as type: Value.Type) -> Value {
      file.bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: place, as: type) }
    }
    #expect(first == 64 && second == 192 && file.bytes.count == 320)
    #expect(integer(at: 0, as: UInt32.self) == 2)
    #expect(integer(at: 4, as: UInt32.self) == 2)
    for (place, kind, bytes) in [(first, 2, 12), (second, 1, 4)] {
      #expect(integer(at: place, as: UInt32.self) == 0xdead_beef)
      #expect(integer(at: place + 4, as: UInt32.self) == kind)
      #expect(integer(at: place + 8, as: UInt64.self) == bytes)
      #expect(integer(at: place + 16, as: UInt64.self) == place + 64)
    }
    #expect(integer(at: 256, as: UInt32.self) == 0x4000_3c00)
  }

  @Test("Every setting of a convolution is a constant of its own, and same padding is amounts")
  func settings() throws {
    let operations = try program(network(), [1, 2, 5, 6])
    let convolution = try #require(operations.last)
    #expect(convolution.type == "conv")
    #expect(
      Set(convolution.inputs.keys) == [
        "x", "weight", "strides", "pad_type", "pad", "dilations", "groups",
      ])
    func constant(_ name: String) -> MILTensorValue? {
      let binding = convolution.inputs[name]!.arguments[0].name
      let operation = operations.first { $0.type == "const" && $0.outputs[0].name == binding }
      return operation?.attributes["val"]?.immediate.tensor
    }
    #expect(constant("pad")?.ints.values == [1, 2, 0, 1])
    #expect(constant("strides")?.ints.values == [1, 2])
    #expect(constant("dilations")?.ints.values == [1, 1])
    #expect(constant("groups")?.ints.values == [1])
    #expect(constant("pad_type")?.strings.values == ["custom"])
  }

  @Test(
    "Borders are a mode of pad within what it allows, else parts of the input",
    arguments: [
      (Border.reflect, 1, ["pad", "conv"]), (.replicate, 1, ["pad", "conv"]),
      (.constant(2), 1, ["pad", "conv"]),
      (
        .circular, 1,
        [
          "slice_by_index", "slice_by_index", "concat", "slice_by_index", "slice_by_index",
          "concat", "conv",
        ]
      ),
    ])
  func borders(_ border: Border, _ amount: Int, _ expected: [String]) throws {
    let padding = Padding.explicit([PaddingAmount(before: amount, after: amount)])
    let operations = try program(network(padding: padding, border: border), [1, 2, 5, 6])
    #expect(operations.map(\.type).filter { $0 != "const" } == expected)
  }

  @Test("A batch normalisation by constants is one operation")
  func batchNormalisation() throws {
    var network = SmallNetwork()
    let x = network.input("x", [2, 3, 4, 5])
    let values = (0..<3).map { _ in network.random([3]) } + [network.constant([1, 2, 3], [3])]
    network.output(network.node("BatchNormalization", [x] + values))
    let operations = try program(network.network(), [2, 3, 4, 5])
    #expect(operations.map(\.type).filter { $0 != "const" } == ["batch_norm"])
  }

  @Test("Halves are the closest ones, and too large values stay as they are")
  func halves() throws {
    let values: [(Float, UInt16)] = [
      (0, 0), (-0.0, 0x8000), (1, 0x3c00), (-2, 0xc000), (65504, 0x7bff), (1 / 3, 0x3555),
      (0x1p-24, 1), (0x1p-14, 0x0400), (0x1p-26, 0), (2049, 0x6800), (2051, 0x6802),
    ]
    for (value, bits) in values { #expect(HalfFloat.bits(value) == bits, "\(value)") }
    #expect(try !NetworkTensor([1, 70000] as [Float], shape: [2]).fitsHalves)
  }

  @Test("Weights of 16 bits are cast where they are loaded, which is Core ML 6")
  func halfWeights() throws {
    let file = try network().coreMLPackage(inputs: ["x": [1, 2, 5, 6]], weights: .float16)
    let model = try CoreMLModel(serializedBytes: file.files[1].content)
    #expect(model.specificationVersion == 7)
    let operations = model.program.functions["main"]!.blockSpecializations["CoreML6"]!.operations
    #expect(operations.contains { $0.type == "constexpr_cast" })
  }

  @Test("The weights of a layer are of one precision, and slopes of a program are no weights")
  func precisions() throws {
    for bias: Float in [1, 70000] {
      let layer = try Conv1D(
        weights: Tensor(repeating: 0.5, shape: [1, 2, 7]), bias: Tensor([bias], shape: [1]),
        padding: .same)
      let file = try Network(layer: layer).coreMLModel(inputs: ["x": [1, 2, 9]], weights: .float16)
      let model = try CoreMLModel(serializedBytes: file.files[0].content)
      let layers = model.neuralNetwork.layers.map(\.convolution).filter(\.hasBias_p)
      #expect(layers.map(\.weights.halves.isEmpty) == [bias > 1])
      #expect(layers.map(\.bias.halves.isEmpty) == [bias > 1])
    }
    var network = SmallNetwork()
    let slopes = network.constant(Array(repeating: 0.25, count: 12), [12, 1])
    let x = network.input("x", [1, 12, 5])
    network.output(network.node("PRelu", [x, slopes]))
    let file = try network.network().coreMLPackage(weights: .float16)
    let model = try CoreMLModel(serializedBytes: file.files[1].content)
    #expect(model.specificationVersion == 6)
  }

  @Test("A vector of a product is a matrix of one row")
  func productOfAVector() throws {
    var network = SmallNetwork()
    let (row, matrix) = (network.input("row", [3]), network.input("matrix", [3, 2]))
    network.output(network.node("MatMul", [row, matrix]))
    let operations = try program(network.network(), ["row": [3], "matrix": [3, 2]])
      .filter { $0.type != "const" }
    #expect(operations.map(\.type) == ["reshape", "matmul", "reshape"])
    let shapes = operations.map { $0.outputs[0].type.tensorType.dimensions.map(\.constant.size) }
    #expect(shapes == [[1, 3], [1, 2], [2]])
  }

  @Test("A neural network's deconvolution has no dilation: zeros lie between its taps")
  func dilatedDeconvolution() throws {
    var network = SmallNetwork()
    let weights = network.constant([1, 2, 3, 4, 5, 6], [1, 1, 2, 3])
    let x = network.input("x", [1, 1, 4, 5])
    network.output(
      network.node("ConvTranspose", [x, weights], ONNXAttribute("dilations", [2, 3])))
    let file = try network.network().coreMLModel()
    let model = try CoreMLModel(serializedBytes: file.files[0].content)
    let convolution = try #require(model.neuralNetwork.layers.map(\.convolution).last)
    #expect(convolution.isDeconvolution)
    #expect(convolution.dilation == [1, 1])
    #expect(convolution.kernel == [3, 7])
    #expect(
      convolution.weights.floats == [
        1, 0, 0, 2, 0, 0, 3,
        0, 0, 0, 0, 0, 0, 0,
        4, 0, 0, 5, 0, 0, 6,
      ])
  }

  @Test("A border reads what a negative amount takes away on the other side")
  func croppedBorders() throws {
    let layer = try Conv1D(
      weights: Tensor([1], shape: [1, 1, 1]),
      padding: .explicit([PaddingAmount(before: -1, after: 2)]), border: .reflect)
    let operations = try program(Network(layer: layer), [1, 1, 3])
    #expect(
      operations.map(\.type).filter { $0 != "const" } == ["pad", "slice_by_index", "conv"])
  }

  @Test("All parts of what is concatenated are values of one operation")
  func concatenation() throws {
    var network = SmallNetwork()
    let parts = ["a", "b", "c"].map { network.input($0, [1, 2]) }
    network.output(network.node("Concat", parts, ONNXAttribute("axis", 1)))
    let operations = try program(
      network.network(), ["a": [1, 2], "b": [1, 2], "c": [1, 2]])
    let concat = try #require(operations.first { $0.type == "concat" })
    #expect(concat.inputs["values"]?.arguments.map(\.name) == parts)
  }

  @Test("Quotients and powers of integers are not what Core ML has", arguments: ["Div", "Pow"])
  func integers(operation: String) throws {
    var network = SmallNetwork()
    let x = network.input("x", [4])
    let integers = network.node("Cast", [x], ONNXAttribute("to", 6))
    let result = network.node(operation, [integers, integers])
    network.output(network.node("Cast", [result], ONNXAttribute("to", 1)))
    let made = try network.network()
    let error = try #require(throws: NetworkError.self) { try made.coreMLPackage() }
    #expect("\(error)".contains("of integers"))
  }

  @Test("Everything that Core ML cannot say is listed at once")
  func errors() throws {
    var graph = Graph()
    let x = graph.addInput("x", .float32, [2, 3])
    for name in ["a", "b"] {
      let y = graph.addValue(name)
      graph.append(Graph.Node(name, ElementTest(kind: .isNaN), [x], [y]))
      graph.addOutput(name, y)
    }
    let network = try Network(graph)
    let error = try #require(throws: NetworkError.self) { try network.coreMLPackage() }
    #expect(error.unsupported.map(\.node) == ["a", "b"])
    #expect(error.unsupported.map(\.operation) == ["IsNaN", "IsNaN"])
  }

  @Test("A package replaces one that is there, and nothing else of that name")
  func files() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("coreml-\(UInt64.random(in: 0 ... .max))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = try network().coreMLPackage(inputs: ["x": [1, 2, 5, 6]])
    let path = folder.appendingPathComponent("model.mlpackage").path
    try file.write(toFile: path)
    try file.write(toFile: path)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    #expect(names == ["model.mlpackage"])
    let other = folder.appendingPathComponent("mine").path
    try FileManager.default.createDirectory(atPath: other, withIntermediateDirectories: true)
    #expect(throws: NetworkError.self) { try file.write(toFile: other) }
    #expect(try FileManager.default.contentsOfDirectory(atPath: other).isEmpty)
    #expect(throws: NetworkError.self) { try file.write(toFile: "\(folder.path)/none/m.mlpackage") }
  }
}
