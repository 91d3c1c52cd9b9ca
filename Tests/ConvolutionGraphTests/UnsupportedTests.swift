import SwiftProtobuf
import Testing

@testable import ConvolutionGraph

/// Everything that a network asks for and that is not supported comes in one error, before anything runs.
struct UnsupportedTests {
  /// What of `model` is not supported, as people read it.
  private func unsupported(in model: ONNXModel) throws -> [String] {
    let error = try #require(throws: NetworkError.self) { _ = try model.network() }
    #expect(error.code == .unsupported)
    return error.unsupported.map(\.description)
  }

  @Test func allOfAFileIsListedInItsOrder() throws {
    let model = ONNXModel {
      $0.node = [
        ONNXNode("Conv", ["x", "w"], ["a"], [ONNXAttribute("mode", "fast")]),
        ONNXNode("NonMaxSuppression", ["a"], ["b"]),
        .with {
          $0.name = "attention"
          $0.opType = "Attention"
          $0.domain = "com.example"
          $0.input = ["b"]
          $0.output = ["c"]
        },
        ONNXNode("Constant", [], ["h"], [ONNXAttribute("value", ONNXTensor("", type: 10, [0]))]),
        ONNXNode("Constant", [], ["s"], [ONNXAttribute("value_string", "text")]),
        ONNXNode("Constant", [], ["n"]),
      ]
      $0.initializer = [
        ONNXTensor("w", [1], [1, 1, 1]), ONNXTensor("half", type: 10, [2]),
        ONNXTensor("double", type: 11, [2]), ONNXTensor("new", type: 99, [2]),
      ]
      $0.sparseInitializer = [.with { $0.values = ONNXTensor("few", [1], [1]) }]
      $0.input = [
        ONNXValueInfo("x", [1, 1, 4]), ONNXValueInfo("words", [1], type: 8),
        .with {
          $0.name = "sequence"
          $0.type = ONNXType()
        },
      ]
      $0.output = [ONNXValueInfo("c", [1], type: 16)]
    }
    #expect(
      try unsupported(in: model) == [
        "node \"a\": Conv, attribute mode",
        "node \"b\": NonMaxSuppression",
        "node \"attention\": com.example.Attention",
        "node \"h\": Constant, attribute value with elements of type float16",
        "node \"s\": Constant, attribute value_string",
        "node \"n\": Constant, no value",
        "node \"half\": initializer, elements of type float16",
        "node \"double\": initializer, elements of type double",
        "node \"new\": initializer, elements of type number 99",
        "node \"words\": input, elements of type string",
        "node \"sequence\": input, something else than a tensor",
        "node \"c\": output, elements of type bfloat16",
        "node \"few\": initializer, a sparse tensor",
      ])
  }

  @Test func bodiesOfControlFlowAndLocalFunctionsAreListedToo() throws {
    let inner = ONNXGraph.with {
      $0.node = [ONNXNode("Deepest", [], ["e"])]
      $0.initializer = [ONNXTensor("half", type: 10, [1])]
    }
    let then = ONNXGraph.with {
      $0.node = [
        ONNXNode("Unheard", [], ["b"]), ONNXNode("Conv", ["x", "w"], ["c"]),
        ONNXNode("Loop", [], ["d"], [ONNXAttribute("body", inner)]),
      ]
    }
    let otherwise = ONNXGraph.with {
      $0.node = [ONNXNode("MaxPool", ["x"], ["f"])]
    }
    var model = ONNXModel {
      $0.node = [
        ONNXNode(
          "If", ["x"], ["a"],
          [ONNXAttribute("then_branch", then), ONNXAttribute("else_branch", otherwise)]),
        ONNXNode("Last", [], ["g"]),
      ]
    }
    model.functions = [.with { $0.node = [ONNXNode("InFunction", [], ["h"])] }]
    #expect(
      try unsupported(in: model) == [
        "node \"a\": If",
        "node \"b\": Unheard",
        "node \"d\": Loop",
        "node \"e\": Deepest",
        "node \"half\": initializer, elements of type float16",
        "node \"f\": MaxPool, no attribute kernel_shape",
        "node \"g\": Last",
        "node \"h\": InFunction",
      ])
  }

  @Test func anAttributeOfAnotherTypeIsListed() throws {
    let model = ONNXModel {
      $0.node = [
        ONNXNode(
          "Conv", ["x", "w"], ["a"],
          [
            ONNXAttribute("group", "two"), ONNXAttribute("strides", float: 1.5),
            ONNXAttribute("body", ONNXGraph()),
          ])
      ]
    }
    #expect(
      try unsupported(in: model) == [
        "node \"a\": Conv, attribute strides that is not a list of integers",
        "node \"a\": Conv, attribute group that is not an integer",
        "node \"a\": Conv, attribute body",
      ])
  }

  @Test func outputsThatNobodyUsesMayBeUnsupported() throws {
    var model = ONNXModel {
      $0.node = [
        ONNXNode("Dropout", ["x"], ["y", "mask"]), ONNXNode("Relu", ["y"], ["z"]),
      ]
      $0.input = [ONNXValueInfo("x", [2])]
      $0.output = [ONNXValueInfo("z", [2])]
    }
    _ = try model.network()
    model.graph.node[1].input = ["mask"]
    #expect(try unsupported(in: model) == ["node \"y\": Dropout, output \"mask\""])
  }
}
