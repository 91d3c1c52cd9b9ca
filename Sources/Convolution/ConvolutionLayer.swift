import CConvolution

/// A convolution over one axis of space: audio, sequences.
public typealias Conv1D = ConvolutionLayer<1>
/// A convolution over two axes of space: pictures.
public typealias Conv2D = ConvolutionLayer<2>
/// A convolution over three axes of space: volumes, video.
public typealias Conv3D = ConvolutionLayer<3>

/// The order of the axes of a weight tensor. I is the number of input channels of one group.
public enum WeightOrder: Sendable {
  /// O I \*kernel: PyTorch, ONNX.
  case outputInputKernel
  /// \*kernel I O: TensorFlow, Keras. A Keras depthwise kernel (\*kernel I M) is this order with the shape
  /// \*kernel 1 (I M) and as many groups as input channels.
  case kernelInputOutput
}

/// `y = activation(conv(pad(x), weights) + bias [+ residual])`, described and checked; it knows no input size.
///
/// `conv` is cross-correlation, as in every neural-network library. `pad(x)` is never built. Weights are packed
/// for a kernel the first time a plan needs that kernel, and kept with the layer, which copies of it share.
public struct ConvolutionLayer<let rank: Int>: Sendable {
  /// Input channels of all groups.
  public let inputChannels: Int
  /// Output channels of all groups.
  public let outputChannels: Int
  public let groups: Int
  /// The extents of the kernel window, one an axis, outermost first.
  public let kernel: [Int]
  public let stride: [Int]
  public let dilation: [Int]
  public let padding: Padding
  public let border: [Border]
  public let activation: Activation
  let weights: LayerWeights

  /// - Parameters:
  ///   - weights: O I/groups \*kernel, or as `weightOrder` says.
  ///   - weightOrder: the order of the axes of `weights`.
  ///   - bias: one value for each output channel.
  ///   - stride: the distance between output samples, in input samples.
  ///   - dilation: the distance between taps, in input samples.
  ///   - groups: channels are cut into as many runs; a run of outputs sees only its run of inputs.
  ///   - padding: how many border taps there are.
  ///   - border: what they read.
  /// - Throws: `.rankMismatch`, `.nonPositiveSize`, `.shapeMismatch`.
  public init(
    weights: Tensor, weightOrder: WeightOrder = .outputInputKernel, bias: Tensor? = nil,
    stride: PerAxis<Int> = 1, dilation: PerAxis<Int> = 1, groups: Int = 1,
    padding: Padding = .valid, border: PerAxis<Border> = .zeros, activation: Activation = .identity
  ) throws(ConvolutionError) {
    self.stride = try Self.positive(stride, argument: "stride")
    self.dilation = try Self.positive(dilation, argument: "dilation")
    self.border = try border.resolved(rank: rank, argument: "border")
    if case .explicit(let amounts) = padding, amounts.count != 1, amounts.count != rank {
      throw ConvolutionError(
        .rankMismatch, argument: "padding", received: "\(amounts.count) amounts",
        expected: "1 or \(rank), one for each axis of space")
    }
    if case .clip(let minimum, let maximum) = activation, !(minimum <= maximum) {
      throw ConvolutionError(
        .invalidValue, argument: "activation", received: "clip(\(minimum), \(maximum))",
        expected: "a minimum that is not above the maximum")
    }
    guard weights.shape.count == rank + 2 else {
      throw ConvolutionError(
        .rankMismatch, argument: "weights", received: "shape \(weights.shape)",
        expected:
          "\(rank + 2) axes: output channels, input channels / groups and \(rank) of the kernel")
    }
    if let extent = weights.shape.first(where: { $0 < 1 }) {
      throw ConvolutionError(
        .nonPositiveSize, argument: "weights", received: "\(extent) in shape \(weights.shape)",
        expected: "only positive extents")
    }
    guard groups > 0 else {
      throw ConvolutionError(
        .nonPositiveSize, argument: "groups", received: "\(groups)", expected: "at least 1")
    }
    let groupInputChannels: Int
    switch weightOrder {
    case .outputInputKernel:
      outputChannels = weights.shape[0]
      groupInputChannels = weights.shape[1]
      kernel = Array(weights.shape[2...])
    case .kernelInputOutput:
      kernel = Array(weights.shape[..<rank])
      groupInputChannels = weights.shape[rank]
      outputChannels = weights.shape[rank + 1]
    }
    guard outputChannels.isMultiple(of: groups) else {
      throw ConvolutionError(
        .shapeMismatch, argument: "groups", received: "\(groups)",
        expected: "a divisor of the \(outputChannels) output channels")
    }
    inputChannels = try Checked.multiply(groupInputChannels, groups, argument: "groups")
    if let bias, bias.shape != [outputChannels] {
      throw ConvolutionError(
        .shapeMismatch, argument: "bias", received: "shape \(bias.shape)",
        expected: "[\(outputChannels)], one value for each output channel")
    }
    self.groups = groups
    self.padding = padding
    self.activation = activation
    self.weights = try LayerWeights(
      weights, order: weightOrder, bias: bias, groups: groups,
      outputChannels: outputChannels / groups, inputChannels: groupInputChannels, kernel: kernel)
  }

