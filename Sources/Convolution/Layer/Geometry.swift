/// A layer on one input shape: how many images and channels, and the three axes of space. Nothing behind it asks for the
/// rank or for a padding convention.
struct Geometry: Sendable, Hashable {
  let layout: Layout
  let images: Int
  /// Channels of one group.
  let groups, inputChannels, outputChannels: Int
  /// Depth, height, width.
  let axes: [Axis]
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

  /// Two for every multiply-add of all images, border taps counted.
  var floatingPointOperations: Double {
    axes.reduce(2 * Double(images) * Double(groups * outputChannels) * Double(inputChannels)) {
      $0 * Double($1.output) * Double($1.kernel)
    }
  }
}

extension ConvolutionLayer {
  /// How many border taps there are on which side of each axis, for an input of `spatial` samples an axis.
  ///
  /// - Throws: `.rankMismatch`, `.nonPositiveSize`, `.stridedTorchSame`, `.integerOverflow`.
  public func paddingAmounts(for spatial: [Int]) throws(ConvolutionError) -> [PaddingAmount] {
    try padding.amounts(for: spatial, kernel: kernel, stride: stride, dilation: dilation)
  }

  /// The shape of the output for an input of `shape`, both in `layout`.
  ///
  /// An empty batch or an empty axis gives an empty output.
  /// - Throws: `.rankMismatch`, `.shapeMismatch`, `.nonPositiveSize`, `.kernelLargerThanInput`, `.emptyAxis`,
  ///   `.stridedTorchSame`, `.integerOverflow`.
  public func outputShape(
    for shape: [Int], layout: Layout = .channelsFirst
  ) throws(ConvolutionError) -> [Int] {
    try geometry(for: shape, layout: layout).output.shape(in: layout)
  }

  /// The part of the input that a part of the output depends on: for each axis of space the range from the first to the
  /// last sample that a tap reads, border taps among them; a circular border may thus ask for all of an axis.
  ///
  /// ``Plan/inputRegion`` says what a plan of the region reads: the same, or with Winograd's algorithm, whose tiles
  /// are computed whole to give the same bits, somewhat more.
  /// - Parameters:
  ///   - region: of the output, a range for each axis of space.
  ///   - shape: of the whole input, in `layout`.
  ///   - layout: of the input.
  /// - Throws: what ``outputShape(for:layout:)`` throws; `.rankMismatch` or `.invalidValue` for a region that the output
  ///   does not have.
  public func inputRegion(
    for region: [Range<Int>], of shape: [Int], layout: Layout = .channelsFirst
  ) throws(ConvolutionError) -> [Range<Int>] {
    let geometry = try geometry(for: shape, layout: layout)
    return zip(geometry.axes, try geometry.output.rectangle(region)).map { $0.samples(for: $1) }
      .suffix(rank)
  }

  /// Input, output and padding, checked against each other.
  func geometry(for shape: [Int], layout: Layout) throws(ConvolutionError) -> Geometry {
    let input = try ImageShape(checking: shape, rank: rank, layout: layout, argument: "input")
    try input.check(channels: inputChannels, of: shape)
    let amounts = try paddingAmounts(for: input.spatial)
    let axes = try (0..<rank).map { (axis) throws(ConvolutionError) in
      Axis(
        input: input.spatial[axis],
        output: try outputExtent(axis: axis, input: input.spatial[axis], padding: amounts[axis]),
        kernel: kernel[axis], stride: stride[axis], dilation: dilation[axis],
        padding: amounts[axis], border: border[axis])
    }
    let geometry = Geometry(
      layout: layout, images: input.images, groups: groups,
      inputChannels: inputChannels / groups, outputChannels: outputChannels / groups,
      axes: Array(repeating: .missing, count: 3 - rank) + axes, rank: rank)
    try geometry.output.checkSize(argument: "output")
    return geometry
  }

  private func outputExtent(
    axis: Int, input: Int, padding amount: PaddingAmount
  ) throws(ConvolutionError) -> Int {
    let padded = try Checked.add(
      Checked.add(input, amount.before, argument: "padding"), amount.after, argument: "padding")
    if input == 0, amount == .none { return 0 }
    let span = try kernelSpan(kernel: kernel[axis], dilation: dilation[axis])
    guard span <= padded else {
      throw ConvolutionError(
        .kernelLargerThanInput, argument: "kernel",
        received: "a span of \(span) on axis \(axis)",
        expected: "at most the padded input's \(padded) (\(input) and \(amount))")
    }
    guard input > 0 || border[axis].constantValue != nil else {
      throw ConvolutionError(
        .emptyAxis, argument: "border", received: "\(border[axis]) on axis \(axis), which is empty",
        expected: "a constant border, or an axis with samples to repeat")
    }
    return (padded - span) / stride[axis] + 1
  }
}

extension Geometry {
  /// Checks that what C counts in 32 bits fits.
  func checkExtents() throws(ConvolutionError) {
    for (index, axis) in axes.enumerated() {
      let entries = try Checked.multiply(axis.output, axis.kernel, argument: "input")
      for extent in [axis.input, axis.output, entries] where Int32(exactly: extent) == nil {
        throw ConvolutionError(
          .integerOverflow, argument: "input",
          received: "\(extent) on axis \(index - (3 - rank))",
          expected: "extents, and outputs times taps, that fit into 32 bits")
      }
      guard Int32(exactly: axis.padding.before) != nil else {
        throw ConvolutionError(
          .integerOverflow, argument: "padding",
          received: "\(axis.padding.before) border taps on axis \(index - (3 - rank))",
          expected: "a number that fits into 32 bits")
      }
    }
    let plane = input.spatial.reduce(1, *)
    guard Int32(exactly: plane) != nil else {
      throw ConvolutionError(
        .integerOverflow, argument: "input", received: "\(plane) samples a channel",
        expected: "samples a channel that fit into 32 bits")
    }
  }
}
