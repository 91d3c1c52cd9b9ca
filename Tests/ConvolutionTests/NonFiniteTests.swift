import Convolution
import Testing

/// Infinities and NaN behave as IEEE 754 says, and a zero border is nothing at all; but Winograd's tiles share them.
struct NonFiniteTests {
  private static let direct = Setting.all.filter { $0.algorithm != .winograd }
  private static let winograd = Setting.all.filter { $0.algorithm == .winograd }

  /// One channel in, one out, kernel 3, `same`: the outer outputs have one border tap each.
  private func run(
    x: [Float], w: [Float], border: Border = .zeros, bias: Float = 0,
    activation: Activation = .identity,
    _ setting: Setting
  ) throws -> [Float]? {
    let layerCase = LayerCase(
      inputShape: [1, 1, x.count], weightShape: [1, 1, w.count], stride: [1], dilation: [1],
      padding: .same,
      border: [border], activation: activation, x: x, w: w, bias: [bias])
    return try layerCase.plan(layerCase.layer(), setting).map { try layerCase.run($0) }
  }

  @Test(arguments: Setting.all)
  func aZeroBorderTimesAnyWeightIsNothing(setting: Setting) throws {
    guard [.automatic, .general].contains(setting.algorithm) else { return }
    // The first weight meets only the border in the first output, the last one only in the last.
    for weight in [Float.infinity, -.infinity, .nan] {
      let before = try #require(try run(x: [1, 2], w: [weight, 1, 0.5], bias: 1, setting))
      #expect(before[0] == 3)
      #expect(!before[1].isFinite)
      let after = try #require(try run(x: [1, 2], w: [0.5, 1, weight], bias: 1, setting))
      #expect(!after[0].isFinite)
      #expect(after[1] == 3.5)
    }
  }

  @Test(arguments: Setting.all)
  func anInfiniteWeightInsideFollowsIEEE(setting: Setting) throws {
    guard [.automatic, .general].contains(setting.algorithm) else { return }
    let w: [Float] = [0, .infinity, 0]
    #expect(try run(x: [1, 2, 3], w: w, setting) == [.infinity, .infinity, .infinity])
    #expect(try run(x: [1, -2, 3], w: w, setting) == [.infinity, -.infinity, .infinity])
    let withZero = try #require(try run(x: [1, 0, 3], w: w, setting))
    #expect(withZero[0] == .infinity && withZero[1].isNaN && withZero[2] == .infinity)
    // +infinity and -infinity in one sum.
    let opposed = try #require(try run(x: [1, 1, 1], w: [.infinity, -.infinity, 0], setting))
    #expect(opposed[0] == -.infinity && opposed[1].isNaN && opposed[2].isNaN)
  }

  @Test(arguments: Setting.all)
  func aNonFiniteWeightMeetsTheSamplesOfOtherBorders(setting: Setting) throws {
    let result = try run(x: [2, 5], w: [.infinity, 0, 0], border: .replicate, setting)
    if let result { #expect(result == [.infinity, .infinity]) }
  }

  @Test(arguments: direct)
  func aConstantBorderMayBeInfinite(setting: Setting) throws {
    let result = try run(x: [1, 2, 3], w: [1, 1, 1], border: .constant(.infinity), setting)
    if let result { #expect(result == [.infinity, 6, .infinity]) }
  }

  @Test(
    arguments: direct,
    [Activation.identity, .relu, .relu6, .clip(minimum: -1, maximum: 1), .leakyRelu(slope: 0.1)])
  func aNaNReachesEveryOutputThatReadsItAndNoOther(setting: Setting, activation: Activation) throws
  {
    // Wide enough that the NaN lies in a vector of its own neighbours and outputs lie in others.
    var x = [Float](repeating: 0.25, count: 40)
    x[20] = .nan
    let result = try run(x: x, w: [1, 1, 1], activation: activation, setting)
    if let result { #expect(result.indices.filter { result[$0].isNaN } == [19, 20, 21]) }
  }

  @Test(arguments: direct)
  func anInfiniteInputReachesEveryOutputThatReadsIt(setting: Setting) throws {
    var x = [Float](repeating: 0, count: 20)
    x[0] = .infinity
    x[19] = -.infinity
    let result = try run(x: x, w: [1, 2, 3], setting)
    if let result {
      #expect(
        result == [.infinity, .infinity] + [Float](repeating: 0, count: 16) + [
          -.infinity, -.infinity,
        ])
    }
  }

  /// Every output that reads the NaN is one, and no output of a tile that does not read it.
  @Test(arguments: winograd)
  func aNaNStaysWithinTheTilesOfWinogradThatReadIt(setting: Setting) throws {
    var x = [Float](repeating: 0.25, count: 40)
    x[20] = .nan
    let layer = try Conv1D(weights: Tensor(repeating: 1, shape: [1, 1, 3]), padding: .same)
    let plan = try layer.plan(
      for: setting.layout == .channelsFirst ? [1, 1, 40] : [1, 40, 1], layout: setting.layout,
      accuracy: setting.accuracy, algorithm: .winograd, instructionSet: setting.instructionSet)
    let y = try plan.run(Tensor(x, shape: plan.inputShape, layout: setting.layout)).elements
    let tile = try #require(plan.winograd).tile[0]
    // Output o reads samples o - 1 to o + 1.
    let reading = stride(from: 0, to: 40, by: tile).map { $0..<min($0 + tile, 40) }
      .filter { $0.lowerBound - 1 <= 20 && 20 <= $0.upperBound }.flatMap { $0 }
    let reached = y.indices.filter { y[$0].isNaN }
    #expect(reached.contains([19, 20, 21]))
    #expect(Set(reached).isSubset(of: reading), "\(reached), in tiles of \(tile)")
  }

  /// A layer that Winograd would compute otherwise.
  @Test func exactOrderKeepsANaNToTheOutputsThatReadIt() throws {
    let layer = try Conv1D(
      weights: Tensor(repeating: 0.01, shape: [64, 64, 3]), padding: .same)
    var x = [Float](repeating: 1, count: 64 * 1000)
    x[500] = .nan
    let tensor = try Tensor(x, shape: [1, 64, 1000])
    #expect(try layer.plan(for: tensor.shape).winograd != nil)
    let y = try layer(tensor, accuracy: .exactOrder).elements
    let reached = Set(y.indices.filter { y[$0].isNaN }.map { $0 % 1000 })
    #expect(reached == [499, 500, 501])
  }
}
