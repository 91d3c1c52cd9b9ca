/// A depthwise convolution and a pointwise one on its output:
/// `y = activation(pointwise(depthwise(pad(x))) + bias [+ residual])`, without a bias or an activation between them.
///
/// What Keras calls SeparableConv1D and SeparableConv2D, written as ``SeparableConv1D`` or ``SeparableConv2D``. A plan
/// computes both at once: of the image between them a thread has no more than a box that stays in its cache. The bits are
/// those of the two layers one after the other.
public class SeparableLayer: @unchecked Sendable {
  /// Axes of space: 1, 2 or 3.
  public let rank: Int
  public let inputChannels: Int
  public let outputChannels: Int
  /// Channels between the layers for each input channel.
  public let depthMultiplier: Int
  package let pair: LayerPair

  /// The extents of the depthwise kernel window, one an axis, outermost first.
  public var kernel: [Int] { pair.first.kernel }
  public var stride: [Int] { pair.first.stride }
  public var dilation: [Int] { pair.first.dilation }
  public var padding: Padding { pair.first.padding }
  public var border: [Border] { pair.first.border }
  public var activation: Activation { pair.second.activation }

  /// With I input channels, M channels between the layers for each of them, and O output channels.
  ///
  /// - Parameters:
  ///   - rank: axes of space, 1, 2 or 3.
  ///   - depthwiseWeights: (I M) 1 \*kernel, or with the order `kernelInputOutput` \*kernel I M, as Keras has it.
  ///   - pointwiseWeights: O (I M) \*1, or with the order `kernelInputOutput` \*1 (I M) O.
  ///   - weightOrder: the order of the axes of both.
  ///   - depthMultiplier: M; nil: what Keras's order says, 1 in the other.
  ///   - bias: one value for each output channel.
  ///   - stride: the distance between output samples, in input samples.
  ///   - dilation: the distance between taps, in input samples.
  ///   - padding: how many border taps there are.
  ///   - border: what they read.
  ///   - activation: what is applied to the sums.
  /// - Throws: `.rankMismatch`, `.nonPositiveSize`, `.shapeMismatch`, `.invalidValue`.
  public required init(
    rank: Int, depthwiseWeights: Tensor, pointwiseWeights: Tensor,
    weightOrder: WeightOrder = .outputInputKernel, depthMultiplier: Int? = nil,
    bias: Tensor? = nil, stride: some PerAxis<Int> = 1, dilation: some PerAxis<Int> = 1,
    padding: Padding = .valid, border: some PerAxis<Border> = .zeros,
    activation: Activation = .identity
  ) throws(ConvolutionError) {
    self.rank = try LayerArguments.rank(rank)
    let shape = try SeparableWeightShape(
      depthwise: depthwiseWeights.shape, pointwise: pointwiseWeights.shape, order: weightOrder,
      multiplier: depthMultiplier, rank: rank)
    pair = LayerPair(
      first: try ConvolutionLayer(
        rank: rank, weights: Tensor(copying: depthwiseWeights.span, shape: shape.depthwise),
        weightOrder: weightOrder, stride: stride, dilation: dilation, groups: shape.inputChannels,
        padding: padding, border: border),
      second: try ConvolutionLayer(
        rank: rank, weights: pointwiseWeights, weightOrder: weightOrder, bias: bias,
        activation: activation))
    inputChannels = shape.inputChannels
    outputChannels = pair.second.outputChannels
    self.depthMultiplier = pair.first.outputChannels / inputChannels
  }
}

extension SeparableLayer: CustomStringConvertible {
  /// One line: `SeparableConv2D 32 -> 64, kernel 3x3, stride 1x1, dilation 1x1, multiplier 1, same, relu`.
  public var description: String {
    "SeparableConv\(rank)D \(inputChannels) -> \(outputChannels), kernel \(kernel.joinedByX), "
      + "stride \(stride.joinedByX), dilation \(dilation.joinedByX), "
      + "multiplier \(depthMultiplier), \(padding), \(activation)"
  }
}

extension SeparableLayer {
  /// How many border taps there are on which side of each axis, for an input of `spatial` samples an axis.
  ///
  /// - Throws: `.rankMismatch`, `.nonPositiveSize`, `.stridedTorchSame`, `.integerOverflow`.
  public func paddingAmounts(for spatial: [Int]) throws(ConvolutionError) -> [PaddingAmount] {
    try pair.first.paddingAmounts(for: spatial)
  }

  /// The shape of the output for an input of `shape`, both in `layout`.
  ///
  /// - Throws: what ``ConvolutionLayer/outputShape(for:layout:)`` throws.
  public func outputShape(
    for shape: [Int], layout: Layout = .channelsFirst
  ) throws(ConvolutionError) -> [Int] {
    try pair.outputShape(for: shape, layout: layout)
  }

  /// The part of the input that a part of the output depends on; see
  /// ``ConvolutionLayer/inputRegion(for:of:layout:)``.
  ///
  /// - Throws: what ``outputShape(for:layout:)`` throws; `.rankMismatch` or `.invalidValue` for a region that the output
  ///   does not have.
  public func inputRegion(
    for region: [Range<Int>], of shape: [Int], layout: Layout = .channelsFirst
  ) throws(ConvolutionError) -> [Range<Int>] {
    try pair.inputRegion(for: region, of: shape, layout: layout)
  }
}
