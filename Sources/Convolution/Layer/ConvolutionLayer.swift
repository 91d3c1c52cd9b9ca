/// `y = activation(conv(pad(x), weights) + bias [+ residual])`, described and checked; it knows no input size.
///
/// What users write is ``Conv1D``, ``Conv2D`` or ``Conv3D``: this with the number of axes fixed. It never changes.
/// `conv` is cross-correlation, as in every neural-network library. `pad(x)` is never built. Weights are packed
/// for a kernel the first time a plan needs that kernel, and kept with the layer.
public class ConvolutionLayer: @unchecked Sendable {
  /// Axes of space: 1, 2 or 3.
  public let rank: Int
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
  ///   - rank: axes of space, 1, 2 or 3.
  ///   - weights: O I/groups \*kernel, or as `weightOrder` says.
  ///   - weightOrder: the order of the axes of `weights`.
  ///   - bias: one value for each output channel.
  ///   - stride: the distance between output samples, in input samples.
  ///   - dilation: the distance between taps, in input samples.
  ///   - groups: channels are cut into as many runs; a run of outputs sees only its run of inputs.
  ///   - padding: how many border taps there are.
  ///   - border: what they read.
  ///   - activation: what is applied to the sums.
  /// - Throws: `.rankMismatch`, `.nonPositiveSize`, `.shapeMismatch`, `.invalidValue`.
  public required init(
    rank: Int, weights: Tensor, weightOrder: WeightOrder = .outputInputKernel,
    bias: Tensor? = nil, stride: some PerAxis<Int> = 1, dilation: some PerAxis<Int> = 1,
    groups: Int = 1, padding: Padding = .valid, border: some PerAxis<Border> = .zeros,
    activation: Activation = .identity
  ) throws(ConvolutionError) {
    self.rank = try LayerArguments.rank(rank)
    self.stride = try stride.positiveValues(rank: rank, argument: "stride")
    self.dilation = try dilation.positiveValues(rank: rank, argument: "dilation")
    self.border = try border.values(rank: rank, argument: "border")
    try padding.checkCount(rank: rank)
    try LayerArguments.check(activation)
    let shape = try WeightShape(weights.shape, order: weightOrder, rank: rank, groups: groups)
    kernel = shape.kernel
    outputChannels = shape.groups * shape.outputChannels
    inputChannels = try Checked.multiply(shape.inputChannels, groups, argument: "groups")
    try LayerArguments.check(bias, outputChannels: outputChannels)
    self.groups = groups
    self.padding = padding
    self.activation = activation
    self.weights = try LayerWeights(
      weights, strides: shape.strides, outputChannels: outputChannels, bias: bias)
  }

  /// The transpose of a transposed layer: its gradient by its input.
  ///
  /// - Parameter amounts: of border taps, one an axis.
  init(
    transposing layer: TransposedLayer, amounts: [PaddingAmount]
  ) throws(ConvolutionError) {
    (rank, groups, kernel) = (layer.rank, layer.groups, layer.kernel)
    (stride, dilation) = (layer.stride, layer.dilation)
    (inputChannels, outputChannels) = (layer.outputChannels, layer.inputChannels)
    padding = .explicit(amounts)
    border = Array(repeating: .zeros, count: rank)
    activation = .identity
    weights = try layer.weights.transposed(outputChannels: outputChannels)
  }

  /// The same layer with another activation.
  init(_ layer: ConvolutionLayer, activation: Activation) {
    (rank, groups, kernel) = (layer.rank, layer.groups, layer.kernel)
    (stride, dilation) = (layer.stride, layer.dilation)
    (inputChannels, outputChannels) = (layer.inputChannels, layer.outputChannels)
    (padding, border) = (layer.padding, layer.border)
    self.activation = activation
    weights = layer.weights
  }
}

extension ConvolutionLayer: CustomStringConvertible {
  /// One line: `Conv2D 32 -> 32, kernel 4x1, stride 1x1, dilation 1x1, groups 1, same, identity`.
  public var description: String {
    "Conv\(rank)D \(inputChannels) -> \(outputChannels), kernel \(kernel.joinedByX), "
      + "stride \(stride.joinedByX), dilation \(dilation.joinedByX), groups \(groups), "
      + "\(padding), \(activation)"
  }
}
