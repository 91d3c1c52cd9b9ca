import Convolution
import Foundation
import TestSupport
import Testing

@testable import ConvolutionGraph

/// The memory of runs and of plans.
struct NetworkMemoryTests {
  @Test(arguments: Model.all) func arenas(model: Model) throws {
    let network = try model.network()
    let shapes = try model.inputs(of: network).mapValues(\.shape)
    for layout in Layout.allCases {
      let plan = try network.plan(inputs: shapes, with: Planner(threads: 2), layout: layout)
      #expect(plan.arenaBytes >= plan.leastArenaBytes)
      #expect(Double(plan.arenaBytes) <= 1.1 * Double(plan.leastArenaBytes))
      #expect(plan.arenaBytes < plan.tensorBytes)
    }
  }

  /// In a process of its own, where no other tests allocate.
  @Test func aRunAllocatesNothing() async {
    await #expect(processExitsWith: .success) {
      let network = try Model("light_squeezenet_seeded").network()
      for threads in [1, 2] {
        let plan = try network.plan(with: Planner(threads: threads))
        var workspace = try NetworkWorkspace(for: plan)
        let memory = try Buffers(of: plan)
        let (inputs, outputs) = (memory.inputBytes, memory.outputBytes)
        try plan.run(inputs, into: outputs, workspace: &workspace)
        // Of several rounds one is enough: threads of the test library may allocate something meanwhile.
        var grown: [Int] = []
        for _ in 0..<8 {
          let before = allocatedBytes()
          for _ in 0..<3 { try plan.run(inputs, into: outputs, workspace: &workspace) }
          grown.append(allocatedBytes() - before)
        }
        try #require(grown.contains(0))
      }
    }
  }

  /// Of a network that is put together, planned and run every block of memory is refused once, those for a layer whose
  /// weights are computed in the run among them.
  @Test func everyBlockMayBeRefused() async {
    await #expect(processExitsWith: .success) {
      let x = try NetworkTensor(repeating: 1, shape: [1, 16, 20, 20])
      let planner = Planner(threads: 2)
      func run() throws -> [Float] {
        var small = SmallNetwork()
        let image = small.input("x", [1, 16, 20, 20])
        let features = small.convolution(image, weights: [16, 16, 3, 3])
        let weights = small.node("Reshape", [features, small.integers([16, 4, 10, 10])])
        let layer = small.node("Conv", [image, weights], ONNXAttribute("group", 4))
        small.output(small.node("Softmax", [layer]))
        return try small.network().plan(with: planner).run(["x": x]).values.first!.floats
      }
      let expected = try run()
      for block in 0... {
        let (wasAskedFor, error) = refusing(block: block) { _ = try run() }
        guard wasAskedFor else {
          #expect(block > 10)
          break
        }
        #expect((error as? NetworkError)?.code == .outOfMemory, "block \(block)")
        let isRight = try run() == expected
        #expect(isRight)
      }
    }
  }

  /// What is packed for one shape is there for all others.
  @Test func plansShareTheirPackedWeights() async {
    await #expect(processExitsWith: .success) {
      var small = SmallNetwork()
      let x = small.input("x", [1, 256, nil, nil])
      small.output(small.convolution(x, weights: [256, 256, 3, 3]))
      let network = try small.network()
      let weightBytes = 256 * 256 * 9 * 4
      let planner = Planner(threads: 1, accuracy: .exactOrder)
      let before = allocatedBytes()
      let first = try network.plan(
        inputs: ["x": [1, 256, 20, 30]], with: planner, layout: .channelsLast)
      let packed = allocatedBytes() - before
      let second = try network.plan(
        inputs: ["x": [1, 256, 24, 36]], with: planner, layout: .channelsLast)
      let added = allocatedBytes() - before - packed
      try withExtendedLifetime((first, second)) {
        try #require(packed >= weightBytes)
        try #require(added < weightBytes / 10)
      }
    }
  }

  @Test func plansOfTheSameShapeHaveTheSameLayers() throws {
    var small = SmallNetwork()
    small.output(small.convolution(small.input("x", [1, 4, nil, nil])))
    let network = try small.network()
    let plans = try [[1, 4, 8, 8], [1, 4, 9, 20]].map {
      try network.plan(inputs: ["x": $0], with: Planner(threads: 1))
    }
    let convolutions = plans.map { plan in
      plan.graph.nodes.compactMap { $0 }.first { $0.operation is ConvolutionOperator }!
    }
    let context = PlanningContext(planner: Planner(threads: 1), layers: network.layers)
    let layers = try zip(plans, convolutions).map { plan, node in
      try (node.operation as! ConvolutionOperator).layer(
        plan.graph.constant(node.inputs[1])!, plan.graph.constant(node.inputs[2]), context)
    }
    #expect(layers[0] === layers[1])
  }

  // MARK: Runs

  @Test func manyThreadsRunOnePlan() throws {
    let plan = try Model("light_squeezenet_seeded").network().plan(with: Planner(threads: 2))
    let inputs = try plan.seededInputs()
    let expected = try plan.run(inputs)
    DispatchQueue.concurrentPerform(iterations: 6) { _ in
      let outputs = try? plan.run(inputs)
      #expect(outputs == expected)
    }
  }

  @Test func aWorkspaceOfAnotherPlan() throws {
    let network = try Model("waifu2x_upconv7_photo_2x").network()
    let plans = try [[1, 3, 40, 50], [1, 3, 30, 20]].map {
      try network.plan(inputs: ["Input1": $0], with: Planner(threads: 2))
    }
    let inputs = try plans[1].seededInputs()
    let expected = try plans[1].run(inputs)
    var workspace = try NetworkWorkspace(for: plans[0])
    _ = try plans[0].run(try plans[0].seededInputs(), workspace: &workspace)
    #expect(try plans[1].run(inputs, workspace: &workspace) == expected)
    var small = try NetworkWorkspace(for: plans[1])
    expectError(.wrongBufferSize, ["workspace", "expected \(plans[0].workspaceBytes)"]) {
      _ = try plans[0].run(try plans[0].seededInputs(), workspace: &small)
    }
  }

  @Test func outputsOfTheCallers() throws {
    // Outputs that are views, parts and copies of each other, and of the input.
    var small = SmallNetwork()
    let x = small.input("x", [1, 4, 6, 8])
    let sums = small.convolution(x)
    small.output(sums)
    small.output(small.node("Flatten", [sums]))
    small.output(small.node("Relu", [sums]))
    small.output(small.node("Concat", [sums, x], ONNXAttribute("axis", 1)))
    small.output(small.node("Identity", [x]))
    small.output(small.random([3]))
    let network = try small.network()
    let plan = try network.plan(with: Planner(threads: 2))
    let memory = try Buffers(of: plan)
    var workspace = try NetworkWorkspace(for: plan)
    try plan.run(memory.inputBytes, into: memory.outputBytes, workspace: &workspace)
    let results = try plan.run(plan.seededInputs())
    for (output, tensor) in zip(plan.outputs, memory.outputs) {
      #expect(results[output.name] == tensor)
    }
    let values = memory.outputs.map(\.floats)
    #expect(values[1] == values[0])
    #expect(values[2] == values[0].map { max($0, 0) })
    #expect(values[3] == values[0] + memory.inputs[0].floats)
    #expect(values[4] == memory.inputs[0].floats)
  }
}

/// Inputs and outputs of a run that the caller owns; inputs are seeded.
private struct Buffers {
  let inputs, outputs: [NetworkTensor]

  init(of plan: NetworkPlan) throws {
    let tensors = try plan.seededInputs()
    inputs = plan.inputs.map { tensors[$0.name]! }
    outputs = try plan.outputs.map { try NetworkTensor(uninitialized: $0.type) }
    for output in outputs { output.mutableBytes.initializeMemory(as: UInt8.self, repeating: 0xA5) }
  }

  var inputBytes: [UnsafeRawBufferPointer] {
    inputs.map { UnsafeRawBufferPointer($0.mutableBytes) }
  }
  var outputBytes: [UnsafeMutableRawBufferPointer] { outputs.map(\.mutableBytes) }
}
