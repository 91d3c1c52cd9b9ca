import Convolution

/// Rows times a matrix that is always the same: a convolution of one tap, whose packed weights all plans share.
struct DenseLayer {
  let inputs, outputs: Int
  /// inputs x outputs, or transposed.
  let weights: NetworkTensor
  let isTransposed: Bool
  var scale: Float = 1
  /// One value for each output, or for all of them.
  var bias: NetworkTensor?
  var biasScale: Float = 1

  /// For so many rows.
  func step(rows: Int, _ context: PlanningContext) throws(NetworkError) -> ConvolutionStep {
    let layer = try context.layers.layer(
      [weights, bias].compactMap(\.self), "dense \(isTransposed) \(scale) \(biasScale)"
    ) { () throws(NetworkError) in
      try Self.layer(
        weights: Self.scaled(weights, by: scale), inputs: inputs, outputs: outputs,
        isTransposed: isTransposed,
        bias: bias.map { (bias) throws(NetworkError) in
          try NetworkTensor(values(of: bias), shape: [outputs])
        })
    }
    return try Self.step(layer, rows: rows, context)
  }

  private func values(of bias: NetworkTensor) -> [Float] {
    let values = bias.floats.map { $0 * biasScale }
    return values.count == 1 ? Array(repeating: values[0], count: outputs) : values
  }

  private static func scaled(_ tensor: NetworkTensor, by scale: Float) throws(NetworkError)
    -> NetworkTensor
  {
    scale == 1 ? tensor : try NetworkTensor(tensor.floats.map { $0 * scale }, shape: tensor.shape)
  }

  static func layer(
    weights: NetworkTensor, inputs: Int, outputs: Int, isTransposed: Bool, bias: NetworkTensor?
  ) throws(NetworkError) -> ConvolutionLayer {
    try asNetworkError { () throws(ConvolutionError) in
      try ConvolutionLayer(
        rank: 1,
        weights: weights.reshaped(isTransposed ? [outputs, inputs, 1] : [1, inputs, outputs])
          .tensor!,
        weightOrder: isTransposed ? .outputInputKernel : .kernelInputOutput, bias: bias?.tensor)
    }
  }

  static func step(
    _ layer: ConvolutionLayer, rows: Int, _ context: PlanningContext
  ) throws(NetworkError) -> ConvolutionStep {
    ConvolutionStep(
      plan: try layer.plan(of: [1, rows, layer.inputChannels], .channelsLast, context.planner),
      residual: nil)
  }
}
