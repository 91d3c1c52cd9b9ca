/// What a loss changes by where a layer's input, weights, bias or residual change: one tensor for each that was asked for.
public struct Gradients: Sendable {
  /// Of the input's shape and layout.
  public var input: Tensor?
  /// Of the weights' shape, in their order.
  public var weights: Tensor?
  /// One value for each output channel.
  public var bias: Tensor?
  /// By what is added before the activation, of the output's shape and layout: the output's gradient through the
  /// activation.
  public var residual: Tensor?

  /// Which of them.
  public struct Parts: OptionSet, Sendable {
    public let rawValue: Int

    public init(rawValue: Int) { self.rawValue = rawValue }

    public static let input = Parts(rawValue: 1)
    public static let weights = Parts(rawValue: 2)
    public static let bias = Parts(rawValue: 4)
    public static let residual = Parts(rawValue: 8)
  }

  /// Zeros of the shapes that a plan gives, to run into again and again.
  ///
  /// - Throws: `.outOfMemory`.
  public init(for plan: GradientPlan) throws(ConvolutionError) {
    func tensor(_ part: Parts, _ shape: [Int]) throws(ConvolutionError) -> Tensor? {
      plan.parts.contains(part) ? try Tensor(repeating: 0, shape: shape) : nil
    }
    input = try tensor(.input, plan.inputShape)
    weights = try tensor(.weights, plan.weightShape)
    bias = try tensor(.bias, [plan.outputChannels])
    residual = try tensor(.residual, plan.outputShape)
  }
}
