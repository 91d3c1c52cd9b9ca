/// What the shapes of a separable layer's weights say, and that they fit each other.
struct SeparableWeightShape {
  let inputChannels: Int
  /// The depthwise weights' shape as an ordinary layer has it.
  let depthwise: [Int]

  /// - Parameter multiplier: M; nil: what the order `kernelInputOutput` says, or 1.
  /// - Throws: `.rankMismatch`, `.nonPositiveSize`, `.shapeMismatch`, `.integerOverflow` for extents beyond 32 bits.
  init(
    depthwise: [Int], pointwise: [Int], order: WeightOrder, multiplier: Int?, rank: Int
  ) throws(ConvolutionError) {
    let isOutputFirst = order == .outputInputKernel
    try LayerArguments.check(
      weightShape: depthwise, rank: rank, groups: 1,
      channels: isOutputFirst ? "middle channels, 1" : "input channels, multiplier",
      argument: "depthwiseWeights")
    try LayerArguments.check(
      weightShape: pointwise, rank: rank, groups: 1, channels: "output channels, middle channels",
      argument: "pointwiseWeights")
    if let multiplier, multiplier < 1 {
      throw ConvolutionError(
        .nonPositiveSize, argument: "depthMultiplier", received: "\(multiplier)",
        expected: "at least 1")
    }
    let middle: Int
    if isOutputFirst {
      guard depthwise[1] == 1 else {
        throw ConvolutionError(
          .shapeMismatch, argument: "depthwiseWeights", received: "shape \(depthwise)",
          expected: "one input channel a group: the second extent 1")
      }
      middle = depthwise[0]
      guard middle.isMultiple(of: multiplier ?? 1) else {
        throw ConvolutionError(
          .shapeMismatch, argument: "depthMultiplier", received: "\(multiplier ?? 1)",
          expected: "a divisor of the depthwise weights' \(middle) channels")
      }
      inputChannels = middle / (multiplier ?? 1)
      self.depthwise = depthwise
    } else {
      inputChannels = depthwise[rank]
      middle = try Checked.multiply(
        inputChannels, depthwise[rank + 1], argument: "depthwiseWeights")
      guard multiplier == nil || multiplier == depthwise[rank + 1] else {
        throw ConvolutionError(
          .shapeMismatch, argument: "depthMultiplier", received: "\(multiplier!)",
          expected: "\(depthwise[rank + 1]), as the depthwise weights of shape \(depthwise) have it"
        )
      }
      self.depthwise = depthwise[..<rank] + [1, middle]
    }
    let (kernel, inputs) =
      isOutputFirst ? (pointwise[2...], pointwise[1]) : (pointwise[..<rank], pointwise[rank])
    guard kernel.allSatisfy({ $0 == 1 }), inputs == middle else {
      throw ConvolutionError(
        .shapeMismatch, argument: "pointwiseWeights", received: "shape \(pointwise)",
        expected: "\(middle) input channels, as the depthwise weights give, and a kernel of one tap"
      )
    }
  }
}
