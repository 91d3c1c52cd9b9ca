import TestSupport
import Testing

@testable import Convolution
@testable import LayerCases

/// Memory that the system refuses: an error, wherever it happens, and nothing else.
struct RefusedMemoryTests {
  /// A layer of every kind is made, planned and run, and each block of memory on the way is refused once. The layer is
  /// planned and run again afterwards, and is right.
  @Test func everyBlockMayBeRefused() async {
    await #expect(processExitsWith: .success) {
      var random = SplitMix64(seed: 1)
      let x = try Tensor(random.floats(8 * 20 * 20), shape: [1, 8, 20, 20])
      let last = try Tensor(random.floats(8 * 20 * 20), shape: [1, 20, 20, 8])
      let square = try Tensor(random.floats(8 * 8 * 9), shape: [8, 8, 3, 3])
      let depthwise = try Tensor(random.floats(8 * 9), shape: [8, 1, 3, 3])
      let point = try Tensor(random.floats(16 * 8), shape: [16, 8, 1, 1])
      let bias = try Tensor(random.floats(8), shape: [8])
      let planner = Planner(threads: 2, costModel: .arithmetic)

      try refuseEveryBlock(
        of: { try Conv2D(weights: square, bias: bias, padding: .same) },
        { try $0.plan(for: x.shape, with: planner).run(x) })
      try refuseEveryBlock(
        of: { try Conv2D(weights: square, padding: .same, border: .reflect) },
        { try $0.plan(for: last.shape, layout: .channelsLast, with: planner).run(last) })
      try refuseEveryBlock(
        of: { try Conv2D(weights: square, padding: .same) },
        { try $0.gradients(for: x.shape, with: planner).run(x, outputGradient: x).weights! })
      try refuseEveryBlock(
        of: { try TransposedConv2D(weights: square, bias: bias, stride: 2, padding: .same) },
        { try $0.plan(for: last.shape, layout: .channelsLast, with: planner).run(last) })
      try refuseEveryBlock(
        of: {
          try SeparableConv2D(
            depthwiseWeights: depthwise, pointwiseWeights: point, weightOrder: .outputInputKernel,
            padding: .same)
        },
        { try $0.plan(for: x.shape, with: planner).run(x) })
      try refuseEveryBlock(
        of: { try Pool2D(.max, kernel: 3) },
        { try $0.plan(for: x.shape, with: planner).run(x) })
    }
  }
}

/// - Parameters:
///   - make: a layer.
///   - compute: its output.
private func refuseEveryBlock<L>(of make: () throws -> L, _ compute: (L) throws -> Tensor) throws {
  let expected = try compute(try make()).elements

  /// How many blocks were refused.
  func refuseEach() throws -> Int {
    for block in 0... {
      var layer: L?
      let (wasAskedFor, error) = refusing(block: block) {
        layer = try make()
        _ = try compute(layer!)
      }
      guard wasAskedFor else { return block }
      #expect((error as? ConvolutionError)?.code == .outOfMemory, "block \(block)")
      // A layer that is there is still good.
      let isRight = try layer.map { try compute($0).elements == expected } ?? true
      #expect(isRight, "after block \(block) was refused")
    }
    return 0
  }

  let blocks = try refuseEach()
  #expect(blocks > 0)
  // Nothing is lost. Other threads of the process may allocate something meanwhile, but not every time.
  let isNothingLost = try (0..<40).contains { _ in
    let before = allocatedBytes()
    let again = try refuseEach()
    #expect(again == blocks)
    return allocatedBytes() <= before
  }
  #expect(isNothingLost)
}
