import Convolution

/// `Conv`: x, weights and maybe a bias; what rewrites put into it: borders, an activation, a residual, and slopes.
struct ConvolutionOperator: LayerOperator {
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

  init(_ reader: inout NodeReader) {
    let window = WindowAttributes(&reader)
    kernel = window.kernel
    stride = window.stride
    dilation = window.dilation
    groups = reader.integer("group", default: 1)
    padding = window.padding(&reader)
  }

  /// What a layer does, but for its activation.
  init(_ layer: ConvolutionLayer, layout: Layout) {
    (kernel, stride, dilation) = (layer.kernel, layer.stride, layer.dilation)
    (groups, padding) = (layer.groups, layer.padding)
    border = layer.border.allSatisfy { $0 == .zeros } ? [] : layer.border
    self.layout = layout
  }

  /// Of the window that the weights have.
  init(stride: [Int]?, dilation: [Int]?, groups: Int, padding: Padding) {
    kernel = nil
    (self.stride, self.dilation, self.groups) = (stride, dilation, groups)
    self.padding = padding
  }

  var description: String {
    "Conv\(activation == .identity ? "" : " \(activation)")\(border.isEmpty ? "" : " \(border)")"
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

  func makeLayer(
    _ weights: NetworkTensor, _ bias: NetworkTensor?
  ) throws(NetworkError) -> ConvolutionLayer {
    let rank = weights.shape.count - 2
    try checkKernel(of: weights)
    let ones = Array(repeating: 1, count: max(rank, 0))
    return try asNetworkError { () throws(ConvolutionError) in
      try ConvolutionLayer(
        rank: rank, weights: weights.tensor!, bias: bias?.tensor, stride: stride ?? ones,
        dilation: dilation ?? ones, groups: groups, padding: padding,
        border: border.isEmpty ? ones.map { _ in .zeros } : border, activation: activation)
    }
  }
}

extension ConvolutionOperator {
  func factorShape(channels: Int, rank: Int) -> [Int]? {
    [channels] + Array(repeating: 1, count: rank - 1)
  }

  func outputChannels(_ weights: [Int]) -> Int { weights[0] }
}
