import Convolution
import Testing

@testable import ConvolutionGraph

/// Networks whose images are channels-last, as Keras has them, written channels-first.
struct ChannelsLastGraphTests {
  @Test(arguments: [9, 13, 18]) func operatorsBetweenConvolutions(opset: Int) throws {
    let network = try Network(Self.graph())
    let x = try NetworkTensor(
      (0..<2 * 6 * 5 * 2).map { Float(($0 * 29) % 17) - 8 }, shape: [2, 6, 5, 2])
    let expected = try Self.run(network, x)
    let file = try network.onnx(inputs: ["x": x.shape], opset: opset)
    #expect(try relativeDifference(Self.run(Network(onnx: file.bytes), x), expected) <= 1e-5)
    // Images stay channels-first between the first and the last node.
    let nodes = try ONNXModel(serializedBytes: file.bytes).graph.node
    #expect(nodes.count { $0.opType == "Transpose" } <= 6)
    #expect(file.paddings.map(\.operation) == ["Conv", "Pad", "Conv", "MaxPool"])
  }

  @Test func inputsOfAnyExtent() throws {
    let network = try Network(Self.graph())
    let shape = [1, 7, 9, 2]
    let x = try NetworkTensor((0..<126).map { Float(($0 * 29) % 17) - 8 }, shape: shape)
    let file = try network.onnx(inputs: ["x": shape], opset: 13, dynamic: true)
    let expected = try Self.run(network, x)
    #expect(try relativeDifference(Self.run(Network(onnx: file.bytes), x), expected) <= 1e-5)
  }

  private static func run(_ network: Network, _ x: NetworkTensor) throws -> NetworkTensor {
    let plan = try network.plan(inputs: ["x": x.shape], with: Planner(threads: 2))
    return try #require(plan.run(["x": x])["y"])
  }

  /// Convolution, activation, pad, convolution, normalisation, enlargement, part, repetition, pool.
  private static func graph() throws -> Graph {
    var graph = Graph()
    var last = graph.addInput("x", .float32, [nil, nil, nil, 2])
    func append(_ name: String, _ operation: any Operator, _ others: [NetworkTensor?] = []) {
      let inputs = others.enumerated().map { index, tensor in
        tensor.map { graph.addConstant("\(name) \(index)", $0) }
      }
      let output = graph.addValue(name)
      graph.append(Graph.Node(name, operation, [last] + inputs, [output]))
      last = output
    }
    func operation(
      _ name: String, inputs: Int, _ attributes: [String: NodeReader.Attribute] = [:]
    ) throws -> any Operator {
      var reader = NodeReader(
        name: name, operation: name, opset: 13, inputs: (0..<inputs).map { "\($0)" },
        outputCount: 1, attributes: attributes)
      return try #require(operatorTable[name]!(&reader))
    }
    func numbers(_ shape: [Int]) throws -> NetworkTensor {
      try NetworkTensor((0..<shape.reduce(1, *)).map { Float(($0 * 13) % 7) - 3 }, shape: shape)
    }
    func layer(_ weights: [Int], stride: Int, _ border: Border = .zeros) throws
      -> ConvolutionOperator
    {
      ConvolutionOperator(
        try Conv2D(
          weights: Tensor(repeating: 0, shape: weights), stride: stride, padding: .same,
          border: border), layout: .channelsLast)
    }
    append("first", try layer([4, 2, 3, 3], stride: 1), [try numbers([4, 2, 3, 3])])
    append("relu", try operation("Relu", inputs: 1))
    append(
      "pad", try operation("Pad", inputs: 2, ["mode": .string("reflect")]),
      [try .integers([0, 1, 0, 0, 0, 0, 2, 0])])
    append(
      "second", try layer([3, 4, 2, 3], stride: 2, .replicate),
      [try numbers([3, 4, 2, 3]), try numbers([3])])
    var normalisation = try #require(
      try operation("BatchNormalization", inputs: 5) as? BatchNormalisation)
    normalisation.channelAxis = 3
    append(
      "norm", normalisation,
      [
        try numbers([3]), try numbers([3]), try numbers([3]),
        try NetworkTensor([1, 2, 3] as [Float], shape: [3]),
      ])
    append(
      "scale", try operation("Mul", inputs: 2), [try numbers([3])])
    append(
      "enlarged",
      try operation(
        "Resize", inputs: 3,
        ["mode": .string("linear"), "coordinate_transformation_mode": .string("half_pixel")]),
      [nil, try NetworkTensor([1, 2, 3, 1] as [Float], shape: [4])])
    append(
      "part", try operation("Slice", inputs: 4),
      [try .integers([1]), try .integers([-1]), try .integers([2])])
    append("tile", try operation("Tile", inputs: 2), [try .integers([1, 1, 2, 1])])
    var pool = try #require(
      try operation(
        "MaxPool", inputs: 1,
        [
          "kernel_shape": .integers([2, 3]), "strides": .integers([2, 2]),
          "auto_pad": .string("SAME_UPPER"),
        ]) as? PoolingOperator)
    pool.layout = .channelsLast
    append("pool", pool)
    graph.addOutput("y", last, .float32, [nil, nil, nil, 3])
    return graph
  }
}
