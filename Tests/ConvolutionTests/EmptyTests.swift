import Convolution
import Testing

@testable import LayerCases

/// Nothing to compute is legal.
struct EmptyTests {
  private let weights: Tensor
  private let bias: Tensor

  init() throws {
    weights = try Tensor(repeating: 1, shape: [5, 3, 2, 2])
    bias = try Tensor([1, 2, 3, 4, 5], shape: [5])
  }

  @Test(arguments: Layout.allCases)
  func anEmptyBatchGivesAnEmptyBatch(layout: Layout) throws {
    let layer = try Conv2D(weights: weights, padding: .same)
    let x = try Tensor(shape: arrange(shape: [0, 3, 8, 9], in: layout))
    #expect(try layer(x, layout: layout).shape == arrange(shape: [0, 5, 8, 9], in: layout))
  }

  @Test(arguments: [Padding.valid, .same, .sameLower], Layout.allCases)
  func anEmptyAxisGivesAnEmptyAxis(padding: Padding, layout: Layout) throws {
    let layer = try Conv2D(weights: weights, padding: padding, border: .reflect)
    let x = try Tensor(shape: arrange(shape: [2, 3, 8, 0], in: layout))
    let height = padding == .valid ? 7 : 8
    #expect(try layer(x, layout: layout).shape == arrange(shape: [2, 5, height, 0], in: layout))
  }

  /// By each kernel, for an empty batch too.
  @Test(arguments: 0..<40)
  func everyKernelComputesNothing(seed: Int) throws {
    let layerCase = LayerCase.random(seed: 9000 + seed, work: 20_000)
    for axis in [0] + Array(2..<layerCase.rank + 2) {
      var empty = layerCase
      empty.inputShape[axis] = 0
      empty.padding = .same
      empty.x = []
      empty.residual = nil
      for (setting, plan) in try empty.plansOfEveryKernel(empty.layer()) {
        #expect(plan.outputShape.contains(0) && plan.taskCount == 0, "\(empty) on \(setting)")
        #expect(try empty.run(plan).isEmpty)
      }
    }
  }

  /// Only border taps are read: 1 x 2 taps of 3 channels, each 1 times the constant.
  @Test(arguments: [(Border.zeros, 0), (.constant(0.5), 3)] as [(Border, Float)])
  func anEmptyAxisWithAConstantBorderIsAllBorder(border: Border, sum: Float) throws {
    let layerCase = LayerCase(
      inputShape: [1, 3, 1, 0], weightShape: [5, 3, 1, 2], stride: [1, 1], dilation: [1, 1],
      padding: .explicit([PaddingAmount(before: 0, after: 0), PaddingAmount(before: 1, after: 2)]),
      border: [.zeros, border], x: [], w: Array(repeating: 1, count: 30), bias: bias.elements)
    let expected = bias.elements.flatMap { [$0 + sum, $0 + sum] }
    for (setting, plan) in try layerCase.plansOfEveryKernel(layerCase.layer()) {
      expect(try layerCase.run(plan), of: plan, toBe: expected, "\(setting)")
    }
  }

  @Test func anEmptyRegionComputesNothing() throws {
    let layer = try Conv2D(weights: weights)
    let plan = try layer.plan(for: [1, 3, 3, 3], region: [1..<1, 0..<2])
    var workspace = try Workspace(for: plan)
    var output = [Float](repeating: -1, count: 20)
    var span = output.mutableSpan
    try plan.run([Float](repeating: 1, count: 27).span, into: &span, workspace: &workspace)
    expectSame(output, Array(repeating: -1, count: 20))
    let window = try layer.plan(for: [1, 3, 3, 3], region: [1..<1, 0..<2], buffers: .region)
    #expect(window.inputRegion == [0..<0, 0..<3])
    #expect(window.inputShape == [1, 3, 0, 3] && window.outputShape == [1, 5, 0, 2])
    #expect(try window.run(Tensor(shape: window.inputShape)).count == 0)
  }

  /// The product of the other extents does not fit an integer, the number of elements is 0 all the same.
  @Test func anEmptyTensorMayHaveLargeExtents() throws {
    let layer = try Conv1D(weights: Tensor(shape: [4, 4, 1]))
    let x = try Tensor(shape: [1 << 62, 4, 0])
    #expect(try layer(x).shape == [1 << 62, 4, 0])
  }
}
