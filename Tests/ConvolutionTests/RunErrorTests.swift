import Convolution
import Testing

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
      #expect(result == untouched)
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

  @Test(arguments: Setting.all)
  func aWorkspaceTooSmallOrOffItsBoundary(setting: Setting) throws {
    let layerCase = LayerCase(
      inputShape: [2, 3, 10], weightShape: [5, 3, 3], stride: [1], dilation: [1], border: [.zeros],
      x: [], w: Array(repeating: 1, count: 45))
    guard let plan = try layerCase.plan(layer, setting), plan.workspaceBytes > 0 else { return }
    let bytes = plan.workspaceBytes
    expectError(.wrongBufferSize, "workspace", ["\(bytes - 1) bytes", "\(bytes) bytes", "64-byte"])
    {
      try run(plan, workspace: bytes - 1)
    }
    expectError(.wrongBufferSize, "workspace", ["remainder 4", "64-byte boundary"]) {
      try run(plan, offset: 4)
    }
  }

  @Test func tensorsOfAnotherShapeOrLayout() throws {
    let x = try Tensor(shape: [2, 3, 10])
    expectError(.shapeMismatch, "input", ["[2, 10, 3]", "[2, 3, 10]"]) {
      _ = try plan.run(Tensor(shape: [2, 10, 3]))
    }
    expectError(.shapeMismatch, "input", ["channelsLast", "channelsFirst"]) {
      _ = try plan.run(Tensor(shape: [2, 3, 10], layout: .channelsLast))
    }
    expectError(.shapeMismatch, "residual", ["[5, 8]", "[2, 5, 8]"]) {
      _ = try plan.run(x, residual: Tensor(shape: [5, 8]))
    }
    expectError(.shapeMismatch, "residual", ["channelsLast", "channelsFirst"]) {
      _ = try layer(x, residual: Tensor(shape: [2, 5, 8], layout: .channelsLast))
    }
  }

  @Test func aNewTensorFromAPlanOfARegion() throws {
    let plan = try layer.plan(for: [2, 3, 10], region: [2..<4])
    expectError(.invalidValue, "region", ["part", "memory"]) {
      _ = try plan.run(Tensor(shape: [2, 3, 10]))
    }
  }

  @Test func theAsyncFormThrowsTheSame() async throws {
    let error = await #expect(throws: ConvolutionError.self) {
      _ = try await plan.run(Tensor(shape: [1, 3, 10]))
    }
    #expect(error?.code == .shapeMismatch)
    #expect(error?.argument == "input")
  }
}
