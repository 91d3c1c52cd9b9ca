import TestSupport
import Testing

@testable import Convolution
@testable import LayerCases

/// Infinities and NaN behave as IEEE 754 says, and a zero border is nothing at all; but Winograd's tiles share them.
struct NonFiniteTests {
  private struct Result {
    let setting: Setting
    let plan: Plan
    let y: [Float]
  }

  /// What every kernel makes of one channel in, one out, `same`: the outer outputs of a kernel of 3 have one border tap
  /// each.
  private func results(
    x: [Float], w: [Float], border: Border = .zeros, bias: Float = 0,
    activation: Activation = .identity
  ) throws -> [Result] {
    let layerCase = LayerCase(
      inputShape: [1, 1, x.count], weightShape: [1, 1, w.count], stride: [1], dilation: [1],
      padding: .same,
      border: [border], activation: activation, x: x, w: w, bias: [bias])
    return try layerCase.plansOfEveryKernel(layerCase.layer()).map {
      Result(setting: $0.setting, plan: $0.plan, y: try layerCase.run($0.plan))
    }
  }

  /// The same of those that sum products as they are.
  private func directResults(
    x: [Float], w: [Float], border: Border = .zeros, activation: Activation = .identity
  ) throws -> [Result] {
    let direct = try results(x: x, w: w, border: border, activation: activation)
      .filter { $0.plan.winograd == nil }
    #expect(!direct.isEmpty)
    return direct
  }

  /// Not even to a tile of Winograd's that reaches there.
  @Test(arguments: [Float.infinity, .nan, 1e30])
  func whatIsCroppedIsNothingToTheRest(value: Float) throws {
    let layerCase = LayerCase(
      inputShape: [1, 1, 7], weightShape: [1, 1, 2], stride: [1], dilation: [1],
      padding: .explicit([PaddingAmount(before: -1, after: -2)]), border: [.zeros],
      x: [value, 1, 2, 3, 4, value, value], w: [1, 1], bias: [0])
    let plans = try layerCase.plansOfEveryKernel(layerCase.layer())
    #expect(plans.contains { $0.plan.winograd != nil })
    for (setting, plan) in plans {
      let y = try layerCase.run(plan)
      #expect(zip(y, [3, 5, 7]).allSatisfy { abs($0 - $1) < 1e-4 } && y.count == 3, "\(setting)")
    }
  }

  @Test(arguments: [Float.infinity, -.infinity, .nan])
  func aZeroBorderTimesAnyWeightIsNothing(weight: Float) throws {
    // The first weight meets only the border in the first output, the last one only in the last.
    for result in try results(x: [1, 2], w: [weight, 1, 0.5], bias: 1) {
      #expect(result.y[0] == 3 && !result.y[1].isFinite, "\(result.setting)")
    }
    for result in try results(x: [1, 2], w: [0.5, 1, weight], bias: 1) {
      #expect(!result.y[0].isFinite && result.y[1] == 3.5, "\(result.setting)")
    }
  }

  @Test(
    arguments: [
      ([1, 2, 3], [0, .infinity, 0], [.infinity, .infinity, .infinity]),
      ([1, -2, 3], [0, .infinity, 0], [.infinity, -.infinity, .infinity]),
      ([1, 0, 3], [0, .infinity, 0], [.infinity, .nan, .infinity]),
      // +infinity and -infinity in one sum.
      ([1, 1, 1], [.infinity, -.infinity, 0], [-.infinity, .nan, .nan]),
    ] as [([Float], [Float], [Float])])
  func anInfiniteWeightInsideFollowsIEEE(x: [Float], w: [Float], expected: [Float]) throws {
    for result in try results(x: x, w: w) {
      expectSame(result.y, expected, by: .values, "\(result.setting)")
    }
  }

  @Test func aNonFiniteWeightMeetsTheSamplesOfOtherBorders() throws {
    let all = try results(x: [2, 5], w: [.infinity, 0, 0], border: .replicate)
    #expect(Set(all.map(\.plan.kernel)).count > 1)
    for result in all { expectSame(result.y, [.infinity, .infinity], "\(result.setting)") }
  }

  @Test func aConstantBorderMayBeInfinite() throws {
    for result in try directResults(x: [1, 2, 3], w: [1, 1, 1], border: .constant(.infinity)) {
      expectSame(result.y, [.infinity, 6, .infinity], "\(result.setting)")
    }
  }