  private static func positive(
    _ values: PerAxis<Int>, argument: String
  ) throws(ConvolutionError) -> [Int] {
    let values = try values.resolved(rank: rank, argument: argument)
    if let value = values.first(where: { $0 < 1 }) {
      throw ConvolutionError(
        .nonPositiveSize, argument: argument, received: "\(value)", expected: "at least 1")
    }
    return values
  }
}

// MARK: - Shapes

extension ConvolutionLayer {
  /// How many border taps there are on which side of each axis, for an input of `spatial` samples an axis.
  ///
  /// - Throws: `.rankMismatch`, `.nonPositiveSize`, `.stridedTorchSame`, `.integerOverflow`.
  public func paddingAmounts(for spatial: [Int]) throws(ConvolutionError) -> [PaddingAmount] {
    guard spatial.count == rank else {
      throw ConvolutionError(
        .rankMismatch, argument: "spatial", received: "\(spatial)",
        expected: "\(rank) extents, one for each axis of space")
    }
    var amounts: [PaddingAmount] = []
    for axis in 0..<rank {
      guard spatial[axis] >= 0 else {
        throw ConvolutionError(
          .nonPositiveSize, argument: "spatial", received: "\(spatial)",
          expected: "no negative extent")
      }
      amounts.append(
        try padding.amount(
          input: spatial[axis], kernel: kernel[axis], stride: stride[axis],
          dilation: dilation[axis],
          axis: axis))
    }
    return amounts
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

  /// Input, output and padding, checked against each other.
  func geometry(for shape: [Int], layout: Layout) throws(ConvolutionError) -> Geometry {
    guard shape.count == rank + 2 else {
      throw ConvolutionError(
        .rankMismatch, argument: "input", received: "shape \(shape)",
        expected: "\(rank + 2) axes: "
          + (layout == .channelsFirst ? "N C and \(rank) of space" : "N, \(rank) of space and C"))
    }
    if let extent = shape.first(where: { $0 < 0 }) {
      throw ConvolutionError(
        .nonPositiveSize, argument: "input", received: "\(extent) in shape \(shape)",
        expected: "no negative extent")
    }
    let input = ImageShape(shape, layout: layout)
    guard input.channels == inputChannels else {
      throw ConvolutionError(
        .shapeMismatch, argument: "input", received: "\(input.channels) channels in shape \(shape)",
        expected: "\(inputChannels), the weights' input channels times groups")
    }
    try input.checkSize(argument: "input")
    let amounts = try paddingAmounts(for: input.spatial)
    var spatial: [Int] = []
    for axis in 0..<rank {
      spatial.append(
        try outputExtent(axis: axis, input: input.spatial[axis], padding: amounts[axis]))
    }
    let output = ImageShape(images: input.images, channels: outputChannels, spatial: spatial)
    try output.checkSize(argument: "output")
    return Geometry(layout: layout, input: input, output: output, padding: amounts)
  }

  private func outputExtent(
    axis: Int, input: Int, padding amount: PaddingAmount
  ) throws(ConvolutionError) -> Int {
    let padded = try Checked.add(
      Checked.add(input, amount.before, argument: "padding"), amount.after, argument: "padding")
    if input == 0, amount == PaddingAmount(before: 0, after: 0) { return 0 }
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

/// Input, output and padding of one layer on one input shape.
struct Geometry {
  var layout: Layout
  var input: ImageShape
  var output: ImageShape
  var padding: [PaddingAmount]
}

// MARK: - Running in one line

extension ConvolutionLayer {
  /// Plans for `x` and runs.
  ///
  /// - Parameters:
  ///   - x: N C \*spatial or N \*spatial C, as its layout says.
  ///   - residual: added before the activation; of the output's shape and layout.
  ///   - threads: at most so many; nil: as many as the machine has cores.
  ///   - accuracy: what may be done to the order of the sums.
  /// - Returns: a tensor of the same layout.
  /// - Throws: what ``plan(for:layout:threads:accuracy:algorithm:instructionSet:maximumPackedBytes:region:)`` throws, `.shapeMismatch` for a residual that does not fit.
  public func callAsFunction(
    _ x: Tensor, residual: Tensor? = nil, threads: Int? = nil, accuracy: Accuracy = .standard
  ) throws(ConvolutionError) -> Tensor {
    try plan(for: x.shape, layout: x.layout, threads: threads, accuracy: accuracy)
      .run(x, residual: residual)
  }

  /// Plans for `x` and runs on threads outside Swift's cooperative pool, which stays free.
  ///
  /// - Throws: as the synchronous form.
  public func callAsFunction(
    _ x: Tensor, residual: Tensor? = nil, threads: Int? = nil, accuracy: Accuracy = .standard
  ) async throws(ConvolutionError) -> Tensor {
    try await plan(for: x.shape, layout: x.layout, threads: threads, accuracy: accuracy)
      .run(x, residual: residual)
  }
}
