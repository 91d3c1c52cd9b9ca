extension PoolingLayer {
  /// How many border taps there are on which side of each axis, for an input of `spatial` samples an axis.
  ///
  /// - Throws: `.rankMismatch`, `.nonPositiveSize`, `.emptyAxis`, `.stridedTorchSame`, `.integerOverflow`.
  public func paddingAmounts(for spatial: [Int]) throws(ConvolutionError) -> [PaddingAmount] {
    let kernel = if let kernel { kernel } else { try Self.globalKernel(spatial) }
    return try padding.amounts(for: spatial, kernel: kernel, stride: stride, dilation: dilation)
  }

  /// The shape of the output for an input of `shape`, both in `layout`.
  ///
  /// An empty batch or an empty axis without padding gives an empty output.
  /// - Throws: `.rankMismatch`, `.nonPositiveSize`, `.kernelLargerThanInput`, `.stridedTorchSame`, `.integerOverflow`;
  ///   `.emptyAxis` for global pooling of nothing; `.invalidValue` for padding so large that a window has no sample, which
  ///   has neither a maximum nor a mean.
  public func outputShape(
    for shape: [Int], layout: Layout = .channelsFirst
  ) throws(ConvolutionError) -> [Int] {
    try geometry(for: shape, layout: layout).output.shape(in: layout)
  }

  /// Every channel is a group of its own. A border of zeros says that taps outside read nothing.
  func geometry(for shape: [Int], layout: Layout) throws(ConvolutionError) -> Geometry {
    let input = try ImageShape(checking: shape, rank: rank, layout: layout, argument: "input")
    let kernel = if let kernel { kernel } else { try Self.globalKernel(input.spatial) }
    let amounts = try paddingAmounts(for: input.spatial)
    let axes = try (0..<rank).map { (axis) throws(ConvolutionError) in
      Axis(
        input: input.spatial[axis],
        output: try outputExtent(
          axis: axis, input: input.spatial[axis], kernel: kernel[axis], padding: amounts[axis]),
        kernel: kernel[axis], stride: stride[axis], dilation: dilation[axis],
        padding: amounts[axis], border: .zeros)
    }
    let geometry = Geometry(
      layout: layout, images: input.images, groups: input.channels, inputChannels: 1,
      outputChannels: 1, axes: Array(repeating: .missing, count: 3 - rank) + axes, rank: rank)
    try geometry.output.checkSize(argument: "output")
    try geometry.checkExtents()
    guard Int32(exactly: input.channels) != nil else {
      throw ConvolutionError(
        .integerOverflow, argument: "input", received: "\(input.channels) channels",
        expected: "a number that fits into 32 bits")
    }
    if kind.needsSamples { try geometry.checkWindowsHaveSamples() }
    return geometry
  }

  private static func globalKernel(_ spatial: [Int]) throws(ConvolutionError) -> [Int] {
    guard !spatial.contains(0) else {
      throw ConvolutionError(
        .emptyAxis, argument: "input", received: "\(spatial)", expected: "axes with samples to pool"
      )
    }
    return spatial
  }

  private func outputExtent(
    axis: Int, input: Int, kernel: Int, padding amount: PaddingAmount
  ) throws(ConvolutionError) -> Int {
    let begin = try Checked.add(input, amount.before, argument: "padding")
    let padded = try Checked.add(begin, amount.after, argument: "padding")
    if input == 0, amount == .none { return 0 }
    let span = try kernelSpan(kernel: kernel, dilation: dilation[axis])
    let stride = stride[axis]
    // How far a window may reach beyond the padding.
    let beyond = ceilMode ? stride - 1 : 0
    guard span - beyond <= padded else {
      throw ConvolutionError(
        .kernelLargerThanInput, argument: "kernel", received: "a span of \(span) on axis \(axis)",
        expected:
          "at most \(padded + beyond), for a padded input of \(padded) (\(input) and \(amount))"
      )
    }
    let rest = max(padded - span, 0)
    guard ceilMode else { return rest / stride + 1 }
    let last = rest / stride + (rest.isMultiple(of: stride) ? 0 : 1)
    let lastBegins = begin > 0 && last <= (begin - 1) / stride
    return lastBegins ? last + 1 : last
  }
}

extension PoolingLayer.Kind {
  /// Whether a window of border taps alone comes to nothing; a norm, and a mean that counts the border, are 0.
  fileprivate var needsSamples: Bool {
    switch self {
    case .max: true
    case .average(let countsPadding): !countsPadding
    case .lp: false
    }
  }
}

extension Geometry {
  fileprivate func checkWindowsHaveSamples() throws(ConvolutionError) {
    for (index, axis) in axes.enumerated() {
      let inside = axis.inside
      for outputs in [0..<inside.lowerBound, inside.upperBound..<axis.output] {
        guard outputs.allSatisfy({ !axis.samples(for: $0..<$0 + 1).isEmpty }) else {
          throw ConvolutionError(
            .invalidValue, argument: "padding",
            received: "\(axis.padding) on axis \(index - (3 - rank))",
            expected: "amounts with which every window has a sample")
        }
      }
    }
  }
}
