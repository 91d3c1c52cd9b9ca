import TestSupport
import Testing

@testable import Convolution
@testable import LayerCases

/// Every way to run a layer computes the same.
struct RunFormTests {
  private let layerCase: LayerCase
  private let layer: ConvolutionLayer
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
    layer = try layerCase.layer()
    x = try layerCase.input(in: .channelsFirst)
    residual = try #require(try layerCase.residual(in: .channelsFirst))
    plan = try layer.plan(for: x.shape)
    expected = try plan.run(x).elements
    expectedWithResidual = try plan.run(x, residual: residual).elements
  }

  @Test func theResultIsTheReferences() {
    #expect(
      Reference(layerCase).relativeError(expectedWithResidual) <= Reference.bound(of: plan))
    #expect(difference(expected, expectedWithResidual) != nil)
  }

  @Test func theOneLineForm() throws {
    let y = try layer(x)
    expectSame(y.elements, expected)
    #expect(y.shape == plan.outputShape)
    let alone = try layer(x, residual: residual, with: Planner(threads: 1))
    expectSame(alone.elements, expectedWithResidual)
  }

  @Test func theSpanForm() throws {
    var workspace = try Workspace(for: plan)
    var output = try Tensor(repeating: .nan, shape: plan.outputShape)
    var span = output.mutableSpan
    try plan.run(x.span, into: &span, workspace: &workspace)
    expectSame(output.elements, expected)
    var spanWithResidual = output.mutableSpan
    try plan.run(x.span, residual: residual.span, into: &spanWithResidual, workspace: &workspace)
    expectSame(output.elements, expectedWithResidual)
  }

  @Test func theUnsafeForm() throws {
    var output = try Tensor(repeating: .nan, shape: plan.outputShape)
    let workspace = try Workspace(for: plan)
    try x.withUnsafeBufferPointer { x in
      try output.withUnsafeMutableBufferPointer {
        try plan.run(x, into: $0, workspace: workspace.bytes)
      }
    }
    expectSame(output.elements, expected)
  }

  @Test func theResidualMayBeTheOutput() throws {
    var output = residual
    let workspace = try Workspace(for: plan)
    try x.withUnsafeBufferPointer { x in
      try output.withUnsafeMutableBufferPointer {
        try plan.run(x, residual: UnsafeBufferPointer($0), into: $0, workspace: workspace.bytes)
      }
    }
    expectSame(output.elements, expectedWithResidual)
  }

  @Test func theFormsInTheBackground() async throws {
    expectSame(try await layer.runInBackground(x).elements, expected)
    expectSame(
      try await layer.runInBackground(x, residual: residual).elements, expectedWithResidual)
    expectSame(
      try await plan.runInBackground(x, residual: residual).elements, expectedWithResidual)
  }

  @Test func asynchronousCodeMayStillRunInPlace() async throws {
    expectSame(try layer(x).elements, expected)
    expectSame(try plan.run(x).elements, expected)
  }

  @Test func aHundredRunsInTheBackgroundAtOnce() async throws {
    let results = try await withThrowingTaskGroup { group in
      for _ in 0..<100 { group.addTask { [plan, x] in try await plan.runInBackground(x).elements } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(results.count == 100)
    for result in results { expectSame(result, expected) }
  }

  @Test func manyRunsOfOnePlanAtOnce() async throws {
    let results = try await withThrowingTaskGroup { group in
      for _ in 0..<16 {
        group.addTask { [plan, x] in
          var output = try Tensor(shape: plan.outputShape)
          var workspace = try Workspace(for: plan)
          var span = output.mutableSpan
          try plan.run(x.span, into: &span, workspace: &workspace)
          return output.elements
        }
        group.addTask { [plan, x] in try await plan.runInBackground(x).elements }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(results.count == 32)
    for result in results { expectSame(result, expected) }
  }
}
