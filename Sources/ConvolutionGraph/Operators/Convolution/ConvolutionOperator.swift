import Convolution

/// `Conv`: x, weights and maybe a bias; what rewrites put into it: borders, an activation, a residual, and slopes.
struct ConvolutionOperator: Operator {
  /// As the file says it; the weights have it too.
  let kernel: [Int]?
  let stride, dilation: [Int]?
  let groups: Int
  var padding: Padding
  /// One for each axis of space; empty: zeros.
  var border: [Border] = []
  var activation = Activation.identity
  /// The inputs of x, of the output and of a residual.
  var layout = Layout.channelsFirst

  /// The inputs' numbers.
  enum Input: Int {
    case x, weights, bias
    /// Added before the activation.
    case residual
  }

  init(_ reader: inout NodeReader) {
    let window = WindowAttributes(&reader)
    kernel = window.kernel
    stride = window.stride
    dilation = window.dilation
    groups = reader.integer("group", default: 1)
    padding = window.padding(&reader)
  }

  /// One tap.
  init(pointwiseWithActivation activation: Activation, layout: Layout) {
    (kernel, stride, dilation, groups) = (nil, nil, nil, 1)
    padding = .valid
    self.activation = activation
    self.layout = layout
  }

  var description: String {
    "Conv\(activation == .identity ? "" : " \(activation)")\(border.isEmpty ? "" : " \(border)")"
  }

  /// All settings of the layer but its weights and bias.
  private var settings: String {
    "\(kernel ?? []) \(stride ?? []) \(dilation ?? []) \(groups) \(padding) \(border) \(activation) "
      + "\(activation.slopes?.elements ?? [])"
  }

  func outputTypes(for arguments: Arguments) throws(NetworkError) -> [TensorType] {
    let (x, weights) = (try arguments.floatShape(0, "x"), try arguments.floatShape(1, "weights"))
    if let bias = arguments[2] {
      guard bias.type == TensorType(.float32, [weights.first ?? 0]) else {
        throw NetworkError(
          .shapeMismatch, argument: "bias", received: "\(bias.type)",
          expected: "one value for each of \(weights.first ?? 0) output channels")
      }
    }
    // Of weights that are not known yet, the shape is all that matters.
    let known = arguments[1]?.constant
    let zeros = known == nil ? try NetworkTensor(repeating: 0, shape: weights) : nil
    let layer = try makeLayer((known ?? zeros)!, nil)
    return [TensorType(.float32, try layer.outputShape(of: x, layout))]
  }

  func step(
    for arguments: Arguments, outputs: [TensorType], context: PlanningContext
  ) throws(NetworkError) -> any Step {
    let x = try arguments.floatShape(0, "x")
    let hasResidual = arguments[3] != nil
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
      residual: hasResidual ? Input.residual.rawValue : nil)
  }

  func predictedNanoseconds(
    for arguments: Arguments, outputs: [TensorType], _ context: PlanningContext
  ) throws(NetworkError) -> Double {
    guard let weights = arguments[1]?.constant else { return 0 }
    let layer = try layer(weights, arguments[2]?.constant, context)
    let x = try arguments.floatShape(0, "x")
    return try asNetworkError { () throws(ConvolutionError) in
      try layer.predictedNanoseconds(for: x, layout: layout, with: context.planner)
    }
  }

  /// The layer, shared by all plans of the network.
  func layer(
    _ weights: NetworkTensor, _ bias: NetworkTensor?, _ context: PlanningContext
  ) throws(NetworkError) -> ConvolutionLayer {
    let tensors = [weights, bias].compactMap(\.self)
    return try context.layers.layer(tensors, settings) { () throws(NetworkError) in
      try makeLayer(weights, bias)
    }
  }

  func makeLayer(
    _ weights: NetworkTensor, _ bias: NetworkTensor?
  ) throws(NetworkError) -> ConvolutionLayer {
    let rank = weights.shape.count - 2
    if let kernel, kernel != Array(weights.shape.dropFirst(2)) {
      throw NetworkError(
        .shapeMismatch, argument: "kernel_shape", received: "\(kernel)",
        expected: "that of the weights, \(weights.type)")
    }
    let ones = Array(repeating: 1, count: max(rank, 0))
    return try asNetworkError { () throws(ConvolutionError) in
      try ConvolutionLayer(
        rank: rank, weights: weights.tensor!, bias: bias?.tensor, stride: stride ?? ones,
        dilation: dilation ?? ones, groups: groups, padding: padding,
        border: border.isEmpty ? ones.map { _ in .zeros } : border, activation: activation)
    }
  }

  func permuted(by permutation: [Int], _ arguments: Arguments) -> Permuted? {
    guard let layout = layout.permuted(by: permutation) else { return nil }
    var operation = self
    operation.layout = layout
    return Permuted(
      operation: operation,
      inputs: (0..<arguments.count).map {
        $0 == Input.x.rawValue || $0 == Input.residual.rawValue ? permutation : nil
      })
  }
}
