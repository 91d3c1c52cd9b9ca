import Testing

@testable import Convolution
@testable import LayerCases

/// Activations against their definitions in float64.
struct ActivationTests {
  private static let activations: [Activation] = [
    .identity, .relu, .relu6, .clip(minimum: -2.5, maximum: 0.5), .leakyRelu(slope: 0.01), .sigmoid,
    .tanh, .silu, .hardSwish, .hardSigmoid(slope: 0.2, offset: 0.5), .gelu,
  ]

  /// -30 to 30 in steps of 1/64, and small numbers of both signs.
  private static let samples: [Float] =
    (-1920...1920).map { Float($0) / 64 }
    + (1...40).flatMap {
      [
        Float(sign: .plus, exponent: -$0, significand: 1.5),
        -Float(sign: .plus, exponent: -$0, significand: 1.5),
      ]
    }

  /// `values` through a kernel of `taps` taps of which the middle one is 1 and the others 0, by everything that computes
  /// it.
  private func apply(
    _ activation: Activation, to values: [Float], taps: Int
  ) throws -> [(setting: Setting, plan: Plan, result: [Float])] {
    var w = [Float](repeating: 0, count: taps)
    w[taps / 2] = 1
    let layerCase = LayerCase(
      inputShape: [1, 1, values.count], weightShape: [1, 1, taps], stride: [1], dilation: [1],
      padding: .same, border: [.zeros], activation: activation, x: values, w: w)
    return try layerCase.plansOfEveryKernel(layerCase.layer()).map {
      ($0.setting, $0.plan, try layerCase.run($0.plan))
    }
  }

  @Test(arguments: activations)
  func valuesAreWithinAFewRoundings(activation: Activation) throws {
    for (setting, _, result) in try apply(activation, to: Self.samples, taps: 1) {
      for (x, y) in zip(Self.samples, result) {
        let expected = activation.reference(Double(x))
        // A rounding is at most 2^-24 of the result; gelu's tail is a difference that has lost its leading digits, and so is
        // hardSigmoid's line where it is near 0: its roundings are of the terms.
        let scale =
          switch activation {
          case .gelu: max(abs(expected), abs(Double(x)) / 2)
          case .hardSigmoid(slope: 0.2, offset: 0.5): max(abs(expected), 0.5)
          default: abs(expected)
          }
        guard abs(Double(y) - expected) <= 8 * 0x1p-24 * scale else {
          Issue.record("\(activation)(\(x)) is \(y), not \(expected), on \(setting)")
          return
        }
      }
    }
  }

  /// Winograd too applies activations, to sums that have their own roundings: of the largest output of a tile.
  @Test(arguments: activations)
  func winogradAppliesThemToo(activation: Activation) throws {
    var forms = 0
    let largest = Double(Self.samples.max()!)
    for (setting, plan, result) in try apply(activation, to: Self.samples, taps: 3) {
      forms += plan.winograd == nil ? 0 : 1
      let expected = Self.samples.map { activation.reference(Double($0)) }
      let bound = 1.13 * largest * Reference.bound(of: plan)
      #expect(largestDifference(result, expected) <= bound, "\(activation) on \(setting)")
    }
    #expect(forms > 0)
  }

  @Test(arguments: activations)
  func zerosInfinitiesAndNaNFollowTheDefinition(activation: Activation) throws {
    let values: [Float] = [0, -0.0, .infinity, -.infinity, .nan]
    for (setting, _, result) in try apply(activation, to: values, taps: 1) {
      let expected = values.map { Float(activation.reference(Double($0))) }
      expectSame(result, expected, by: .values, "\(activation) on \(setting)")
    }
  }
}
