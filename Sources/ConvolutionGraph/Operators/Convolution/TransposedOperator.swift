import Convolution

/// `ConvTranspose`: x, weights and maybe a bias; what rewrites put into it: an activation and a residual.
struct TransposedOperator: Operator {
  /// As the file says it; the weights have it too.
  let kernel: [Int]?
  let stride, dilation: [Int]?
  let groups: Int
  var padding = TransposedPadding.valid
  var activation = Activation.identity
  var layout = Layout.channelsFirst

  init(_ reader: inout NodeReader) {
    let window = WindowAttributes(&reader)
    kernel = window.kernel
    stride = window.stride
    dilation = window.dilation
    groups = reader.integer("group", default: 1)
    let outputPadding = reader.integers("output_padding") ?? []
    let outputShape = reader.integers("output_shape")
    do throws(ConvolutionError) {
      padding = try .onnx(
        autoPad: window.autoPad, pads: window.pads, outputPadding: outputPadding,
        outputShape: outputShape)
    } catch {
      reader.reject("\(error)")
    }
  }

  var description: String {
    "ConvTranspose\(activation == .identity ? "" : " \(activation)")"
  }

  /// All settings of the layer but its weights and bias.
  private var settings: String {
    "\(kernel ?? []) \(stride ?? []) \(dilation ?? []) \(groups) \(padding) \(activation) "
      + "\(activation.slopes?.elements ?? [])"
  }

  func outputTypes(for arguments: Arguments) throws(NetworkError) -> [TensorType] {
    let (x, weights) = (try arguments.floatShape(0, "x"), try arguments.floatShape(1, "weights"))
    let bias = try arguments[2].map { (bias) throws(NetworkError) in
      try NetworkTensor(repeating: 0, shape: bias.type.shape)
    }
    // Of weights that are not known yet, the shape is all that matters.
    let known = arguments[1]?.constant
    let zeros = known == nil ? try NetworkTensor(repeating: 0, shape: weights) : nil
    let layer = try makeLayer((known ?? zeros)!, bias)
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
      residual: arguments[3] == nil ? nil : ConvolutionOperator.Input.residual.rawValue)
  }

  func predictedNanoseconds(
    for arguments: Arguments, outputs: [TensorType], _ context: PlanningContext
  ) throws(NetworkError) -> Double {
    guard let weights = arguments[1]?.constant else { return 0 }
    let layer = try layer(weights, arguments[2]?.constant, context)
    let x = try arguments.floatShape(0, "x")
    return try asNetworkError { () throws(ConvolutionError) in
      try layer.predictedNanoseconds(for: x, layout: layout, with: context.planner)
        * Double(x[0]) / Double(context.threads)
    }
  }

  /// The layer, shared by all plans of the network.
  private func layer(
    _ weights: NetworkTensor, _ bias: NetworkTensor?, _ context: PlanningContext
  ) throws(NetworkError) -> TransposedLayer {
    try context.layers.layer([weights, bias].compactMap(\.self), settings) {
      () throws(NetworkError) in
      try makeLayer(weights, bias)
    }
  }

  private func makeLayer(
    _ weights: NetworkTensor, _ bias: NetworkTensor?
  ) throws(NetworkError) -> TransposedLayer {
    let rank = weights.shape.count - 2
    if let kernel, kernel != Array(weights.shape.dropFirst(2)) {
      throw NetworkError(
        .shapeMismatch, argument: "kernel_shape", received: "\(kernel)",
        expected: "that of the weights, \(weights.type)")
    }
    let ones = Array(repeating: 1, count: max(rank, 0))
    return try asNetworkError { () throws(ConvolutionError) in
      try TransposedLayer(
        rank: rank, weights: weights.tensor!, bias: bias?.tensor, stride: stride ?? ones,
        dilation: dilation ?? ones, groups: groups, padding: padding, activation: activation)
    }
  }

  func permuted(by permutation: [Int], _ arguments: Arguments) -> Permuted? {
    guard let layout = layout.permuted(by: permutation) else { return nil }
    var operation = self
    operation.layout = layout
    return Permuted(
      operation: operation,
      inputs: (0..<arguments.count).map {
        $0 == ConvolutionOperator.Input.x.rawValue
          || $0 == ConvolutionOperator.Input.residual.rawValue ? permutation : nil
      })
  }
}
