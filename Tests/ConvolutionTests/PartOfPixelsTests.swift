import TestSupport
import Testing

@_spi(Tools) @testable import Convolution
@testable import LayerCases

/// A plan may read its channels among those of a larger channels-last image: the same bits, and nothing beside them.
struct PartOfPixelsTests {
  /// Beside the channels lies NaN, and an inaccessible page behind the last of them or before the first.
  private func expectSameBits(
    _ plan: Plan, _ x: Tensor, residual: Tensor?, _ side: GuardedSide,
    _ comment: @autoclosure () -> String
  ) throws {
    let channels = plan.inputShape.last!
    let pixel = channels + 9
    let pixels = plan.inputShape.dropLast().reduce(1, *)
    guard pixels > 0, plan.outputShape.reduce(1, *) > 0 else { return }
    let dense = try plan.run(x, residual: residual).elements
    let part = try plan.reading(fromImagesOf: pixel)
    var image = [Float](repeating: .nan, count: part.inputCount)
    for i in x.elements.indices { image[i / channels * pixel + i % channels] = x.elements[i] }
    let input = GuardedMemory(image, side: side)
    let added = residual.map { GuardedMemory($0.elements, side: side) }
    let output = GuardedMemory<Float>(count: dense.count, side: side)
    let workspace = GuardedMemory<UInt8>(count: part.workspaceBytes, side: side, alignment: 64)
    try part.run(
      input.readOnly, residual: added?.readOnly, into: output.buffer, workspace: workspace.bytes)
    expectSame(Array(output.buffer), dense, "\(comment())")
  }

  @Test(arguments: 0..<40)
  func everyKernel(seed: Int) throws {
    for layerCase in [
      LayerCase.random(seed: 9300 + seed, work: 20_000),
      .random(seed: 9300 + seed, work: 20_000).depthwise(seed: seed),
      .randomWinograd(seed: 9300 + seed, work: 20_000),
    ] {
      let layer = try layerCase.layer()
      for (setting, plan) in try layerCase.plansOfEveryKernel(layer)
      where setting.layout == .channelsLast {
        try expectSameBits(
          plan, layerCase.input(in: .channelsLast), residual: layerCase.residual(in: .channelsLast),
          seed % 2 == 0 ? .before : .after, "\(layerCase) \(setting)")
      }
    }
  }

  @Test(arguments: 0..<20)
  func pairs(seed: Int) throws {
    let pair = PairCase.random(seed: 9400 + seed)
    for set in InstructionSet.available {
      try expectSameBits(
        pair.plan(.channelsLast, Planner(threads: 2, instructionSet: set)),
        pair.first.input(in: .channelsLast), residual: pair.second.residual(in: .channelsLast),
        seed % 2 == 0 ? .before : .after, "\(pair) \(set)")
    }
  }

  @Test(arguments: 0..<40)
  func transposedLayersInEveryManner(seed: Int) throws {
    let transposed = TransposedCase.random(seed: 23_000 + seed, work: 20_000)
    let layer = try transposed.layer()
    let shape = arrange(shape: transposed.inputShape, in: .channelsLast)
    let geometry = try layer.geometry(for: shape, layout: .channelsLast)
    let x = try Tensor(
      arrange(transposed.x, shape: transposed.inputShape, in: .channelsLast), shape: shape)
    for manner in TransposedLayer.manners(for: geometry) {
      let planner = Planner(threads: 2)
      let way = try layer.candidate(geometry, manner, planner)
      let plan = try Plan(
        way.blueprint, way.choices, with: planner, region: nil, buffers: .whole)
      try expectSameBits(
        plan, x, residual: nil, seed % 2 == 0 ? .before : .after, "\(transposed) \(manner)")
    }
  }

  @Test func theInputHasToFit() throws {
    let layer = try Conv2D(weights: Tensor(shape: [4, 2, 1, 1]))
    let plan = try layer.plan(for: [1, 3, 3, 2], layout: .channelsLast).reading(fromImagesOf: 10)
    #expect(plan.inputCount == 82)
    let x = [Float](repeating: 0, count: 18)
    var y = [Float](repeating: 0, count: 36)
    var workspace = try Workspace(for: plan)
    expectError(.wrongBufferSize, "input", ["18", "82", "10 elements apart"]) {
      var output = y.mutableSpan
      try plan.run(x.span, into: &output, workspace: &workspace)
    }
  }
}
