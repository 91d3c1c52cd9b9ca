import TestSupport
import Testing

@testable import Convolution
@testable import LayerCases

/// The same bits however the work is cut, and wherever it is done.
struct BitIdentityTests {
  @Test(arguments: LayerCase.large.indices)
  func threadsAndMachinesChangeNoBit(index: Int) throws {
    let layerCase = LayerCase.large[index]
    let layer = try layerCase.layer()
    // Sums of hashes, as the order of the ways may be another one elsewhere.
    var hashes: [InstructionSet: UInt64] = [:]
    for (number, (setting, alone)) in try layerCase.plansOfEveryKernel(layer).enumerated() {
      let expected = try layerCase.run(alone)
      hashes[alone.instructionSet, default: 0] &+= bitHash(expected)
      // 2 to 8, all of them over the ways.
      for threads in [2 + number % 7, 2 + (number + 3) % 7] {
        let plan = try #require(try layerCase.plan(layer, setting, threads: threads))
        #expect(
          plan.threads > 1 && plan.taskCount > 1, "\(setting) is not cut, the test shows nothing")
        expectSame(try layerCase.run(plan), expected, "\(setting) on \(threads) threads")
      }
    }
    if BitRecord.isWritten {
      return try BitRecord.write(InstructionSet.allCases.map { hashes[$0]! }, ofLayer: index)
    }
    for (set, hash) in hashes {
      #expect(try hash == BitRecord.hash(ofLayer: index, on: set), "\(layerCase) on \(set)")
    }
  }

  @Test(arguments: 0..<60)
  func eightImagesAreEightTimesOneImage(seed: Int) throws {
    var random = SplitMix64(seed: seed)
    var one = LayerCase.random(seed: 1000 + seed, work: 20_000)
    one.inputShape[0] = 1
    var eight = one
    eight.inputShape[0] = 8
    eight = eight.filled(&random)
    let layer = try eight.layer()
    for (setting, single) in try one.plansOfEveryKernel(layer) {
      let plan = try #require(try eight.plan(layer, setting, threads: 2))
      var apart: [Float] = []
      for image in 0..<8 {
        one.x = eighth(image, of: eight.x)
        one.residual = eight.residual.map { eighth(image, of: $0) }
        apart += try one.run(single)
      }
      expectSame(try eight.run(plan), apart, "\(one) on \(setting)")
    }
  }

  /// Weights that do not stay in a cache are read once for all images, not once for each.
  @Test(arguments: Layout.allCases)
  func imagesThatFollowEachOtherInATaskAreThoseImagesAlone(layout: Layout) throws {
    var random = SplitMix64(seed: 1)
    let outputs = 4096 * Machine.caches.level2 / (1 << 20)
    let layer = try Conv2D(
      weights: Tensor(random.floats(outputs * 512), shape: [outputs, 512, 1, 1]), padding: .valid)
    let x = try (0..<4).map { _ in
      try Tensor(random.floats(512 * 16), shape: arrange(shape: [1, 512, 4, 4], in: layout))
    }
    let all = try Tensor(
      x.flatMap(\.elements), shape: arrange(shape: [4, 512, 4, 4], in: layout))
    for threads in 1...3 {
      let planner = Planner(threads: threads, costModel: .arithmeticAndMemory)
      let plan = try layer.plan(for: all.shape, layout: layout, with: planner)
      #expect(plan.pass.isTaskByTask, "the test shows nothing")
      let alone = try layer.plan(for: x[0].shape, layout: layout, with: planner)
      let expected = try x.flatMap { try alone.run($0).elements }
      let isSame = try plan.run(all).elements == expected
      #expect(isSame)
    }
  }

  private func eighth(_ index: Int, of values: [Float]) -> [Float] {
    Array(values[(index * values.count / 8)..<((index + 1) * values.count / 8)])
  }

  @Test(arguments: 0..<120)
  func regionsFitTogetherAndTouchNothingElse(seed: Int) throws {
    let layerCase = LayerCase.random(seed: 2000 + seed, work: 20_000)
    let layer = try layerCase.layer()
    var random = SplitMix64(seed: seed)
    let regions = pieces(of: Array(layerCase.outputShape[2...]), &random)
    for (setting, whole) in try layerCase.plansOfEveryKernel(layer) {
      let result = try layerCase.run(whole)
      let untouched = Float(bitPattern: 0x7FC0_BEEF)
      var output = Array(repeating: untouched, count: result.count)
      var expected = output
      for region in regions {
        let plan = try #require(try layerCase.plan(layer, setting, region: region))
        try layerCase.run(plan, into: &output)
        copy(region, of: layerCase.outputShape, from: result, to: &expected)
        let written = channelsFirst(output, shape: layerCase.outputShape, from: setting.layout)
        expectSame(written, expected, "\(layerCase) on \(setting), region \(region)")
      }
      expectSame(expected, result, "the regions do not cover the output")
    }
  }

  /// A region that is several tiles and bands itself.
  @Test(arguments: LayerCase.large.indices)
  func aLargeRegionIsAPartOfTheWhole(index: Int) throws {
    let layerCase = LayerCase.large[index]
    let layer = try layerCase.layer()
    let region = layerCase.outputShape[2...].map { $0 / 7..<$0 - $0 / 5 }
    for (setting, whole) in try layerCase.plansOfEveryKernel(layer) {
      var output = [Float](repeating: -1, count: whole.outputShape.reduce(1, *))
      var expected = output
      copy(region, of: layerCase.outputShape, from: try layerCase.run(whole), to: &expected)
      let plan = try #require(try layerCase.plan(layer, setting, threads: 2, region: region))
      try layerCase.run(plan, into: &output)
      let written = channelsFirst(output, shape: layerCase.outputShape, from: setting.layout)
      expectSame(written, expected, "\(setting)")
    }
  }

  /// Of a kernel that is wider than its outputs: of few of them every tap has samples of its own, of more taps share them.
  @Test(arguments: [(10, 2, 1), (9, 3, 2), (7, 20, 1), (16, 1, 5)])
  func fewOutputsOfAWideKernelAreAPartOfTheWhole(kernel: Int, dilation: Int, stride: Int) throws {
    var random = SplitMix64(seed: kernel)
    let layerCase = LayerCase(
      inputShape: [2, 6, 30], weightShape: [6, 2, kernel], stride: [stride], dilation: [dilation],
      groups: 3, padding: .full, border: [.zeros], x: [], w: [], bias: []
    ).filled(&random)
    let layer = try layerCase.layer()
    let outputs = layerCase.outputShape[2]
    for (setting, whole) in try layerCase.plansOfEveryKernel(layer) {
      let result = try layerCase.run(whole)
      for count in 1...min(outputs, 20) {
        let region = [outputs / 3..<min(outputs / 3 + count, outputs)]
        let plan = try #require(try layerCase.plan(layer, setting, region: region))
        var output = Array(repeating: Float(-7), count: result.count)
        var expected = output
        copy(region, of: layerCase.outputShape, from: result, to: &expected)
        try layerCase.run(plan, into: &output)
        let written = channelsFirst(output, shape: layerCase.outputShape, from: setting.layout)
        expectSame(written, expected, "\(layerCase) on \(setting), region \(region)")
      }
    }
  }

  /// Whether a tap outside adds a zero or is left out depends on the cut, and would show in the sign of a zero.
  @Test(arguments: 0..<60)
  func sumsThatUnderflowAreNoNegativeZeros(seed: Int) throws {
    var random = SplitMix64(seed: seed)
    var layerCase = LayerCase.random(seed: 3000 + seed, work: 5000)
    layerCase.padding = .full
    layerCase.border = layerCase.border.map { _ in .zeros }
    layerCase.activation = .identity
    layerCase = layerCase.filled(&random)
    for index in layerCase.x.indices { layerCase.x[index] = .random(in: 0...1e-30, using: &random) }
    for index in layerCase.w.indices { layerCase.w[index] = -1e-30 }
    layerCase.bias = layerCase.bias.map { $0.map { _ in -0.0 } }
    layerCase.residual = layerCase.residual.map { $0.map { _ in -0.0 } }
    let layer = try layerCase.layer()
    let regions = pieces(of: Array(layerCase.outputShape[2...]), &random)
    for (setting, whole) in try layerCase.plansOfEveryKernel(layer) {
      let zeros = [Float](repeating: 0, count: whole.outputShape.reduce(1, *))
      expectSame(try layerCase.run(whole), zeros, "\(layerCase) on \(setting)")
      var output = zeros
      for region in regions {
        let plan = try #require(try layerCase.plan(layer, setting, region: region))
        try layerCase.run(plan, into: &output)
      }
      expectSame(output, zeros, "\(layerCase) on \(setting) in regions")
    }
  }

  /// Cuts each axis once or twice and shuffles the rectangles.
  private func pieces(of extents: [Int], _ random: inout SplitMix64) -> [[Range<Int>]] {
    var pieces: [[Range<Int>]] = [[]]
    for extent in extents {
      let cuts = [
        0, Int.random(in: 0...extent, using: &random), Int.random(in: 0...extent, using: &random),
        extent,
      ]
      .sorted()
      pieces = pieces.flatMap { piece in
        zip(cuts, cuts.dropFirst()).map { piece + [$0..<$1] }
      }
    }
    return pieces.shuffled(using: &random)
  }

  /// Copies the elements of `region` between two lists of `shape`, N C \*spatial.
  private func copy(
    _ region: [Range<Int>], of shape: [Int], from source: [Float], to target: inout [Float]
  ) {
    let ranges = [0..<shape[0], 0..<shape[1]] + region
    for position in positions(of: ranges, in: shape) { target[position] = source[position] }
  }
}
