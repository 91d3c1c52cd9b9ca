import Convolution

extension ConvolutionOperator {
  func writeCoreML(_ scope: inout MLScope) throws(NetworkError) -> [MLValue] {
    let weights = try scope.input(LayerInput.weights.rawValue)
    let kernel = Array(weights.shape.dropFirst(2))
    let ones = kernel.map { _ in 1 }
    let (stride, dilation) = (stride ?? ones, dilation ?? ones)
    let source = try scope.input()
    let (x, zeros) = try scope.bordered(
      source,
      padding.amounts(of: Array(source.shape.dropFirst(2)), kernel, stride, dilation),
      border.isEmpty ? ones.map { _ in .zeros } : border)
    guard weights.constant != nil || dilation == ones else {
      throw scope.unwritable("a dilation of weights that are computed")
    }
    scope.note(pad: zeros)
    let y = try scope.window(
      "conv", x, weights, stride: stride, dilation: dilation, groups: groups, pad: zeros,
      scope.type().shape)
    return [try finished(y, &scope)]
  }
}

extension LayerOperator {
  /// The output without what comes behind the sum: bias, where it is none yet, residual and activation.
  func finished(_ y: MLValue, _ scope: inout MLScope) throws(NetworkError) -> MLValue {
    var y = y
    if scope.hasInput(LayerInput.residual.rawValue) {
      y = try scope.binary("add", y, scope.input(LayerInput.residual.rawValue))
    }
    guard let chain = Elementwise(activation) else { return y }
    var inputs = [y]
    if let slopes = activation.slopes {
      let shape = [slopes.shape[0]] + Array(repeating: 1, count: y.rank - 2)
      inputs.append(scope.constant(try NetworkTensor(slopes).reshaped(shape), "slope"))
    }
    return try chain.writeCoreML(&scope, inputs)
  }
}

extension MLScope {
  /// A convolution or a transposed one, with all of its settings. The bias is input 2, where that is a constant; else it is
  /// added behind.
  mutating func window(
    _ type: String, _ x: MLValue, _ weights: MLValue, stride: [Int], dilation: [Int], groups: Int,
    pad: [PaddingAmount], withBias: Bool = true, _ shape: [Int]
  ) throws(NetworkError) -> MLValue {
    let bias = hasInput(LayerInput.bias.rawValue) ? try input(LayerInput.bias.rawValue) : nil
    let result = MLType(.float32, shape)
    let isInside = withBias && bias?.constant != nil
    let y =
      if let bias, isInside {
        try add(
          type,
          [
            "x": .value(x), "weight": .value(weights), "bias": .value(bias),
            "strides": .integers(stride), "pad_type": "custom", "pad": .integers(pad.inPairs),
            "dilations": .integers(dilation), "groups": .integer(groups),
          ], result)
      } else {
        try add(
          type,
          [
            "x": .value(x), "weight": .value(weights), "strides": .integers(stride),
            "pad_type": "custom", "pad": .integers(pad.inPairs), "dilations": .integers(dilation),
            "groups": .integer(groups),
          ], result)
      }
    guard let bias, !isInside, withBias else { return y }
    return try adding(bias, to: y)
  }

  /// Adds a bias, one value a channel, to images.
  mutating func adding(_ bias: MLValue, to y: MLValue) throws(NetworkError) -> MLValue {
    let ofChannels = try reshaped(bias, [bias.shape[0]] + Array(repeating: 1, count: y.rank - 2))
    return try binary("add", y, ofChannels)
  }

  /// Notes how a layer's own zeros are written.
  mutating func note(pad: [PaddingAmount]) {
    paddingWords.append("pad=\(pad.inPairs)")
  }
}

extension [PaddingAmount] {
  /// Before and after each axis, as Core ML has them.
  var inPairs: [Int] { flatMap { [$0.before, $0.after] } }
}
