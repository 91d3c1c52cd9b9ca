import Convolution
import Testing

@testable import ConvolutionGraph

/// Parts of a tensor that lie one behind the other are computed where they belong.
struct PartsTests {
  /// What the steps do, and that results are those of the other layout, in which parts do not lie so.
  private func operations(
    _ small: SmallNetwork, _ layout: Layout = .channelsFirst
  ) throws -> [String] {
    let network = try small.network()
    let plan = try network.plan(with: Planner(threads: 2), layout: layout)
    let other = try network.plan(
      with: Planner(threads: 2), layout: layout == .channelsFirst ? .channelsLast : .channelsFirst)
    let inputs = try plan.seededInputs()
    let (outputs, expected) = (try plan.run(inputs), try other.run(inputs))
    for (name, output) in outputs {
      #expect(relativeDifference(output, expected[name]!) < 1e-6)
    }
    return plan.steps.map { "\($0.node.operation) \($0.step.algorithm)" }
  }

  @Test func joinedPartsAreWrittenWhereTheyBelong() throws {
    var small = SmallNetwork()
    let x = small.input("x", [1, 4, 9, 8])
    let (a, b) = (small.convolution(x), small.convolution(x))
    let joined = small.node("Concat", [a, b], ONNXAttribute("axis", 1))
    small.output(small.convolution(joined, weights: [6, 12, 3, 3]))
    #expect(try !operations(small).contains { $0.contains("Concat") })
  }

  /// Channels-last, parts are channels of every pixel.
  @Test func joinedChannelsAreWrittenBesideEachOther() throws {
    var small = SmallNetwork()
    let x = small.input("x", [2, 4, 9, 8])
    let (a, b) = (small.convolution(x), small.convolution(x))
    let joined = small.node("Concat", [a, b], ONNXAttribute("axis", 1))
    small.output(small.convolution(joined, weights: [6, 12, 3, 3]))
    #expect(try !operations(small, .channelsLast).contains { $0.contains("Concat") })
  }

  /// So is a part alone; the others are copied beside it.
  @Test func onlyWhatALayerWritesForNobodyElseIsWrittenThere() throws {
    var small = SmallNetwork()
    let x = small.input("x", [1, 4, 9, 8])
    let (a, b) = (small.convolution(x), small.convolution(x))
    let joined = small.node(
      "Concat", [small.node("Softmax", [b]), a, b], ONNXAttribute("axis", 1))
    small.output(small.convolution(joined, weights: [6, 18, 3, 3]))
    let operations = try operations(small, .channelsLast)
    #expect(operations.filter { $0.contains("Concat") } == ["Concat 3 2 copies"])
  }

  @Test func aPartThatIsAnInputOrComesTwiceIsCopied() throws {
    var small = SmallNetwork()
    let x = small.input("x", [1, 4, 9, 8])
    let a = small.convolution(x)
    let joined = small.node("Concat", [x, a, a], ONNXAttribute("axis", 1))
    let whole = small.node("Concat", [joined, small.convolution(x)], ONNXAttribute("axis", 1))
    small.output(whole)
    small.output(small.node("Relu", [a]))
    // x, and a for the second time; the inner joined part is a part of the outer one.
    #expect(try operations(small).filter { $0.contains("Concat") } == ["Concat 1 2 copies"])
  }

  @Test func partsOfAnImageAreReadWhereTheyLie() throws {
    var small = SmallNetwork()
    let x = small.input("x", [1, 4, 9, 8])
    let (first, second) = small.split(small.convolution(x), at: [2, 4])
    small.output(small.node("Sigmoid", [first]))
    small.output(small.convolution(second))
    #expect(try !operations(small).contains { $0.contains("Split") })
  }

  /// Channels-last, parts are channels of every pixel.
  @Test func layersReadTheirPartOfThePixels() throws {
    var small = SmallNetwork()
    let x = small.input("x", [2, 4, 9, 8])
    let (first, second) = small.split(small.convolution(x), at: [2, 4])
    small.output(small.convolution(first, weights: [3, 2, 3, 3]))
    let twice = small.convolution(second)
    small.output(small.node("Add", [twice, small.convolution(second)]))
    #expect(try !operations(small, .channelsLast).contains { $0.contains("Split") })
  }

  /// What anything else reads too, or a caller, is copied.
  @Test func partsThatOthersReadAreCopied() throws {
    var small = SmallNetwork()
    let x = small.input("x", [1, 4, 9, 8])
    let (first, second) = small.split(small.convolution(x), at: [2, 4])
    small.output(small.convolution(first, weights: [3, 2, 3, 3]))
    small.output(small.convolution(second))
    small.output(small.node("Softmax", [second]))
    let operations = try operations(small, .channelsLast)
    #expect(operations.filter { $0.contains("Split") } == ["Split 3 2 copies"])
  }
}
