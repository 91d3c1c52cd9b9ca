import TestSupport
import Testing

@testable import Convolution
@testable import LayerCases

/// A plan of a region may be given only what the region needs, and gives the same bits.
struct WindowTests {
  private static let borders: [Border] = [
    .zeros, .constant(0.75), .replicate, .reflect, .symmetric, .circular,
  ]

  // MARK: - What a region needs

  @Test(arguments: 0..<300)
  func theInputRegionIsWhatTheTapsRead(seed: Int) throws {
    let layerCase = LayerCase.random(seed: 6000 + seed)
    let layer = try layerCase.layer()
    var random = SplitMix64(seed: seed)
    for region in (0..<8).map({ _ in layerCase.randomRegion(&random) }) {
      for layout in Layout.allCases {
        let shape = arrange(shape: layerCase.inputShape, in: layout)
        #expect(
          try layer.inputRegion(for: region, of: shape, layout: layout)
            == layerCase.samplesRead(by: region), "\(layerCase), region \(region)")
      }
    }
  }

  /// A circular border of an image's first row asks for the last one, and thus for all.
  @Test func bordersWhereOneSeesThem() throws {
    func rows(_ region: Range<Int>, _ border: Border) throws -> Range<Int> {
      let layer = try Conv2D(weights: Tensor(shape: [1, 1, 5, 1]), padding: .same, border: border)
      return try layer.inputRegion(for: [region, 2..<3], of: [1, 1, 100, 9])[0]
    }
    for border in Self.borders { #expect(try rows(40..<50, border) == 38..<52) }
    for border in [Border.zeros, .constant(1), .replicate, .reflect, .symmetric] {
      #expect(try rows(0..<10, border) == 0..<12)
      #expect(try rows(99..<100, border) == 97..<100)
    }
    #expect(try rows(0..<10, .circular) == 0..<100)
    #expect(try rows(2..<10, .circular) == 0..<12)
    #expect(try rows(7..<7, .circular) == 0..<0)
  }

  // MARK: - Running on it

  /// With all borders alike, so that every kernel that takes one meets it.
  @Test(arguments: borders, 0..<12)
  func windowsGiveTheSameBits(border: Border, seed: Int) throws {
    for var layerCase in [
      LayerCase.random(seed: 7000 + seed, work: 20_000),
      .random(seed: 7000 + seed, work: 20_000).depthwise(seed: seed),
      .randomWinograd(seed: 7000 + seed, work: 20_000),
    ] {
      layerCase.border = layerCase.border.map { _ in border }
      try expectSameBits(layerCase, regions: 3, seed: seed)
    }
  }

  @Test(arguments: 0..<60)
  func windowsOfMixedBordersGiveTheSameBits(seed: Int) throws {
    try expectSameBits(.random(seed: 8000 + seed, work: 20_000), regions: 3, seed: seed)
    try expectSameBits(.randomWinograd(seed: 8000 + seed, work: 20_000), regions: 3, seed: seed)
  }

  /// Windows that are several tiles and bands themselves.
  @Test(arguments: LayerCase.large.indices)
  func windowsOfLargeLayersGiveTheSameBits(index: Int) throws {
    let layerCase = LayerCase.large[index]
    let middle = layerCase.outputShape[2...].map { $0 / 7..<$0 - $0 / 5 }
    try expectSameBits(layerCase, [middle], threads: 2)
  }

  private func expectSameBits(_ layerCase: LayerCase, regions: Int, seed: Int) throws {
    var random = SplitMix64(seed: seed)
    let regions = (0..<regions).map { _ in layerCase.randomRegion(&random) }
    try expectSameBits(layerCase, regions, threads: 1 + seed % 3)
  }

  /// Of every kernel and form, on buffers between guard pages, and on whole buffers of which only the region's part is a
  /// number.
  private func expectSameBits(
    _ layerCase: LayerCase, _ regions: [[Range<Int>]], threads: Int
  ) throws {
    let layer = try layerCase.layer()
    let outputs = [0..<layerCase.outputShape[0], 0..<layerCase.outputShape[1]]
    // Most kernels need the same part of the input.
    var windows: [[[Range<Int>]]: (alone: LayerCase, withinNaN: LayerCase)] = [:]
    for (setting, whole) in try layerCase.plansOfEveryKernel(layer) {
      let result = try layerCase.run(whole)
      for region in regions {
        let plan = try #require(
          try layerCase.plan(
            layer, setting, threads: threads, region: region, buffers: .region))
        let needed = layerCase.samplesRead(by: region)
        let read = plan.inputRegion
        if plan.winograd == nil {
          #expect(read == needed, "\(layerCase) on \(setting), region \(region)")
        } else {
          #expect(
            zip(read, needed).allSatisfy { $1.isEmpty || $0.contains($1) },
            "\(layerCase) on \(setting), region \(region)")
        }
        let window = windows[[read, region]] ?? layerCase.windows(read, for: region)
        windows[[read, region]] = window
        #expect(plan.inputShape == arrange(shape: window.alone.inputShape, in: plan.layout))

        let expected = part(result, of: layerCase.outputShape, outputs + region)
        let shape = outputs.map(\.count) + region.map(\.count)
        for side in GuardedSide.allCases {
          expectSame(
            try window.alone.runGuarded(plan, outputShape: shape, side), expected,
            "\(layerCase) on \(setting), window \(region), guard \(side)")
        }
        let onWhole = try #require(
          try layerCase.plan(layer, setting, threads: threads, region: region))
        #expect(onWhole.inputRegion == read)
        var output = Array(repeating: Float.nan, count: result.count)
        try window.withinNaN.run(onWhole, into: &output)
        let all = channelsFirst(output, shape: layerCase.outputShape, from: plan.layout)
        expectSame(
          part(all, of: layerCase.outputShape, outputs + region), expected,
          "\(layerCase) on \(setting), region \(region)")
      }
    }
  }

  /// The cut of an image over machines: each part is computed from its own window, and together they are the whole.
  @Test func partsOfAnImageAreComputedApart() throws {
    let layerCase = LayerCase.large[0]
    let layer = try layerCase.layer()
    let x = try layerCase.input(in: .channelsFirst)
    let whole = try layer(x)
    let rows = whole.shape[2]
    var together = try Tensor(repeating: .nan, shape: whole.shape)
    for cut in 0..<3 {
      let region = [cut * rows / 3..<(cut + 1) * rows / 3, 0..<whole.shape[3]]
      let plan = try layer.plan(for: x.shape, region: region, buffers: .region)
      let read = [0..<1, 0..<x.shape[1]] + plan.inputRegion
      let window = try Tensor(
        part(x.elements, of: x.shape, read), shape: plan.inputShape)
      let y = try plan.run(window)
      let places = positions(of: [0..<1, 0..<whole.shape[1]] + region, in: whole.shape)
      var elements = together.mutableSpan
      for (place, value) in zip(places, y.elements) { elements[place] = value }
    }
    expectSame(together.elements, whole.elements)
  }
}

