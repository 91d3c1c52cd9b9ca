/// The transpose of a convolution: every input sample adds its weights, times itself, to the outputs that a convolution of
/// the same settings would have read for it. `y = activation(transposedConv(x, weights) + bias [+ residual])`.
///
/// What Keras calls Conv2DTranspose and PyTorch ConvTranspose2d: decoders, upsampling, and the gradient of a convolution by
/// its input. Written as ``TransposedConv1D``, ``TransposedConv2D`` or ``TransposedConv3D``. No zeros are put between or
/// around samples: the outputs whose indices have the same remainders by the strides are an ordinary convolution of their
/// own with a part of the taps, and a plan computes these phases side by side.
public class TransposedLayer: @unchecked Sendable {
  /// Axes of space: 1, 2 or 3.
  public let rank: Int
  /// Input channels of all groups.
  public let inputChannels: Int
  /// Output channels of all groups.
  public let outputChannels: Int
  public let groups: Int
  /// The extents of the kernel, one an axis, outermost first.
  public let kernel: [Int]
  public let stride: [Int]
  public let dilation: [Int]
  public let padding: TransposedPadding
  public let activation: Activation
  let weights: LayerWeights

  /// - Parameters:
  ///   - rank: axes of space, 1, 2 or 3.
  ///   - weights: I O/groups \*kernel, or as `weightOrder` says.
  ///   - weightOrder: the order of the axes of `weights`.
  ///   - bias: one value for each output channel.
  ///   - stride: the distance between what neighbouring inputs add to, in outputs.
  ///   - dilation: the distance between taps, in outputs.
  ///   - groups: channels are cut into as many runs; a run of outputs sees only its run of inputs.
  ///   - padding: what is left out of the full output.
  ///   - activation: what is applied to the sums.
  /// - Throws: `.rankMismatch`, `.nonPositiveSize`, `.shapeMismatch`, `.invalidValue`.
  public required init(
    rank: Int, weights: Tensor, weightOrder: TransposedWeightOrder = .inputOutputKernel,
    bias: Tensor? = nil, stride: some PerAxis<Int> = 1, dilation: some PerAxis<Int> = 1,
    groups: Int = 1, padding: TransposedPadding = .valid, activation: Activation = .identity
  ) throws(ConvolutionError) {
    self.rank = try LayerArguments.rank(rank)
    self.stride = try stride.positiveValues(rank: rank, argument: "stride")
    self.dilation = try dilation.positiveValues(rank: rank, argument: "dilation")
    try padding.check(rank: rank)
    try LayerArguments.check(activation)
    let shape = try TransposedWeightShape(
      weights.shape, order: weightOrder, rank: rank, groups: groups)
    kernel = shape.kernel
    inputChannels = shape.groups * shape.inputChannels
    outputChannels = try Checked.multiply(shape.outputChannels, groups, argument: "groups")
    try LayerArguments.check(bias, outputChannels: outputChannels)
    self.groups = groups
    self.padding = padding
    self.activation = activation
    self.weights = try LayerWeights(
      weights, strides: shape.strides, outputChannels: outputChannels, bias: bias)
  }

  /// The transpose of a convolution: its gradient by its input.
  ///
  /// - Parameter amounts: what is left out, one an axis.
  init(
    transposing layer: ConvolutionLayer, amounts: [PaddingAmount]
  ) throws(ConvolutionError) {
    (rank, groups, kernel) = (layer.rank, layer.groups, layer.kernel)
    (stride, dilation) = (layer.stride, layer.dilation)
    (inputChannels, outputChannels) = (layer.outputChannels, layer.inputChannels)
    padding = .explicit(amounts)
    activation = .identity
    weights = try layer.weights.transposed(outputChannels: outputChannels)
  }

  /// The same layer with another activation.
  init(_ layer: TransposedLayer, activation: Activation) {
    (rank, groups, kernel) = (layer.rank, layer.groups, layer.kernel)
    (stride, dilation) = (layer.stride, layer.dilation)
    (inputChannels, outputChannels) = (layer.inputChannels, layer.outputChannels)
    padding = layer.padding
    self.activation = activation
    weights = layer.weights
  }
}

/// The order of the axes of a transposed layer's weights. O is the number of output channels of one group.
public enum TransposedWeightOrder: Sendable {
  /// I O \*kernel: PyTorch, ONNX.
  case inputOutputKernel
  /// \*kernel O I: TensorFlow, Keras.
  case kernelOutputInput
}

extension TransposedLayer: CustomStringConvertible {
  /// One line: `TransposedConv2D 32 -> 16, kernel 4x4, stride 2x2, dilation 1x1, groups 1, same, identity`.
  public var description: String {
    "TransposedConv\(rank)D \(inputChannels) -> \(outputChannels), kernel \(kernel.joinedByX), "
      + "stride \(stride.joinedByX), dilation \(dilation.joinedByX), groups \(groups), "
      + "\(padding), \(activation)"
  }
}