  @Test(arguments: [
    Activation.identity, .relu, .relu6, .clip(minimum: -1, maximum: 1), .leakyRelu(slope: 0.1),
  ])
  func aNaNReachesEveryOutputThatReadsItAndNoOther(activation: Activation) throws {
    // Wide enough that the NaN lies in a vector of its own neighbours and outputs lie in others.
    var x = [Float](repeating: 0.25, count: 40)
    x[20] = .nan
    for result in try directResults(x: x, w: [1, 1, 1], activation: activation) {
      #expect(result.y.indices.filter { result.y[$0].isNaN } == [19, 20, 21], "\(result.setting)")
    }
  }

  @Test func anInfiniteInputReachesEveryOutputThatReadsIt() throws {
    let zeros = [Float](repeating: 0, count: 16)
    let x = [.infinity, 0] + zeros + [0, -.infinity]
    for result in try directResults(x: x, w: [1, 2, 3]) {
      let expected = [.infinity, .infinity] + zeros + [-.infinity, -.infinity]
      expectSame(result.y, expected, by: .values, "\(result.setting)")
    }
  }

  /// Every output that reads the NaN is one, and no output of a tile that does not read it.
  @Test func aNaNStaysWithinTheTilesOfWinogradThatReadIt() throws {
    var x = [Float](repeating: 0.25, count: 40)
    x[20] = .nan
    var forms: Set<WinogradForm> = []
    for result in try results(x: x, w: [1, 1, 1]) {
      guard let form = result.plan.winograd else { continue }
      forms.insert(form)
      // Output o reads samples o - 1 to o + 1.
      let reading = stride(from: 0, to: 40, by: form.tile[0])
        .map { $0..<min($0 + form.tile[0], 40) }
        .filter { $0.lowerBound - 1 <= 20 && 20 <= $0.upperBound }.flatMap { $0 }
      let reached = result.y.indices.filter { result.y[$0].isNaN }
      #expect(reached.contains([19, 20, 21]), "\(result.setting)")
      #expect(Set(reached).isSubset(of: reading), "\(reached), \(result.setting)")
    }
    #expect(forms.count == 3)
  }

  /// A layer that Winograd would compute otherwise.
  @Test func exactOrderKeepsANaNToTheOutputsThatReadIt() throws {
    let layer = try Conv1D(
      weights: Tensor(repeating: 0.01, shape: [64, 64, 3]), padding: .same)
    var x = try Tensor(repeating: 1, shape: [1, 64, 1000])
    x[0, 0, 500] = .nan
    #expect(try layer.plan(for: x.shape).winograd != nil)
    let y = try layer(x, with: Planner(accuracy: .exactOrder)).elements
    let reached = Set(y.indices.filter { y[$0].isNaN }.map { $0 % 1000 })
    #expect(reached == [499, 500, 501])
  }

  /// Of all ranks, groups, borders and activations, by every kernel: infinite and NaN samples, and weights of every other
  /// layer.
  @Test(arguments: 0..<60)
  func randomLayersPropagateThemAsTheReferenceDoes(seed: Int) throws {
    var layerCase = LayerCase.random(seed: 9000 + seed, work: 10_000)
    var random = SplitMix64(seed: seed)
    func strew(_ values: inout [Float]) {
      guard !values.isEmpty else { return }
      for value in [Float.nan, .infinity, -.infinity] {
        values[Int.random(in: values.indices, using: &random)] = value
      }
    }
    strew(&layerCase.x)
    if !seed.isMultiple(of: 2) { strew(&layerCase.w) }
    let reference = Reference(layerCase)
    let expected = ExpectedOutputs(
      values: reference.values, magnitudes: reference.magnitudes,
      terms: layerCase.weightShape[1...].reduce(1, *) + 2, data: [layerCase.x, layerCase.w])
    for (setting, plan) in try layerCase.plansOfEveryKernel(layerCase.layer()) {
      let output = try layerCase.run(plan)
      let difference =
        plan.winograd == nil
        ? expected.difference(output)
        : expected.difference(output, bound: Reference.bound(of: plan))
      #expect(difference == nil, "\(layerCase) on \(setting)")
    }
  }
}
