import Convolution
import Testing

/// Activations against their definitions in float64.
struct ActivationTests {
  private static let activations: [Activation] = [
    .identity, .relu, .relu6, .clip(minimum: -2.5, maximum: 0.5), .leakyRelu(slope: 0.01), .sigmoid,
    .tanh, .silu,
    .hardSwish, .gelu,
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

  /// `values` through a kernel of one tap that is 1.
  private func apply(_ activation: Activation, to values: [Float], _ setting: Setting) throws
    -> [Float]?
  {
    let layerCase = LayerCase(
      inputShape: [1, 1, values.count], weightShape: [1, 1, 1], stride: [1], dilation: [1],
      border: [.zeros],
      activation: activation, x: values, w: [1])
    return try layerCase.plan(layerCase.layer(), setting).map { try layerCase.run($0) }
  }

  @Test(arguments: Setting.all, activations)
  func valuesAreWithinAFewRoundings(setting: Setting, activation: Activation) throws {
    guard let result = try apply(activation, to: Self.samples, setting) else { return }
    for (x, y) in zip(Self.samples, result) {
      let expected = activation.reference(Double(x))
      // A rounding is at most 2^-24 of the result; gelu's tail is a difference that has lost its leading digits.
      let scale = activation == .gelu ? max(abs(expected), abs(Double(x)) / 2) : abs(expected)
      #expect(
        abs(Double(y) - expected) <= 8 * 0x1p-24 * scale,
        "\(activation)(\(x)) is \(y), not \(expected)")
    }
  }

  @Test(arguments: Setting.all, activations)
  func zerosInfinitiesAndNaNFollowTheDefinition(setting: Setting, activation: Activation) throws {
    let values: [Float] = [0, -0.0, .infinity, -.infinity, .nan]
    guard let result = try apply(activation, to: values, setting) else { return }
    for (x, y) in zip(values, result) {
      let expected = Float(activation.reference(Double(x)))
      #expect(
        y == expected || (y.isNaN && expected.isNaN), "\(activation)(\(x)) is \(y), not \(expected)"
      )
    }
  }
}
