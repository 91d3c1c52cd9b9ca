/// A transposed layer on one input shape. Nothing behind it asks for the rank or for a padding convention.
struct TransposedGeometry: Sendable {
  let layout: Layout
  let images: Int
  /// Channels of one group.
  let groups, inputChannels, outputChannels: Int
  /// Depth, height, width.
  let axes: [TransposedAxis]
  /// Axes of space that the layer has, the last ones of `axes`.
  let rank: Int

  var input: ImageShape {
    ImageShape(
      images: images, channels: groups * inputChannels, spatial: axes.suffix(rank).map(\.input))
  }

  var output: ImageShape {
    ImageShape(
      images: images, channels: groups * outputChannels, spatial: axes.suffix(rank).map(\.output))
  }

  /// Two for every multiply-add of all images, those whose output is left out counted.
  var floatingPointOperations: Double {
    axes.reduce(2 * Double(images) * Double(groups * outputChannels) * Double(inputChannels)) {
      $0 * Double($1.input) * Double($1.kernel)
    }
  }

  /// A phase of all axes: an ordinary convolution.
  struct Phase {
    let geometry: Geometry
    /// Depth, height, width.
    let lattice: [Lattice]
    let taps: ReversedTaps
  }

  /// The phases, those of depth outermost, in the layout that their kernels are for.
  func phases(in layout: Layout) -> [Phase] {
    let (depth, height, width) = (axes[0].phases, axes[1].phases, axes[2].phases)
    return depth.flatMap { depth in
      height.flatMap { height in
        width.map { width in phase([depth, height, width], in: layout) }
      }
    }
  }

  /// All phases as one, with a channel for each of the outputs that take the same samples: of a group, those of the first
  /// output come first. nil where they do not, where there is one phase anyway, or where they are too many.
  func mergedPhase(in layout: Layout) -> Phase? {
    let phases = axes.compactMap(\.mergedPhase)
    guard phases.count == axes.count else { return nil }
    let merged = phase(phases, in: layout)
    guard merged.geometry.outputChannels > outputChannels,
      groups * merged.geometry.outputChannels <= Int32.max
    else { return nil }
    return merged
  }

  private func phase(_ axes: [TransposedAxis.Phase], in layout: Layout) -> Phase {
    let extents = axes.map(\.lattice.extent)
    return Phase(
      geometry: Geometry(
        layout: layout, images: images, groups: groups,
        // Where no tap reaches, one channel does for all that are not read.
        inputChannels: axes.allSatisfy(\.isReached) ? inputChannels : 1,
        outputChannels: extents.reduce(outputChannels, *), axes: axes.map(\.axis), rank: rank),
      lattice: axes.map(\.lattice),
      taps: ReversedTaps(
        last: axes.map(\.lastTap), step: axes.map(\.tapStep), merged: extents))
  }
}

extension TransposedLayer {
  /// What is left out of the full output on which side of each axis, for an input of `spatial` samples an axis. A negative
  /// amount adds outputs that no input reaches.
  ///
  /// - Throws: `.rankMismatch`, `.nonPositiveSize`, `.integerOverflow`.
  public func paddingAmounts(for spatial: [Int]) throws(ConvolutionError) -> [PaddingAmount] {
    try resolvedPadding(for: spatial).map(\.amount)
  }

  /// The shape of the output for an input of `shape`, both in `layout`.
  ///
  /// An empty batch or an empty axis gives an empty output.
  /// - Throws: `.rankMismatch`, `.shapeMismatch`, `.nonPositiveSize`, `.integerOverflow`.
  public func outputShape(
    for shape: [Int], layout: Layout = .channelsFirst
  ) throws(ConvolutionError) -> [Int] {
    try geometry(for: shape, layout: layout).output.shape(in: layout)
  }

  /// Input, output and padding, checked against each other.
  func geometry(for shape: [Int], layout: Layout) throws(ConvolutionError) -> TransposedGeometry {
    let input = try ImageShape(checking: shape, rank: rank, layout: layout, argument: "input")
    try input.check(channels: inputChannels, of: shape)
    let resolved = try resolvedPadding(for: input.spatial)
    let axes = (0..<rank).map { axis in
      TransposedAxis(
        input: input.spatial[axis], output: resolved[axis].output, kernel: kernel[axis],
        stride: stride[axis], dilation: dilation[axis], padding: resolved[axis].amount)
    }
    let geometry = TransposedGeometry(
      layout: layout, images: input.images, groups: groups,
      inputChannels: inputChannels / groups, outputChannels: outputChannels / groups,
      axes: Array(repeating: .missing, count: 3 - rank) + axes, rank: rank)
    try geometry.output.checkSize(argument: "output")
    return geometry
  }

  private func resolvedPadding(
    for spatial: [Int]
  ) throws(ConvolutionError) -> [(amount: PaddingAmount, output: Int)] {
    try LayerArguments.check(spatial: spatial, rank: rank)
    return try spatial.indices.map { (axis) throws(ConvolutionError) in
      try padding.resolved(
        input: spatial[axis], kernel: kernel[axis], stride: stride[axis], dilation: dilation[axis],
        axis: axis)
    }
  }
}
