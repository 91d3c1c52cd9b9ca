import Convolution

/// A convolution whose weights change: a layer is made of them for every step.
struct TrainedLayer {
  private var weights, bias: Tensor
  private var weightVelocity, biasVelocity: Tensor
  private let stride: Int
  private let padding: Padding
  private let activation: Activation

  /// With random weights that keep the size of the sums.
  init(
    from inputs: Int, to outputs: Int, kernel: Int, stride: Int = 1, padding: Padding,
    activation: Activation = .identity, _ random: inout some RandomNumberGenerator
  ) throws {
    let shape = [outputs, inputs, kernel, kernel]
    let limit = (6 / Float(inputs * kernel * kernel)).squareRoot()
    weights = try Tensor(
      (0..<shape.reduce(1, *)).map { _ in Float.random(in: -limit...limit, using: &random) },
      shape: shape)
    bias = try Tensor(shape: [outputs])
    weightVelocity = try Tensor(shape: shape)
    biasVelocity = try Tensor(shape: [outputs])
    (self.stride, self.padding, self.activation) = (stride, padding, activation)
  }

  func layer() throws -> Conv2D {
    try Conv2D(
      weights: weights, bias: bias, stride: stride, padding: padding, activation: activation)
  }

  /// How fast weights shrink by themselves, so that none grows large on few pictures.
  private static let decay: Float = 1e-3

  /// A step of gradient descent with momentum.
  mutating func descend(_ gradients: Gradients, rate: Float, momentum: Float) throws {
    func step(_ values: inout Tensor, _ velocity: inout Tensor, along gradient: Tensor?) {
      guard let slopes = gradient?.span else { return }
      var next = values.mutableSpan
      var change = velocity.mutableSpan
      for index in slopes.indices {
        change[index] = momentum * change[index] - rate * (slopes[index] + Self.decay * next[index])
        next[index] += change[index]
      }
    }
    step(&weights, &weightVelocity, along: gradients.weights)
    step(&bias, &biasVelocity, along: gradients.bias)
  }
}
