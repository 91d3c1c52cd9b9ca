import Convolution

/// A convolution, ordinary or transposed: the inputs are x, weights, maybe a bias, and what a rewrite may add, a residual.
protocol LayerOperator: LayoutOperator, Equatable {
  associatedtype Kind: Layer

  /// As the file says it; the weights have it too.
  var kernel: [Int]? { get }
  var activation: Activation { get set }
  var layout: Layout { get set }

  /// The layer with given weights and bias, all of floats.
  func makeLayer(_ weights: NetworkTensor, _ bias: NetworkTensor?) throws(NetworkError) -> Kind

  /// The shape that factors, one an output channel, have to be given to be multiplied with weights of a rank; nil: there is
  /// none.
  func factorShape(channels: Int, rank: Int) -> [Int]?

  /// Output channels of a layer with weights of a shape.
  func outputChannels(_ weights: [Int]) -> Int
}

/// The numbers of a ``LayerOperator``'s inputs.
enum LayerInput: Int {
  case x, weights, bias
  /// Added before the activation.
  case residual
}

extension LayerOperator {
  func outputTypes(for arguments: Arguments) throws(NetworkError) -> [TensorType] {
    let (x, weights) = (try arguments.floatShape(0, "x"), try arguments.floatShape(1, "weights"))
    // Of weights that are not known yet, the shape is all that matters.
    let known = arguments[1]?.constant
    let zeros = known == nil ? try NetworkTensor(repeating: 0, shape: weights) : nil
    let layer = try makeLayer((known ?? zeros)!, nil)
    if let bias = arguments[2] {
      guard bias.type == TensorType(.float32, [layer.outputChannels]) else {
        throw NetworkError(
          .shapeMismatch, argument: "bias", received: "\(bias.type)",
          expected: "one value for each of \(layer.outputChannels) output channels")
      }
    }
    return [TensorType(.float32, try layer.outputShape(of: x, layout))]
  }

  func step(
    for arguments: Arguments, outputs: [TensorType], context: PlanningContext
  ) throws(NetworkError) -> any Step {
    let x = try arguments.floatShape(0, "x")
    guard let weights = arguments[1]?.constant,
      arguments[2] == nil || arguments[2]?.constant != nil
    else {
      return RuntimeWeightsStep(
        weightShape: try arguments.floatShape(1, "weights"), biasShape: arguments[2]?.type.shape,
        x: x, layout: layout, planner: context.planner, make: makeLayer)
    }
    let layer = try layer(weights, arguments[2]?.constant, context)
    return ConvolutionStep(
      plan: try layer.plan(of: x, layout, context.planner),
      residual: arguments[3] == nil ? nil : LayerInput.residual.rawValue)
  }

  /// The layer, shared by all plans of the network.
  func layer(
    _ weights: NetworkTensor, _ bias: NetworkTensor?, _ context: PlanningContext
  ) throws(NetworkError) -> Kind {
    var settings = self
    settings.layout = .channelsFirst  // The layer knows none.
    return try context.layers.layer([weights, bias].compactMap(\.self), settings) {
      () throws(NetworkError) in
      try makeLayer(weights, bias)
    }
  }

  /// - Throws: `.shapeMismatch` for a kernel that is not that of the weights.
  func checkKernel(of weights: NetworkTensor) throws(NetworkError) {
    if let kernel, kernel != Array(weights.shape.dropFirst(2)) {
      throw NetworkError(
        .shapeMismatch, argument: "kernel_shape", received: "\(kernel)",
        expected: "that of the weights, \(weights.type)")
    }
  }

  func permuted(by permutation: [Int], _ arguments: Arguments) -> Permuted? {
    guard let layout = layout.permuted(by: permutation) else { return nil }
    var operation = self
    operation.layout = layout
    return Permuted(
      operation: operation,
      inputs: (0..<arguments.count).map {
        $0 == LayerInput.x.rawValue || $0 == LayerInput.residual.rawValue ? permutation : nil
      })
  }
}
