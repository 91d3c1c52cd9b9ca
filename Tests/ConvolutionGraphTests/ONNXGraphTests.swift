import TestSupport
import Testing

@testable import ConvolutionGraph

/// Graphs of ONNX files: names, order, versions. Files are put together by swift-protobuf.
struct ONNXGraphTests {
  private let weights = ONNXTensor("w", [1, 2, 3, 4], [2, 2, 1])

  /// x to y by one convolution of two channels.
  private func model(opset: Int64 = 17, _ change: (inout ONNXGraph) -> Void = { _ in }) -> ONNXModel
  {
    ONNXModel(opset: opset) {
      $0.input = [ONNXValueInfo("x", [1, 2, nil])]
      $0.output = [ONNXValueInfo("y", [1, 2, nil])]
      $0.initializer = [weights]
      $0.node = [ONNXNode("Conv", ["x", "w"], ["y"])]
      change(&$0)
    }
  }

  @Test func inputsAndOutputsHaveTheFilesNamesElementTypesAndShapes() throws {
    let network = try model {
      $0.input += [
        ONNXValueInfo("bytes", [], type: 2), ONNXValueInfo("unknown", [-1, 3], type: 7),
        .with {
          $0.name = "any"
          $0.type.tensorType.elemType = 6
        },
      ]
      $0.output += [ONNXValueInfo("bytes", [], type: 2), .with { $0.name = "any" }]
    }.network()
    typealias Input = Network.Input
    typealias Output = Network.Output
    #expect(
      network.inputs == [
        Input(name: "x", element: .float32, shape: [1, 2, nil]),
        Input(name: "bytes", element: .uint8, shape: []),
        Input(name: "unknown", element: .int64, shape: [nil, 3]),
        Input(name: "any", element: .int32, shape: nil),
      ])
    #expect(
      network.outputs == [
        Output(name: "y", element: .float32, shape: [1, 2, nil]),
        Output(name: "bytes", element: .uint8, shape: []),
        Output(name: "any", element: nil, shape: nil),
      ])
  }

  @Test func anInitializerThatIsListedAsAnInputIsAConstant() throws {
    let network = try model { $0.input += [ONNXValueInfo("w", [2, 2, 1])] }.network()
    #expect(network.inputs.map(\.name) == ["x"])
    let node = try #require(network.graph.nodes.first ?? nil)
    #expect(network.graph.constant(node.inputs[1])?.floats == [1, 2, 3, 4])
  }

  @Test func anInputWithAnEmptyNameIsLeftOut() throws {
    for names in [["x", "w", ""], ["x", "w", "", ""]] {
      let network = try model { $0.node[0].input = names }.network()
      #expect(network.graph.nodes[0]?.inputs.count == 2)
    }
    let network = try model { $0.node[0].input = ["x", "", "w"] }.network()
    let inputs = try #require(network.graph.nodes[0]?.inputs)
    #expect(inputs.map { $0 == nil } == [false, true, false])
  }

  @Test func nodesWithoutANameHaveThatOfTheirFirstOutput() throws {
    let network = try model {
      $0.node += [ONNXNode("MaxPool", ["y"], ["", "i"], [ONNXAttribute("kernel_shape", [1])])]
      $0.output += [ONNXValueInfo("i", [1, 2, nil], type: 7)]
      $0.node[0].name = "first"
    }.network()
    #expect(network.graph.nodes.map { $0?.name } == ["first", "i"])
  }

  @Test func nodesAreBroughtIntoAnOrderInWhichTheyCanBeComputed() throws {
    let chain = (0..<40).map { ONNXNode("Conv", ["v\($0)", "w"], ["v\($0 + 1)"]) }
    var random = SplitMix64(seed: 1)
    for nodes in [chain, chain.reversed(), chain.shuffled(using: &random)] {
      let network = try model {
        $0.input[0].name = "v0"
        $0.output[0].name = "v40"
        $0.node = nodes
      }.network()
      #expect(network.graph.nodes.map { $0?.name } == (1...40).map { "v\($0)" })
      try network.graph.check()
    }
  }

  @Test func nodesThatAreInOrderStayAsTheyAre() throws {
    let network = try model {
      $0.node = [
        ONNXNode("Conv", ["x", "w"], ["b"]), ONNXNode("Conv", ["x", "w"], ["a"]),
        ONNXNode("Conv", ["a", "w"], ["y"]), ONNXNode("Conv", ["b", "w"], ["z"]),
      ]
      $0.output += [ONNXValueInfo("z", [1, 2, nil])]
    }.network()
    #expect(network.graph.nodes.map { $0?.name } == ["b", "a", "y", "z"])
  }

  @Test func thousandsOfNodesInTheWrongOrderAreNoRecursion() throws {
    let count = 10_000
    let network = try model {
      $0.input[0].name = "\(count)"
      $0.output[0].name = "0"
      $0.node = (0..<count).map { ONNXNode("GlobalMaxPool", ["\($0 + 1)"], ["\($0)"]) }
    }.network()
    #expect(network.graph.nodes.first??.name == "\(count - 1)")
  }

  @Test func namesThatMakeNoSenseAreErrors() throws {
    func expectMalformed(_ mentions: String, _ change: (inout ONNXGraph) -> Void) {
      expectError(.malformedFile, [mentions]) { _ = try model(change).network() }
    }
    expectMalformed("each other's") {
      $0.node[0].input[0] = "z"
      $0.node += [ONNXNode("GlobalMaxPool", ["y"], ["z"])]
    }
    expectMalformed("each other's") { $0.node[0].input[0] = "y" }
    expectMalformed("value \"q\" of node \"y\"") { $0.node[0].input[0] = "q" }
    expectMalformed("value \"q\" of the outputs") { $0.output[0].name = "q" }
    expectMalformed("two values \"y\"") { $0.node += [ONNXNode("GlobalMaxPool", ["x"], ["y"])] }
    expectMalformed("two values \"x\"") {
      $0.input += [ONNXValueInfo("z", [1, 2, 4])]
      $0.node += [ONNXNode("GlobalMaxPool", ["z"], ["x"])]
    }
    expectMalformed("two values \"x\"") { $0.input += $0.input }
    expectMalformed("two values \"w\"") { $0.initializer += $0.initializer }
    expectMalformed("two outputs \"y\"") { $0.output += $0.output }
    expectMalformed("without an operator") { $0.node[0].opType = "" }
    expectMalformed("of no type") { $0.input[0].clearType() }
    expectMalformed("two attributes group") {
      $0.node[0].attribute = [ONNXAttribute("group", 1), ONNXAttribute("group", 1)]
    }
    expectMalformed("attribute group of type 0") {
      $0.node[0].attribute = [.with { $0.name = "group" }]
    }
  }

  @Test func operatorsOfVersion6AndNewerAreRead() throws {
    for opset: Int64 in [6, 13, 26, 99] { _ = try model(opset: opset).network() }
    var named = model()
    named.opsetImport[0].domain = "ai.onnx"
    named.opsetImport += [
      .with {
        $0.domain = "com.example"
        $0.version = 1
      }
    ]
    _ = try named.network()
    expectError(.unsupported, ["version 5", "version 6 or newer"]) {
      _ = try model(opset: 5).network()
    }
    expectError(.malformedFile, ["no version"]) {
      var model = model()
      model.opsetImport = []
      _ = try model.network()
    }
  }

  @Test func aFileThatIsSomethingElseIsAnErrorWithItsName() throws {
    expectError(.malformedFile, ["/nowhere/model.onnx"]) {
      _ = try Network(contentsOf: "/nowhere/model.onnx")
    }
    for bytes: [UInt8] in [
      [], [0], Array("a text, not a network".utf8), Array(repeating: 255, count: 99),
    ] {
      expectError(.malformedFile, ["model"]) { _ = try Network(onnx: bytes, name: "model") }
    }
  }
}
