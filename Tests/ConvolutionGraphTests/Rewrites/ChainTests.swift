import Testing

@testable import ConvolutionGraph

/// Elementwise operations: shorter forms of them, and one chain of several.
struct ChainTests {
  /// What files spell out: a name, the nodes, the activation that a layer then has, and how to build it.
  private static let spellings:
    [(nodes: [String], activation: String, build: @Sendable (inout SmallNetwork, String) -> String)] =
      [
        (
          ["Sigmoid", "Mul"], "silu",
          { network, x in network.node("Mul", [x, network.node("Sigmoid", [x])]) }
        ),
        (
          ["Sigmoid", "Mul"], "silu",
          { network, x in network.node("Mul", [network.node("Sigmoid", [x]), x]) }
        ),
        (
          // x hardSigmoid(x)
          ["HardSigmoid", "Mul"], "hardSwish",
          { network, x in
            let gate = network.node("HardSigmoid", [x], ONNXAttribute("alpha", float: 1 / 6))
            return network.node("Mul", [x, gate])
          }
        ),
        (
          // (x clip(x + 3, 0, 6)) / 6
          ["Add", "Clip", "Mul", "Div"], "hardSwish",
          { network, x in
            let product = network.node("Mul", [x, clip(&network, x)])
            return network.node("Div", [product, network.constant([6])])
          }
        ),
        (
          // x (clip(x + 3, 0, 6) / 6)
          ["Add", "Clip", "Div", "Mul"], "hardSwish",
          { network, x in
            let gate = network.node("Div", [clip(&network, x), network.constant([6])])
            return network.node("Mul", [gate, x])
          }
        ),
        (
          // clip(x + 3, 0, 6) / 6
          ["Add", "Clip", "Div"], "hardSigmoid:0.16666667,0.5",
          { network, x in network.node("Div", [clip(&network, x), network.constant([6])]) }
        ),
        (
          // (x (1 + erf(x / sqrt(2)))) 0.5
          ["Div", "Erf", "Add", "Mul", "Mul"], "gelu",
          { network, x in
            let product = network.node("Mul", [x, erfPlusOne(&network, x)])
            return network.node("Mul", [product, network.constant([0.5])])
          }
        ),
        (
          // x (0.5 (1 + erf(x / sqrt(2))))
          ["Div", "Erf", "Add", "Mul", "Mul"], "gelu",
          { network, x in
            let half = network.node("Mul", [network.constant([0.5]), erfPlusOne(&network, x)])
            return network.node("Mul", [x, half])
          }
        ),
        (
          // (0.5 x) (1 + erf(x / sqrt(2)))
          ["Mul", "Div", "Erf", "Add", "Mul"], "gelu",
          { network, x in
            let half = network.node("Mul", [x, network.constant([0.5])])
            return network.node("Mul", [half, erfPlusOne(&network, x)])
          }
        ),
      ]

  /// min(max(x + 3, 0), 6)
  private static func clip(_ network: inout SmallNetwork, _ x: String) -> String {
    let sum = network.node("Add", [x, network.constant([3])])
    return network.node("Clip", [sum, network.constant([0]), network.constant([6])])
  }

  /// 1 + erf(x / sqrt(2))
  private static func erfPlusOne(_ network: inout SmallNetwork, _ x: String) -> String {
    let scaled = network.node("Div", [x, network.constant([Float(2).squareRoot()])])
    return network.node("Add", [network.node("Erf", [scaled]), network.constant([1])])
  }

  @Test(arguments: spellings.indices) func aFunctionThatIsSpeltOut(index: Int) throws {
    let (nodes, activation, build) = Self.spellings[index]
    try expectRewrite(
      ChainSimplification(), ChainFusion(), ActivationIntoLayer(), from: ["Conv"] + nodes,
      to: ["Conv \(activation)"]
    ) { network, x in build(&network, network.convolution(x)) }
    // Without a layer it is one operation.
    var network = SmallNetwork()
    network.output(build(&network, network.input("x", [1, 2, 3, 4])))
    let graph = try network.graph().rewritten(by: [ChainSimplification(), ChainFusion()]).graph
    try #require(graph.operations.count == 1)
    let chain = try #require(graph.nodes[0]?.operation as? Elementwise)
    #expect(chain.instructions.count == 1)
    #expect(chain.inputCount == 1)
  }

  /// Close to a function's other name, and something else.
  @Test func whatIsNotThatFunctionStays() throws {
    try expectRewrite(
      ChainSimplification(), ChainFusion(), ActivationIntoLayer(), FactorsIntoLayer(),
      from: ["Conv", "Add", "Clip", "Mul", "Div"], to: ["Conv", "Add Clip Mul Div"]
    ) { network, x in
      let x = network.convolution(x)
      let sum = network.node("Add", [x, network.constant([2.5])])
      let clip = network.node("Clip", [sum, network.constant([0]), network.constant([6])])
      return network.node("Div", [network.node("Mul", [x, clip]), network.constant([6])])
    }
    try expectRewrite(
      ChainSimplification(), ChainFusion(), ActivationIntoLayer(),
      from: ["Conv", "HardSigmoid", "Mul"], to: ["Conv", "HardSigmoid Mul"]
    ) { network, x in
      let x = network.convolution(x)
      return network.node(
        "Mul", [x, network.node("HardSigmoid", [x], ONNXAttribute("alpha", float: 0.2))])
    }
  }

