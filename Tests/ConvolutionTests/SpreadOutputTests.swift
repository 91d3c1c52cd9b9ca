import Testing

@_spi(Tools) @testable import Convolution
@testable import LayerCases

/// A plan may write its channels among those of a larger channels-last image: the same bits, and nothing beside them.
struct SpreadOutputTests {
  private static let untouched: Float = -12345

  private func expectSameBits(
    _ plan: Plan, _ x: Tensor, residual: Tensor?, _ comment: @autoclosure () -> String
  ) throws {
    let channels = plan.outputShape.last!
    let (before, pixel) = (3, channels + 8)
    let pixels = plan.outputShape.dropLast().reduce(1, *)
    guard pixels > 0 else { return }
    let spread = try plan.writing(intoImagesOf: pixel)
    var image = [Float](repeating: Self.untouched, count: pixels * pixel)
    var expected = image
    let dense = try plan.run(x, residual: residual).elements
    var spreadResidual = residual.map { _ in image }
    for i in dense.indices {
      let place = i / channels * pixel + before + i % channels
      expected[place] = dense[i]
      spreadResidual?[place] = residual!.elements[i]
    }
    let workspace = try Workspace(for: spread)
    let part = before..<before + spread.outputCount
    try image.withUnsafeMutableBufferPointer { image in
      let output = UnsafeMutableBufferPointer(rebasing: image[part])
      try x.withUnsafeBufferPointer { x in
        guard let spreadResidual else {
          return try spread.run(x, into: output, workspace: workspace.bytes)
        }
        try spreadResidual.withUnsafeBufferPointer { residual in
          try spread.run(
            x, residual: UnsafeBufferPointer(rebasing: residual[part]), into: output,
            workspace: workspace.bytes)
        }
      }
    }
    #expect(image == expected, "\(comment())")
  }

  @Test(arguments: 0..<40)
  func everyKernel(seed: Int) throws {
    for layerCase in [
      LayerCase.random(seed: 9100 + seed, work: 20_000),
      .random(seed: 9100 + seed, work: 20_000).depthwise(seed: seed),
      .randomWinograd(seed: 9100 + seed, work: 20_000),
    ] where layerCase.outputShape.allSatisfy({ $0 > 0 }) {
      let layer = try layerCase.layer()
      for (setting, plan) in try layerCase.plansOfEveryKernel(layer)
      where setting.layout == .channelsLast {
        try expectSameBits(
          plan, layerCase.input(in: .channelsLast), residual: layerCase.residual(in: .channelsLast),
          "\(layerCase) \(setting)")
      }
    }
  }

  @Test(arguments: 0..<20)
  func pairs(seed: Int) throws {
    let pair = PairCase.random(seed: 9200 + seed)
    for set in InstructionSet.available {
      try expectSameBits(
        pair.plan(.channelsLast, Planner(threads: 2, instructionSet: set)),
        pair.first.input(in: .channelsLast), residual: pair.second.residual(in: .channelsLast),
        "\(pair) \(set)")
    }
  }

  @Test func theOutputHasToFit() throws {
    let layer = try Conv2D(weights: Tensor(shape: [4, 2, 1, 1]))
    let plan = try layer.plan(for: [1, 3, 3, 2], layout: .channelsLast)
      .writing(intoImagesOf: 10)
    #expect(plan.outputCount == 84)
    let x = [Float](repeating: 0, count: 18)
    var y = [Float](repeating: 0, count: 36)
    var workspace = try Workspace(for: plan)
    #expect(throws: ConvolutionError.self) {
      var output = y.mutableSpan
      try plan.run(x.span, into: &output, workspace: &workspace)
    }
  }
}
