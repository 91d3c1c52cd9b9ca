import Convolution
import Testing

@testable import ConvolutionGraph

/// What plans and runs say of what they cannot take: what it is, what came, and what was expected.
struct NetworkErrorTests {
  private let network: Network

  init() throws {
    var small = SmallNetwork()
    let x = small.input("x", [1, 4, nil, nil])
    let bias = small.input("offset", [6, 1, 1])
    small.output(small.node("Add", [small.convolution(x), bias]))
    network = try small.network()
  }

  private func plan() throws -> NetworkPlan { try network.plan(inputs: ["x": [1, 4, 5, 7]]) }

  private func expect(
    _ code: NetworkError.Code, _ description: String,
    sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
  ) {
    expectError(code, [description], sourceLocation: sourceLocation, body)
  }

  // MARK: Plans

  @Test func names() {
    expect(.unknownName, "inputs: got \"y\", expected \"x\", \"offset\"") {
      _ = try network.plan(inputs: ["x": [1, 4, 5, 7], "y": [1]])
    }
    expect(.shapeMismatch, "x: got no shape, expected float32 1x4x?x?, an extent for each axis") {
      _ = try network.plan()
    }
  }

  @Test func shapes() {
    for shape in [[1, 4, 5], [1, 4, 5, 7, 1], [2, 4, 5, 7], [1, 3, 5, 7], []] {
      expect(.shapeMismatch, "x: got shape \(shape), expected float32 1x4x?x?") {
        _ = try network.plan(inputs: ["x": shape])
      }
    }
    expect(.shapeMismatch, "offset: got shape [6], expected float32 6x1x1") {
      _ = try network.plan(inputs: ["x": [1, 4, 5, 7], "offset": [6]])
    }
    expect(.shapeMismatch, "no negative extent") {
      _ = try network.plan(inputs: ["x": [1, 4, -5, 7]])
    }
    expectError(.shapeMismatch) {
      _ = try network.plan(inputs: ["x": [1, 4, Int.max / 4, Int.max / 4]])
    }
  }

  /// A shape that an operator cannot take names the node.
  @Test func shapesThatNodesDoNotTake() throws {
    var small = SmallNetwork()
    let x = small.input("x", [1, nil, 5, 5])
    small.output(small.convolution(x))
    let network = try small.network()
    expect(.shapeMismatch, "node \"Conv 0\"") { _ = try network.plan(inputs: ["x": [1, 3, 5, 5]]) }
  }

  @Test func threads() {
    for threads in [0, -1, Planner.mostThreads + 1] {
      expectError(.shapeMismatch, ["threads", "got \(threads)"]) {
        _ = try network.plan(inputs: ["x": [1, 4, 5, 7]], with: Planner(threads: threads))
      }
    }
  }

  /// A shape that follows from what is in a tensor.
  @Test func shapesThatDependOnData() throws {
    var small = SmallNetwork()
    let x = small.input("x", [2, 3])
    let sizes = small.node("Cast", [small.input("sizes", [2])], ONNXAttribute("to", 7))
    small.output(small.node("Reshape", [x, sizes]))
    expect(.dependsOnData, "node \"Reshape 1\"") { _ = try small.network().plan() }
  }

  // MARK: Runs

  @Test func tensors() throws {
    let plan = try plan()
    let x = try NetworkTensor(repeating: 0, shape: [1, 4, 5, 7])
    let offset = try NetworkTensor(repeating: 0, shape: [6, 1, 1])
    expect(.unknownName, "inputs: got \"y\", expected \"x\", \"offset\"") {
      _ = try plan.run(["x": x, "offset": offset, "y": x])
    }
    expect(.unknownName, "offset: got nothing, expected float32 6x1x1") {
      _ = try plan.run(["x": x])
    }
    expect(
      .shapeMismatch,
      "x: got float32 1x4x7x5, expected float32 1x4x5x7, which the plan was made for"
    ) {
      _ = try plan.run(["x": NetworkTensor(repeating: 0, shape: [1, 4, 7, 5]), "offset": offset])
    }
    expect(.shapeMismatch, "offset: got int64 6x1x1, expected float32 6x1x1") {
      _ = try plan.run([
        "x": x, "offset": NetworkTensor([Int64](repeating: 0, count: 6), shape: [6, 1, 1]),
      ])
    }
    expect(.wrongBufferSize, "elements: got 5 elements, expected 6, the product of shape [6, 1, 1]")
    {
      _ = try NetworkTensor([Float](repeating: 0, count: 5), shape: [6, 1, 1])
    }
  }

  /// The only input may have any name.
  @Test func theNameOfTheOnlyInput() throws {
    var small = SmallNetwork()
    small.output(small.node("Relu", [small.input("x", [2])]))
    let plan = try small.network().plan()
    let x = try NetworkTensor([1, -1] as [Float], shape: [2])
    #expect(try plan.run(["picture": x]).values.first?.floats == [1, 0])
    expectError(.unknownName, ["\"y\""]) { _ = try plan.run(["x": x, "y": x]) }
    expectError(.unknownName, ["x: got nothing"]) { _ = try plan.run([:]) }
  }

  @Test func buffers() throws {
    let plan = try plan()
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 64)
    defer { bytes.deallocate() }
    func part(_ count: Int) -> UnsafeMutableRawBufferPointer { .init(rebasing: bytes[..<count]) }
    var workspace = try NetworkWorkspace(for: plan)
    let (x, offset, y) = (4 * 140, 4 * 6, 4 * 210)
    func run(_ inputs: [Int], _ outputs: [Int]) throws {
      try plan.run(
        inputs.map { UnsafeRawBufferPointer(part($0)) }, into: outputs.map(part),
        workspace: &workspace)
    }
    expect(.wrongBufferSize, "inputs: got 1 buffers, expected 2: x, offset") { try run([x], [y]) }
    expect(.wrongBufferSize, "outputs: got 0 buffers, expected 1: Add 1") {
      try run([x, offset], [])
    }
    expect(.wrongBufferSize, "x: got \(x - 4) bytes, expected \(x), for float32 1x4x5x7") {
      try run([x - 4, offset], [y])
    }
    expect(.wrongBufferSize, "Add 1: got \(y + 4) bytes, expected \(y), for float32 1x6x5x7") {
      try run([x, offset], [y + 4])
    }
  }
}
