import Convolution

/// `ConvTranspose`: x, weights and maybe a bias; what rewrites put into it: an activation and a residual.
struct TransposedOperator: LayerOperator {
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

  /// What a layer does, but for its activation.
  init(_ layer: TransposedLayer, layout: Layout) {
    (kernel, stride, dilation) = (layer.kernel, layer.stride, layer.dilation)
    (groups, padding) = (layer.groups, layer.padding)
    self.layout = layout
  }

  var description: String {
    "ConvTranspose\(activation == .identity ? "" : " \(activation)")"
  }

  /// All settings of the layer but its weights and bias.
  var settings: String {
    "\(kernel ?? []) \(stride ?? []) \(dilation ?? []) \(groups) \(padding) \(activation) "
      + "\(activation.slopes?.elements ?? [])"
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

  func makeLayer(
    _ weights: NetworkTensor, _ bias: NetworkTensor?
  ) throws(NetworkError) -> TransposedLayer {
    let rank = weights.shape.count - 2
    try checkKernel(of: weights)
    let ones = Array(repeating: 1, count: max(rank, 0))
    return try asNetworkError { () throws(ConvolutionError) in
      try TransposedLayer(
        rank: rank, weights: weights.tensor!, bias: bias?.tensor, stride: stride ?? ones,
        dilation: dilation ?? ones, groups: groups, padding: padding, activation: activation)
    }
  }
}

extension TransposedOperator {
  func factorShape(channels: Int, rank: Int) -> [Int]? {
    groups == 1 ? [1, channels] + Array(repeating: 1, count: rank - 2) : nil
  }

  func outputChannels(_ weights: [Int]) -> Int { weights[1] * groups }
}