  @Test func numbersInsteadOfTensorsOfOneElement() throws {
    for (operation, isFirst) in [
      ("Add", true), ("Sub", true), ("Sub", false), ("Mul", false), ("Div", false), ("Max", true),
      ("Min", false),
    ] {
      var network = SmallNetwork()
      let x = network.input("x", [2, 3])
      let number = network.constant([0.75], [1, 1])
      network.output(network.node(operation, isFirst ? [number, x] : [x, number]))
      let before = try network.graph()
      let after = try before.rewritten(by: [ChainSimplification()]).graph
      #expect(after.nodes[0]?.inputs.count == 1)
      #expect(relativeDifference(try after.outputs()[0], try before.outputs()[0]) <= 1e-6)
    }
  }

  /// What leaves numbers as they are goes, where it is the last operation of a chain too.
  @Test(arguments: [("Mul", Float(1)), ("Add", 0)])
  func numbersThatChangeNothing(operation: String, number: Float) throws {
    var network = SmallNetwork()
    let tanh = network.node("Tanh", [network.input("x", [2, 3])])
    network.output(network.node(operation, [tanh, network.constant([number])]))
    let before = try network.graph()
    let after = try before.rewritten(by: [ChainFusion(), ChainSimplification()]).graph
    let chains = after.nodes.compactMap { $0?.operation as? Elementwise }
    #expect(after.operations.count == 1)
    #expect(chains.map(\.instructions.count) == [1])
    #expect(relativeDifference(try after.outputs()[0], try before.outputs()[0]) == 0)
  }

  /// A tensor of one element with more axes than the other operand gives the result its axes.
  @Test func aNumberWithMoreAxesStays() throws {
    var network = SmallNetwork()
    let x = network.input("x", [3])
    network.output(network.node("Add", [x, network.constant([1], [1, 1])]))
    let (graph, applied) = try network.graph().rewritten(by: [ChainSimplification()])
    #expect(applied.isEmpty)
    #expect(try graph.outputs()[0].shape == [1, 3])
  }

  @Test func twoChainsBecomeOne() throws {
    try expectRewrite(ChainFusion(), from: ["Add", "Tanh", "Mul"], to: ["Add Tanh Mul"]) {
      network, x in
      let sum = network.node("Add", [x, network.random([4, 1, 1])])
      return network.node("Mul", [network.node("Tanh", [sum]), network.random([9])])
    }
    // The same value is an input once.
    try expectRewrite(ChainFusion(), from: ["Exp", "Sub"], to: ["Exp Sub"]) { network, x in
      network.node("Sub", [x, network.node("Exp", [x])])
    }
    try expectRewrite(ChainFusion(), from: ["Exp", "Abs", "Sub"], to: ["Abs Exp Sub"]) {
      network, x in
      network.node("Sub", [network.node("Exp", [x]), network.node("Abs", [x])])
    }
  }

  /// What is used twice is computed once.
  @Test func aValueThatIsUsedTwiceStays() throws {
    try expectRewrite(
      ChainFusion(), from: ["Exp", "Tanh", "Concat 1"], to: nil
    ) { network, x in
      let exp = network.node("Exp", [x])
      return network.node("Concat", [network.node("Tanh", [exp]), exp], ONNXAttribute("axis", 1))
    }
  }

  /// What is smaller than the result is not computed again for each of its elements.
  @Test func whatBroadcastsStays() throws {
    try expectRewrite(ChainFusion(), from: ["ReduceMean", "Exp", "Mul"], to: nil) { network, x in
      let mean = network.node("ReduceMean", [x], ONNXAttribute("axes", [2, 3]))
      return network.node("Mul", [x, network.node("Exp", [mean])])
    }
  }

  /// No more operations than a chain has places for.
  @Test func aLongChain() throws {
    var network = SmallNetwork()
    var last = network.input("x", [2, 3])
    for _ in 0..<40 { last = network.node("Tanh", [last]) }
    network.output(last)
    let before = try network.graph()
    let after = try before.rewritten(by: [ChainFusion()]).graph
    #expect(
      after.operations.count == (40 + Elementwise.mostInstructions - 1)
        / Elementwise.mostInstructions)
    #expect(relativeDifference(try after.outputs()[0], try before.outputs()[0]) == 0)
  }

  @Test func manyInputs() throws {
    var network = SmallNetwork()
    let x = network.input("x", [2, 3])
    var sum = x
    for _ in 0..<20 { sum = network.node("Add", [sum, network.random([2, 3])]) }
    network.output(sum)
    let before = try network.graph()
    let after = try before.rewritten(by: [ChainFusion()]).graph
    #expect(after.operations.count < 20)
    for case let node? in after.nodes { #expect(node.inputs.count <= Elementwise.mostInputs) }
    #expect(relativeDifference(try after.outputs()[0], try before.outputs()[0]) <= 1e-6)
  }
}
