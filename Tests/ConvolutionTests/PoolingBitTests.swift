import TestSupport
import Testing

@testable import Convolution
@testable import LayerCases

/// The same bits however the work is cut, and nothing touched but what a run is for.
struct PoolingBitTests {
  private static let large: [PoolingCase] = {
    var random = SplitMix64(seed: 1)
    return [
      PoolingLayer.Kind.max, .average(), .average(countsPadding: true), .lp(2), .lp(3),
    ].flatMap { kind in
      [([1, 70, 56, 40], [3, 3], Padding.torch(1)), ([5, 3, 6, 30, 50], [1, 2, 3], .same)].map {
        (shape: [Int], kernel: [Int], padding: Padding) in
        PoolingCase(
          inputShape: shape, kind: kind, kernel: kernel, stride: kernel.map { _ in 2 },
          dilation: kernel.map { _ in 1 }, padding: padding,
          x: random.floats(shape.reduce(1, *)))
      }
    }
  }()

  @Test(arguments: large.indices)
  func threadsChangeNoBit(index: Int) throws {
    let pool = Self.large[index]
    for setting in PoolingCase.settings {
      let expected = try pool.run(pool.plan(setting))
      for threads in 2...3 {
        let plan = try pool.plan(setting, threads: threads)
        #expect(plan.threads == threads && plan.taskCount > threads, "\(pool) is not cut")
        expectSame(try pool.run(plan), expected, "\(pool) on \(setting), \(threads) threads")
        guard pool.kind == .max else { continue }
        let alone = try pool.runWithIndices(pool.plan(setting))
        let shared = try pool.runWithIndices(plan)
        expectSame(shared.indices, alone.indices, "\(pool) on \(setting), \(threads) threads")
      }
    }
  }

  /// Of any rectangle of the output, on whole buffers and on windows, all memory against inaccessible pages.
  @Test(arguments: 0..<120)
  func rectanglesGiveTheSameBits(seed: Int) throws {
    let pool = PoolingCase.random(seed: 2000 + seed, work: 6000)
    var random = SplitMix64(seed: seed)
    let region = pool.outputShape[2...].map { extent in
      let bounds = [0, 0].map { _ in Int.random(in: 0...extent, using: &random) }
      return bounds.min()!..<bounds.max()!
    }
    let outputs = [0..<pool.inputShape[0], 0..<pool.inputShape[1]]
    for setting in PoolingCase.settings {
      let whole = try pool.run(pool.plan(setting))
      let expected = part(whole, of: pool.outputShape, outputs + region)
      let window = try pool.plan(setting, region: region, buffers: .region)
      #expect(window.inputRegion == samplesRead(by: region, of: pool), "\(pool) \(region)")
      let held = part(pool.x, of: pool.inputShape, outputs + window.inputRegion)
      let heldShape = outputs.map(\.count) + window.inputRegion.map(\.count)
      for side in GuardedSide.allCases {
        let alone = try runGuarded(
          window, arrange(held, shape: heldShape, in: setting.layout), fill: .nan, side)
        let shape = outputs.map(\.count) + region.map(\.count)
        expectSame(
          channelsFirst(alone, shape: shape, from: setting.layout), expected,
          "\(pool) on \(setting), window \(region), guard \(side)")

        let onWhole = try pool.plan(setting, region: region)
        let all = channelsFirst(
          try runGuarded(
            onWhole, arrange(pool.x, shape: pool.inputShape, in: setting.layout), fill: -77, side),
          shape: pool.outputShape, from: setting.layout)
        var touched = [Float](repeating: -77, count: whole.count)
        for place in positions(of: outputs + region, in: pool.outputShape) {
          touched[place] = whole[place]
        }
        expectSame(all, touched, "\(pool) on \(setting), region \(region), guard \(side)")
      }
    }
  }

  @Test(arguments: 0..<40)
  func indicesOfRectanglesCountInTheWholeInput(seed: Int) throws {
    let pool = PoolingCase.random(seed: 3000 + seed, kind: .max, work: 6000)
    let region = pool.outputShape[2...].map { $0 / 3..<$0 }
    let outputs = [0..<pool.inputShape[0], 0..<pool.inputShape[1]]
    for setting in PoolingCase.settings {
      let whole = try pool.runWithIndices(pool.plan(setting)).indices
      let window = try pool.plan(setting, region: region, buffers: .region)
      let held = part(pool.x, of: pool.inputShape, outputs + window.inputRegion)
      let heldShape = outputs.map(\.count) + window.inputRegion.map(\.count)
      let shape = outputs.map(\.count) + region.map(\.count)
      for side in GuardedSide.allCases {
        let input = GuardedMemory(
          arrange(held, shape: heldShape, in: setting.layout), side: side)
        let output = GuardedMemory<Float>(count: shape.reduce(1, *), side: side)
        let indices = GuardedMemory<Int64>(count: shape.reduce(1, *), side: side)
        try window.run(input.readOnly, into: output.buffer, indices: indices.buffer)
        expectSame(
          channelsFirst(indices.buffer.map { Float($0) }, shape: shape, from: setting.layout),
          part(whole, of: pool.outputShape, outputs + region), "\(pool) on \(setting)")
      }
    }
  }

  private func runGuarded(
    _ plan: PoolingPlan, _ x: [Float], fill: Float, _ side: GuardedSide
  ) throws -> [Float] {
    let input = GuardedMemory(x, side: side)
    let output = GuardedMemory<Float>(count: plan.outputShape.reduce(1, *), side: side)
    output.buffer.update(repeating: fill)
    try plan.run(input.readOnly, into: output.buffer)
    return Array(output.buffer)
  }

  /// On each axis the range from the first to the last sample that the taps of `region` read.
  private func samplesRead(by region: [Range<Int>], of pool: PoolingCase) -> [Range<Int>] {
    zip(pool.windows, region).enumerated().map { axis, windows in
      let read = windows.0[windows.1].joined()
        .filter { (0..<pool.inputShape[2 + axis]).contains($0) }
      return read.isEmpty ? 0..<0 : read.min()!..<read.max()! + 1
    }
  }
}
