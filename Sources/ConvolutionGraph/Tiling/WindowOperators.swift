import Convolution

// Operators that compute samples of those around them, or put them elsewhere.

extension ConvolutionOperator: LocalOperator {
  var alignsInputs: Bool { false }

  func reach(
    into input: Int, along axis: Int, _ arguments: Arguments
  ) throws(NetworkError) -> Reach? {
    guard input != LayerInput.residual.rawValue else { return Reach() }
    guard input == LayerInput.x.rawValue, axis >= 2, let weights = arguments[1]?.constant else {
      return nil
    }
    let layer = try makeLayer(weights, nil)
    let spatial = Array(try arguments.floatShape(0, "x").dropFirst(2))
    let amounts = try asNetworkError { () throws(ConvolutionError) in
      try layer.paddingAmounts(for: spatial)
    }
    let axis = axis - 2
    return .window(
      span: (layer.kernel[axis] - 1) * layer.dilation[axis] + 1, stride: layer.stride[axis],
      before: amounts[axis].before, border: layer.border[axis])
  }
}

extension TransposedOperator: LocalOperator {
  var alignsInputs: Bool { false }

  func reach(
    into input: Int, along axis: Int, _ arguments: Arguments
  ) throws(NetworkError) -> Reach? {
    guard input != LayerInput.residual.rawValue else { return Reach() }
    guard input == LayerInput.x.rawValue, axis >= 2,
      let weights = arguments[1]?.constant
    else { return nil }
    let layer = try makeLayer(weights, nil)
    let spatial = Array(try arguments.floatShape(0, "x").dropFirst(2))
    let amounts = try asNetworkError { () throws(ConvolutionError) in
      try layer.paddingAmounts(for: spatial)
    }
    let (axis, before) = (axis - 2, amounts[axis - 2].before)
    let (stride, span) = (layer.stride[axis], (layer.kernel[axis] - 1) * layer.dilation[axis] + 1)
    // Input i adds to outputs i stride - before to i stride - before + span - 1.
    return Reach(parts: stride, first: before - span + stride, last: before - stride + 1)
  }
}

extension PoolingOperator: LocalOperator {
  var imageOutputs: Int { 1 }

  func reach(
    into input: Int, along axis: Int, _ arguments: Arguments
  ) throws(NetworkError) -> Reach? {
    guard axis >= 2, kernel != nil else { return nil }
    let x = try arguments.type(0, "x")
    let layer = try layer(x)
    let amounts = try asNetworkError { () throws(ConvolutionError) in
      try layer.paddingAmounts(for: Array(x.shape.dropFirst(2)))
    }
    let axis = axis - 2
    return .window(
      span: (layer.kernel![axis] - 1) * layer.dilation[axis] + 1, stride: layer.stride[axis],
      before: amounts[axis].before)
  }
}

extension PadOperator: LocalOperator {
  var alignsInputs: Bool { false }

  func reach(
    into input: Int, along axis: Int, _ arguments: Arguments
  ) throws(NetworkError) -> Reach? {
    guard input == 0 else { return nil }
    return .window(
      span: 1, stride: 1, before: try amountsAtHand(for: arguments)[axis].before,
      border: mode.border ?? .zeros)
  }
}

extension SliceOperator: LocalOperator {
  var alignsInputs: Bool { false }

  func reach(
    into input: Int, along axis: Int, _ arguments: Arguments
  ) throws(NetworkError) -> Reach? {
    guard input == 0 else { return nil }
    let part = try parts(arguments)[axis]
    return part.step < 1 ? nil : .window(span: 1, stride: part.step, before: -part.first)
  }
}

extension ResizeOperator: LocalOperator {
  var alignsInputs: Bool { false }

  func reach(
    into input: Int, along axis: Int, _ arguments: Arguments
  ) throws(NetworkError) -> Reach? {
    guard input == 0 else { return nil }
    let resampled = try resampledAxes(arguments)[axis]
    // Of a whole number of outputs an input, or inputs an output, every output is like the one an input further.
    let (up, down) = (resampled.scale.rounded(), (1 / resampled.scale).rounded())
    let isUp = up == resampled.scale
    guard isUp || 1 / down == resampled.scale,
      resampled.extent == Double(resampled.outputs), up < 0x1p30, down < 0x1p30
    else { return nil }
    let (step, parts) = isUp ? (1, Int(up)) : (Int(down), 1)
    let taps = interpolation.antialias ? max(1 / resampled.scale, 1) : 1
    let support = Int((interpolation.support * taps).rounded(.up)) * parts
    let isCentered: Bool
    switch interpolation.coordinates {
    case .halfPixel, .halfPixelSymmetric: isCentered = true
    case .pytorchHalfPixel where resampled.outputs > 1: isCentered = true
    case .asymmetric: isCentered = false
    default: return nil
    }
    // Output o lies at (o step + (step - parts) / 2) / parts, or at o step / parts.
    let low = isCentered ? (step - parts - 1) / 2 : 0
    let high = isCentered ? (step - parts + 1) / 2 : 0
    return Reach(
      step: step, parts: parts, first: low - support, last: high + support, border: .replicate)
  }
}

extension DepthToSpaceOperator: LocalOperator {
  func reach(
    into input: Int, along axis: Int, _ arguments: Arguments
  ) throws(NetworkError) -> Reach? {
    guard axis >= 2 else { return nil }
    return direction == .toSpace
      ? Reach(parts: block, last: 1 - block) : Reach(step: block, last: block - 1)
  }
}

extension TransposeOperator: LocalOperator {
  func outputAxis(of axis: Int, _ arguments: Arguments) throws(NetworkError) -> Int {
    try permutation(rank: arguments.type(0, "x").shape.count).place(of: axis)
  }
}
