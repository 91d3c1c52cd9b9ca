import Convolution
import ConvolutionFiles
import Foundation
import Testing

@testable import ConvolutionGraph

/// Networks as ONNX files.
struct ONNXWritingTests {
  @Test(arguments: Model.all) func modelsReadAgainComputeTheSame(model: Model) throws {
    let network = try model.network()
    let inputs = try model.inputs(of: network)
    let expected = try network.run(inputs)
    for (opset, isDynamic) in [(11, false), (13, true), (21, false)] {
      let file = try network.onnx(
        inputs: inputs.mapValues(\.shape), opset: opset, dynamic: isDynamic)
      let again = try Network(onnx: file.bytes)
      #expect(again.inputs.map(\.name) == network.inputs.map(\.name))
      #expect(again.outputs.map(\.name) == network.outputs.map(\.name))
      if isDynamic { #expect(again.inputs.map(\.shape) == network.inputs.map(\.shape)) }
      for (name, output) in try again.run(inputs) {
        #expect(relativeDifference(output, expected[name]!) <= 1e-4, "\(name), opset \(opset)")
      }
    }
  }

  @Test func everyOperatorSaysItself() throws {
    for name in operatorTable.keys.sorted() {
      var reader = NodeReader(
        name: name, operation: name, opset: 21, inputs: ["a", "b"], outputCount: 1,
        attributes: [
          "kernel_shape": .integers([2]), "axis": .integer(0), "to": .integer(1),
          "blocksize": .integer(2), "num_groups": .integer(1), "size": .integer(1),
        ])
      let operation = operatorTable[name]!(&reader)
      #expect(operation is any ONNXWriting, "\(name)")
    }
  }

  @Test func constantsAndInputsMayBeOutputs() throws {
    var network = SmallNetwork()
    let x = network.input("x", [2])
    network.output(x)
    network.output(network.constant([1, 2, 3], [3]))
    let y = network.node("Neg", [x])
    network.output(y)
    let file = try network.network().onnx()
    let again = try Network(onnx: file.bytes)
    let outputs = try again.run(["x": NetworkTensor([1, 2] as [Float], shape: [2])])
    #expect(outputs.count == 3)
    #expect(outputs.values.contains { $0.floats == [1, 2, 3] })
    #expect(outputs[y]?.floats == [-1, -2])
    #expect(outputs["x"]?.floats == [1, 2])
  }

  @Test func nodesHaveNamesOfTheirOwn() throws {
    // The convolution and what brings its channels behind are of one node.
    let layer = try Conv1D(
      weights: Tensor([1], shape: [1, 1, 1]), activation: #require(Activation("clip:-1,2")))
    let file = try Network(layer: layer, layout: .channelsLast).onnx(inputs: ["x": [1, 3, 1]])
    let nodes = try ONNXModel(serializedBytes: file.bytes).graph.node
    #expect(nodes.count > 2)
    #expect(Set(nodes.map(\.name)).count == nodes.count)
  }

  @Test func activationsAreWhatEnginesHave() throws {
    // SiLU has a node of its own from opset 24 on, which onnxruntime does not compute.
    let layer = try Conv1D(weights: Tensor([1], shape: [1, 1, 1]), activation: .silu)
    let file = try Network(layer: layer).onnx(inputs: ["x": [1, 1, 3]], opset: 24)
    let nodes = try ONNXModel(serializedBytes: file.bytes).graph.node
    #expect(nodes.map(\.opType) == ["Conv", "Sigmoid", "Mul"])
  }

  @Test(arguments: [
    ("HardSwish", 13, ["HardSigmoid", "Mul"]), ("HardSwish", 14, ["HardSwish"]),
    ("Mish", 17, ["Softplus", "Tanh", "Mul"]), ("Mish", 18, ["Mish"]),
  ])
  func activationsAreNodesOfTheirOwnFromTheirOpsetOn(
    operation: String, opset: Int, expected: [String]
  ) throws {
    var network = SmallNetwork()
    let x = network.input("x", [3])
    network.output(network.node(operation, [x]))
    let file = try network.network().onnx(opset: opset)
    let nodes = try ONNXModel(serializedBytes: file.bytes).graph.node
    #expect(nodes.map(\.opType) == expected)
  }

  @Test(arguments: [(8, "Upsample"), (9, "Upsample"), (10, "Resize"), (11, "Resize")])
  func whatEnlargesWasUpsampleBeforeOpset10(opset: Int, expected: String) throws {
    var network = SmallNetwork()
    let x = network.input("x", [1, 1, 2, 3])
    let scales = network.constant([1, 1, 2, 3], [4])
    network.output(
      network.node(
        "Resize", [x, "", scales], ONNXAttribute("mode", "linear"),
        ONNXAttribute("coordinate_transformation_mode", "asymmetric")))
    let made = try network.network()
    let file = try made.onnx(opset: opset)
    let nodes = try ONNXModel(serializedBytes: file.bytes).graph.node
    #expect(nodes.map(\.opType) == [expected])
    let inputs = [
      "x": try NetworkTensor((0..<6).map { Float($0 * $0) }, shape: [1, 1, 2, 3])
    ]
    let again = try Network(onnx: file.bytes).run(inputs)
    #expect(again.values.first == (try made.run(inputs)).values.first)
  }

  @Test func outputPaddingIsLessThanTheStride() throws {
    // onnxruntime refuses more, though ONNX allows as much as the dilation.
    let layer = try TransposedConv1D(
      weights: Tensor([1, 2], shape: [1, 1, 2]), dilation: 3,
      padding: .explicit([PaddingAmount(before: 0, after: -1)]))
    let file = try Network(layer: layer).onnx(inputs: ["x": [1, 1, 4]])
    let nodes = try ONNXModel(serializedBytes: file.bytes).graph.node
    #expect(nodes.map(\.opType) == ["Pad", "ConvTranspose"])
    #expect(!nodes[1].attribute.contains { $0.name == "output_padding" })
  }

  /// As Python has them, at infinities too: a sum of products would be a NaN there.
  @Test(arguments: [9, 10, 13, 21]) func remaindersOfFloatsAreWrittenByWhatONNXHas(opset: Int)
    throws
  {
    var network = SmallNetwork()
    let (x, y) = (network.input("x", [8]), network.input("y", [8]))
    network.output(network.node("Mod", [x, y]))
    let infinity = Float.infinity
    let finite = opset < 10
    let inputs = [
      "x": try NetworkTensor([-3, 3, -1, 1, 5.5, -5.5, 6, 0] as [Float], shape: [8]),
      "y": try NetworkTensor(
        (finite ? [8, 8, -8, -8] : [infinity, infinity, -infinity, -infinity]) + [2, 2, 2, -2],
        shape: [8]),
    ]
    let file = try network.network().onnx(opset: opset)
    let again = try Network(onnx: file.bytes).run(inputs)
    let expected: [Float] = finite ? [5, 3, -1, -7] : [infinity, 3, -1, -infinity]
    #expect(again.values.first?.floats == expected + [1.5, 0.5, 0, 0])
  }

  // MARK: Files

  @Test func weightsBeyondALimitGoBesideTheFile() throws {
    try withTemporaryFolder { folder in
      let network = try Network(layer: Self.layer())
      let file = try network.onnx(inputs: ["x": [1, 2, 9]])
      try file.write(toFile: folder + "/whole.onnx")
      try file.write(toFile: folder + "/split.onnx", mostBytes: 100)
      let data = try Data(contentsOf: URL(filePath: folder + "/split.onnx.data"))
      #expect(data.count == 4 * 12)
      let x = try NetworkTensor((0..<18).map(Float.init), shape: [1, 2, 9])
      let whole = try Network(contentsOf: folder + "/whole.onnx").run(["x": x])
      let split = try Network(contentsOf: folder + "/split.onnx").run(["x": x])
      #expect(whole == split)
      #expect(try Data(contentsOf: URL(filePath: folder + "/whole.onnx")) == Data(file.bytes))
    }
  }

  @Test func theFormatIsAsOldAsTheOpset() throws {
    for (opset, format) in [(7, 4), (11, 6), (13, 7), (17, 8), (21, 10), (25, 13)] {
      let file = try Network(layer: Self.layer()).onnx(inputs: ["x": [1, 2, 9]], opset: opset)
      let model = try ONNXModel(serializedBytes: file.bytes)
      #expect(model.irVersion == Int64(format))
      #expect(model.opsetImport.map(\.version) == [Int64(opset)])
    }
  }

  @Test func openExtentsHaveNames() throws {
    let file = try Network(layer: Self.layer()).onnx(dynamic: true)
    let graph = try ONNXModel(serializedBytes: file.bytes).graph
    #expect(graph.input[0].type.tensorType.shape.dim.map(\.dimParam) == ["x_0", "", "x_2"])
    #expect(graph.input[0].type.tensorType.shape.dim[1].dimValue == 2)
    #expect(graph.output[0].type.tensorType.shape.dim.map(\.dimParam) == ["y_0", "", "y_2"])
  }

  // MARK: Dynamic paddings

  @Test func autoPadOnlyWhereEverybodyAgrees() throws {
    func node(_ layer: Conv1D) throws -> ONNXNode {
      let file = try Network(layer: layer).onnx(dynamic: true)
      return try #require(ONNXModel(serializedBytes: file.bytes).graph.node.last)
    }
    func word(_ node: ONNXNode) -> String? {
      node.attribute.first { $0.name == "auto_pad" }.map { String(decoding: $0.s, as: UTF8.self) }
    }
    let weights = try Tensor(repeating: 1, shape: [1, 1, 3])
    #expect(try word(node(Conv1D(weights: weights, stride: 2, padding: .same))) == "SAME_UPPER")
    #expect(
      try word(node(Conv1D(weights: weights, stride: 2, padding: .sameLower))) == "SAME_LOWER")
    // A stride of 1 comes to the same amounts for every extent.
    let plain = try node(Conv1D(weights: weights, padding: .same))
    #expect(word(plain) == nil)
    #expect(plain.attribute.first { $0.name == "pads" }?.ints == [1, 1])
    // onnxruntime refuses a dilation, and leaves samples out where the stride is larger than the kernel.
    for (stride, dilation) in [(2, 2), (4, 1)] {
      let layer = try Conv1D(weights: weights, stride: stride, dilation: dilation, padding: .same)
      #expect(try word(node(layer)) == nil)
      let file = try Network(layer: layer).onnx(dynamic: true)
      let network = try Network(onnx: file.bytes)
      for extent in 1...12 {
        let x = try NetworkTensor((0..<extent).map { Float($0 + 1) }, shape: [1, 1, extent])
        let y = try #require(network.run(["x": x])["y"])
        #expect(try y == NetworkTensor(layer(#require(x.tensor))), "\(extent)")
      }
    }
  }

  @Test func bordersOfInputsOfAnyExtent() throws {
    let weights = try Tensor([1, 10, 100, 1000, 10000], shape: [1, 1, 5])
    let borders: [Border] = [.reflect, .symmetric, .circular, .replicate, .constant(7)]
    for border in borders {
      let layer = try Conv1D(
        weights: weights, padding: .explicit([.init(before: 4, after: 6)]), border: border)
      let file = try Network(layer: layer).onnx(opset: 11, dynamic: true)
      let network = try Network(onnx: file.bytes)
      for extent in 1...7 {
        let x = try NetworkTensor((0..<extent).map { Float($0 + 1) }, shape: [1, 1, extent])
        let y = try #require(network.run(["x": x])["y"])
        #expect(
          try relativeDifference(y, NetworkTensor(layer(#require(x.tensor)))) <= 1e-6,
          "\(border) \(extent)")
      }
    }
  }

  // MARK: Errors

  @Test func opsetsThatAreNotWritten() throws {
    for opset in [6, 29] {
      expectError(.invalidValue, ["opset", "\(opset)", "7 to 28"]) {
        _ = try Network(layer: Self.layer()).onnx(inputs: ["x": [1, 2, 9]], opset: opset)
      }
    }
  }

  @Test func shapesAreNeeded() throws {
    expectError(.shapeMismatch, ["x", "no shape"]) { _ = try Network(layer: Self.layer()).onnx() }
  }

  @Test func everythingThatCannotBeSaidIsListed() throws {
    var network = SmallNetwork()
    let x = network.input("x", [4])
    let rounded = network.node("Round", [x])
    let erf = network.node("Erf", [rounded])
    network.output(network.node("CumSum", [erf, network.integers([0])]))
    let read = try network.network()
    _ = try read.onnx(opset: 11)
    let error = try #require(throws: NetworkError.self) { try read.onnx(opset: 8) }
    #expect(error.code == .unsupported)
    #expect(error.unsupported.map(\.operation) == ["Round", "Erf", "CumSum"])
    #expect(error.unsupported.map { $0.detail!.contains("opset") } == [true, true, true])
    #expect(error.unsupported[0].detail!.contains("11"))
  }

  private static func layer() throws -> Conv1D {
    try Conv1D(
      weights: Tensor((0..<12).map(Float.init), shape: [2, 2, 3]), padding: .same)
  }
}
