/// A separable layer whose number of axes of space is part of its name.
public protocol FixedRankSeparableLayer: SeparableLayer {
  static var rank: Int { get }
}

/// A separable convolution over one axis of space: audio, sequences.
public final class SeparableConv1D: SeparableLayer, FixedRankSeparableLayer, @unchecked Sendable {
  public static let rank = 1
}

/// A separable convolution over two axes of space: pictures.
public final class SeparableConv2D: SeparableLayer, FixedRankSeparableLayer, @unchecked Sendable {
  public static let rank = 2
}

extension FixedRankSeparableLayer {
  /// With I input channels, M channels between the layers for each of them, and O output channels.
  ///
  /// - Parameters:
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
  public init(
    depthwiseWeights: Tensor, pointwiseWeights: Tensor,
    weightOrder: WeightOrder = .outputInputKernel, depthMultiplier: Int? = nil,
    bias: Tensor? = nil, stride: some PerAxis<Int> = 1, dilation: some PerAxis<Int> = 1,
    padding: Padding = .valid, border: some PerAxis<Border> = .zeros,
    activation: Activation = .identity
  ) throws(ConvolutionError) {
    try self.init(
      rank: Self.rank, depthwiseWeights: depthwiseWeights, pointwiseWeights: pointwiseWeights,
      weightOrder: weightOrder, depthMultiplier: depthMultiplier, bias: bias, stride: stride,
      dilation: dilation, padding: padding, border: border, activation: activation)
  }
}
