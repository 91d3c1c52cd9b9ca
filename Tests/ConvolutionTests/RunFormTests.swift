import Convolution
import Testing

/// Every way to run a layer computes the same.
struct RunFormTests {
  private let layerCase: LayerCase
  private let layer: Conv2D
  private let x, residual: Tensor
  private let plan: Plan
  private let expected: [Float]
  private let expectedWithResidual: [Float]

  init() throws {
    var random = SplitMix64(seed: 6)
    layerCase = LayerCase(
      inputShape: [3, 7, 12, 10], weightShape: [18, 7, 3, 3], stride: [1, 1], dilation: [1, 1],
      padding: .same,
      border: [.reflect, .circular], activation: .silu, x: [], w: [], bias: [], residual: []
    ).filled(&random)
    layer = try layerCase.layer(Conv2D.self)
    x = try layerCase.input(in: .channelsFirst)
    residual = try #require(try layerCase.residual(in: .channelsFirst))
    plan = try layer.plan(for: x.shape)
    expected = try plan.run(x).elements
    expectedWithResidual = try plan.run(x, residual: residual).elements
  }

  @Test func theResultIsTheReferences() {
    #expect(
      Reference(layerCase).relativeError(expectedWithResidual) <= Reference.bound(of: plan))
    #expect(expected != expectedWithResidual)
  }

  @Test func theOneLineForm() throws {
    let y = try layer(x)
    #expect(y.elements == expected)
    #expect(y.shape == plan.outputShape)
    #expect(y.layout == .channelsFirst)
    #expect(try layer(x, residual: residual, threads: 1).elements == expectedWithResidual)
  }

  @Test func theSpanForm() throws {
    var workspace = try Workspace(for: plan)
    let input = x.elements
    let added = residual.elements
    var output = [Float](repeating: .nan, count: expected.count)
    var span = output.mutableSpan
    try plan.run(input.span, into: &span, workspace: &workspace)
    #expect(output == expected)
    var spanWithResidual = output.mutableSpan
    try plan.run(input.span, residual: added.span, into: &spanWithResidual, workspace: &workspace)
    #expect(output == expectedWithResidual)
  }

  @Test func theUnsafeForm() throws {
    var output = try Tensor(repeating: .nan, shape: plan.outputShape)
    let workspace = try Workspace(for: plan)
    try x.withUnsafeBufferPointer { x in
      try output.withUnsafeMutableBufferPointer {
        try plan.run(x, into: $0, workspace: workspace.bytes)
      }
    }
    #expect(output.elements == expected)
  }

  @Test func theResidualMayBeTheOutput() throws {
    var output = residual
    let workspace = try Workspace(for: plan)
    try x.withUnsafeBufferPointer { x in
      try output.withUnsafeMutableBufferPointer {
        try plan.run(x, residual: UnsafeBufferPointer($0), into: $0, workspace: workspace.bytes)
      }
    }
    #expect(output.elements == expectedWithResidual)
  }

  @Test func theAsyncForms() async throws {
    #expect(try await layer(x).elements == expected)
    #expect(try await layer(x, residual: residual).elements == expectedWithResidual)
    #expect(try await plan.run(x, residual: residual).elements == expectedWithResidual)
  }

  @Test func manyRunsOfOnePlanAtOnce() async throws {
    let results = try await withThrowingTaskGroup { group in
      for _ in 0..<16 {
        group.addTask { [plan, x] in
          var output = try Tensor(shape: plan.outputShape)
          let workspace = try Workspace(for: plan)
          try x.withUnsafeBufferPointer { x in
            try output.withUnsafeMutableBufferPointer {
              try plan.run(x, into: $0, workspace: workspace.bytes)
            }
          }
          return output.elements
        }
        group.addTask { [plan, x] in try await plan.run(x).elements }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(results.count == 32)
    for result in results { #expect(result == expected) }
  }
}
