import Testing

@testable import Convolution
@testable import LayerCases

/// Memory or tensors that a plan was not made for are an error, before anything is computed.
struct RunErrorTests {
  private let layer: Conv1D
  private let plan: Plan

  /// Input 2 x 3 x 10 (60 elements), output 2 x 5 x 8 (80 elements).
  init() throws {
    layer = try Conv1D(weights: Tensor(repeating: 1, shape: [5, 3, 3]))
    plan = try layer.plan(for: [2, 3, 10])
  }

  private func run(
    _ plan: Plan, input: Int = 60, residual: Int? = nil, output: Int = 80, workspace: Int? = nil,
    offset: Int = 0
  ) throws {
    let memory = UnsafeMutableRawBufferPointer.allocate(
      byteCount: plan.workspaceBytes + 128, alignment: 64)
    defer { memory.deallocate() }
    let end = offset + (workspace ?? plan.workspaceBytes)
    let untouched = [Float](repeating: -7, count: output)
    var result = untouched
    let x = [Float](repeating: 1, count: input)
    let r = [Float](repeating: 1, count: residual ?? 0)
    do {
      try x.withUnsafeBufferPointer { x in
        try r.withUnsafeBufferPointer { r in
          try result.withUnsafeMutableBufferPointer { y in
            try plan.run(
              x, residual: residual == nil ? nil : r, into: y,
              workspace: UnsafeMutableRawBufferPointer(rebasing: memory[offset..<end]))
          }
        }
      }
    } catch {
      expectSame(result, untouched)
      throw error
    }
  }

  @Test func buffersOfTheRightSizesAreAccepted() throws {
    try run(plan)
    try run(plan, residual: 80)
    try run(plan, workspace: plan.workspaceBytes + 64)
  }

  @Test(arguments: [0, 59, 61])
  func anInputOfAnotherSize(count: Int) {
    expectError(.wrongBufferSize, "input", ["\(count) elements", "60", "[2, 3, 10]"]) {
      try run(plan, input: count)
    }
  }

  @Test(arguments: [0, 79, 81])
  func anOutputOfAnotherSize(count: Int) {
    expectError(.wrongBufferSize, "output", ["\(count) elements", "80", "[2, 5, 8]"]) {
      try run(plan, output: count)
    }
  }

  @Test(arguments: [0, 79, 81])
  func aResidualOfAnotherSize(count: Int) {
    expectError(.wrongBufferSize, "residual", ["\(count) elements", "80", "[2, 5, 8]"]) {
      try run(plan, residual: count)
    }
  }

  @Test func aWorkspaceTooSmallOrOffItsBoundary() throws {
    let layerCase = LayerCase(
      inputShape: [2, 3, 10], weightShape: [5, 3, 3], stride: [1], dilation: [1], border: [.zeros],
      x: [], w: Array(repeating: 1, count: 45))
    let plans = try layerCase.plansOfEveryKernel(layer).map(\.plan)
      .filter { $0.workspaceBytes > 0 }
    #expect(!plans.isEmpty)
    for plan in plans {
      let bytes = plan.workspaceBytes
      let mentions = ["\(bytes - 1) bytes", "\(bytes) bytes", "64-byte"]
      expectError(.wrongBufferSize, "workspace", mentions) {
        try run(plan, workspace: bytes - 1)
      }
      expectError(.wrongBufferSize, "workspace", ["remainder 4", "64-byte boundary"]) {
        try run(plan, offset: 4)
      }
    }
  }

  @Test func tensorsOfAnotherShape() throws {
    let x = try Tensor(shape: [2, 3, 10])
    expectError(.shapeMismatch, "input", ["[2, 10, 3]", "[2, 3, 10]", "nchw"]) {
      _ = try plan.run(Tensor(shape: [2, 10, 3]))
    }
    expectError(.shapeMismatch, "residual", ["[5, 8]", "[2, 5, 8]"]) {
      _ = try plan.run(x, residual: Tensor(shape: [5, 8]))
    }
    expectError(.shapeMismatch, "residual", ["[2, 5, 8]", "[2, 8, 5]", "nhwc"]) {
      let x = try Tensor(shape: [2, 10, 3])
      _ = try layer(x, residual: Tensor(shape: [2, 5, 8]), layout: .channelsLast)
    }
  }

  @Test func aNewTensorFromAPlanOfARegion() throws {
    let plan = try layer.plan(for: [2, 3, 10], region: [2..<4])
    expectError(.invalidValue, "region", ["part", "memory"]) {
      _ = try plan.run(Tensor(shape: [2, 3, 10]))
    }
  }

  @Test func aPlanOfAWindowWantsTheWindow() throws {
    let plan = try layer.plan(for: [2, 3, 10], region: [2..<4], buffers: .region)
    #expect(plan.inputShape == [2, 3, 4] && plan.outputShape == [2, 5, 2])
    #expect(try plan.run(Tensor(shape: [2, 3, 4])).shape == [2, 5, 2])
    expectError(.shapeMismatch, "input", ["[2, 3, 10]", "[2, 3, 4]"]) {
      _ = try plan.run(Tensor(shape: [2, 3, 10]))
    }
    expectError(.wrongBufferSize, "input", ["60 elements", "24", "[2, 3, 4]"]) {
      try run(plan, input: 60, output: 20)
    }
    expectError(.wrongBufferSize, "output", ["80 elements", "20", "[2, 5, 2]"]) {
      try run(plan, input: 24, output: 80)
    }
  }

  @Test func aRunInTheBackgroundThrowsTheSame() async throws {
    let error = await #expect(throws: ConvolutionError.self) {
      _ = try await plan.runInBackground(Tensor(shape: [1, 3, 10]))
    }
    #expect(error?.code == .shapeMismatch)
    #expect(error?.argument == "input")
  }
}
