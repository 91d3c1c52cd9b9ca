/// A transposed layer whose number of axes of space is part of its name.
public protocol FixedRankTransposedLayer: TransposedLayer {
  static var rank: Int { get }
}

/// A transposed convolution over one axis of space: audio, sequences.
public final class TransposedConv1D: TransposedLayer, FixedRankTransposedLayer, @unchecked Sendable
{
  public static let rank = 1
}

/// A transposed convolution over two axes of space: pictures.
public final class TransposedConv2D: TransposedLayer, FixedRankTransposedLayer, @unchecked Sendable
{
  public static let rank = 2
}

/// A transposed convolution over three axes of space: volumes, video.
public final class TransposedConv3D: TransposedLayer, FixedRankTransposedLayer, @unchecked Sendable
{
  public static let rank = 3
}

extension FixedRankTransposedLayer {
  /// - Parameters:
  ///   - weights: I O/groups \*kernel, or as `weightOrder` says.
  ///   - weightOrder: the order of the axes of `weights`.
  ///   - bias: one value for each output channel.
  ///   - stride: the distance between what neighbouring inputs add to, in outputs.
  ///   - dilation: the distance between taps, in outputs.
  ///   - groups: channels are cut into as many runs; a run of outputs sees only its run of inputs.
  ///   - padding: what is left out of the full output.
  ///   - activation: what is applied to the sums.
  /// - Throws: `.rankMismatch`, `.nonPositiveSize`, `.shapeMismatch`, `.invalidValue`.
  public init(
    weights: Tensor, weightOrder: TransposedWeightOrder = .inputOutputKernel, bias: Tensor? = nil,
    stride: some PerAxis<Int> = 1, dilation: some PerAxis<Int> = 1, groups: Int = 1,
    padding: TransposedPadding = .valid, activation: Activation = .identity
  ) throws(ConvolutionError) {
    try self.init(
      rank: Self.rank, weights: weights, weightOrder: weightOrder, bias: bias, stride: stride,
      dilation: dilation, groups: groups, padding: padding, activation: activation)
  }
}