extension LayerCase {
  /// A part of the output; an axis of it may be empty.
  fileprivate func randomRegion(_ random: inout SplitMix64) -> [Range<Int>] {
    outputShape[2...].map { extent in
      let bounds = [0, 0].map { _ in Int.random(in: 0...extent, using: &random) }
      return bounds.min()!..<bounds.max()!
    }
  }

  /// On each axis the range from the first to the last sample that the taps of `region` read, by ``NumpyPad``.
  fileprivate func samplesRead(by region: [Range<Int>]) -> [Range<Int>] {
    region.enumerated().map { axis, outputs in
      let amount = paddingAmount(axis: axis)
      let padded = NumpyPad.indices(
        extent: inputShape[2 + axis], before: amount.before, after: amount.after,
        border: border[axis])
      let read = outputs.flatMap { output in
        (0..<weightShape[2 + axis]).compactMap {
          padded[output * stride[axis] + $0 * dilation[axis]]
        }
      }
      return read.isEmpty ? 0..<0 : read.min()!..<read.max()! + 1
    }
  }

  /// The layer with nothing but the samples in `read` and the residual in `region`; and with all samples, of which those
  /// that are not in `read` are NaN.
  fileprivate func windows(
    _ read: [Range<Int>], for region: [Range<Int>]
  ) -> (alone: LayerCase, withinNaN: LayerCase) {
    let inputs = [0..<inputShape[0], 0..<inputShape[1]] + read
    var withinNaN = self
    withinNaN.x = Array(repeating: .nan, count: x.count)
    for position in positions(of: inputs, in: inputShape) { withinNaN.x[position] = x[position] }
    return (window(read, for: region), withinNaN)
  }

  /// Runs a plan with all memory against inaccessible pages. Returns the output of `outputShape`, N C \*spatial.
  fileprivate func runGuarded(
    _ plan: Plan, outputShape: [Int], _ side: GuardedSide
  ) throws -> [Float] {
    let input = GuardedMemory(arrange(x, shape: inputShape, in: plan.layout), side: side)
    let residual = residual.map {
      GuardedMemory(arrange($0, shape: outputShape, in: plan.layout), side: side)
    }
    let output = GuardedMemory<Float>(count: plan.outputShape.reduce(1, *), side: side)
    output.buffer.update(repeating: .nan)
    let workspace = GuardedMemory<UInt8>(count: plan.workspaceBytes, side: side, alignment: 64)
    try plan.run(
      input.readOnly, residual: residual?.readOnly, into: output.buffer,
      workspace: workspace.bytes)
    return channelsFirst(Array(output.buffer), shape: outputShape, from: plan.layout)
  }
}
