import Convolution
import Testing

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
    let x = try Tensor(shape: arrange(shape: [0, 3, 8, 9], in: layout), layout: layout)
    #expect(try layer(x).shape == arrange(shape: [0, 5, 8, 9], in: layout))
  }

  @Test(arguments: [Padding.valid, .same, .sameLower], Layout.allCases)
  func anEmptyAxisGivesAnEmptyAxis(padding: Padding, layout: Layout) throws {
    let layer = try Conv2D(weights: weights, padding: padding, border: .reflect)
    let x = try Tensor(shape: arrange(shape: [2, 3, 8, 0], in: layout), layout: layout)
    let height = padding == .valid ? 7 : 8
    #expect(try layer(x).shape == arrange(shape: [2, 5, height, 0], in: layout))
  }

  /// Only border taps are read: 1 x 2 taps of 3 channels, each 1 times the constant.
  @Test(arguments: Setting.all)
  func anEmptyAxisWithAConstantBorderIsAllBorder(setting: Setting) throws {
    var layerCase = LayerCase(
      inputShape: [1, 3, 1, 0], weightShape: [5, 3, 1, 2], stride: [1, 1], dilation: [1, 1],
      padding: .explicit([PaddingAmount(before: 0, after: 0), PaddingAmount(before: 1, after: 2)]),
      border: [.zeros, .zeros], x: [], w: Array(repeating: 1, count: 30), bias: bias.elements)
    guard let zeros = try layerCase.plan(layerCase.layer(), setting) else { return }
    expect(
      try layerCase.run(zeros), of: zeros, toBe: [1, 1, 2, 2, 3, 3, 4, 4, 5, 5], "\(setting)")
    layerCase.border[1] = .constant(0.5)
    guard let constant = try layerCase.plan(layerCase.layer(), setting) else { return }
    expect(
      try layerCase.run(constant), of: constant, toBe: [4, 4, 5, 5, 6, 6, 7, 7, 8, 8],
      "\(setting)")
  }

  @Test func anEmptyRegionComputesNothing() throws {
    let layer = try Conv2D(weights: weights)
    let plan = try layer.plan(for: [1, 3, 3, 3], region: [1..<1, 0..<2])
    var workspace = try Workspace(for: plan)
    var output = [Float](repeating: -1, count: 20)
    var span = output.mutableSpan
    try plan.run([Float](repeating: 1, count: 27).span, into: &span, workspace: &workspace)
    #expect(output == Array(repeating: -1, count: 20))
  }

  /// The product of the other extents does not fit an integer, the number of elements is 0 all the same.
  @Test func anEmptyTensorMayHaveLargeExtents() throws {
    let layer = try Conv1D(weights: Tensor(shape: [4, 4, 1]))
    let x = try Tensor(shape: [1 << 62, 4, 0])
    #expect(try layer(x).shape == [1 << 62, 4, 0])
  }
}
