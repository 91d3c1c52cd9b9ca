/// A layer whose number of axes of space is part of its name.
public protocol FixedRankLayer: ConvolutionLayer {
  static var rank: Int { get }
}

/// A convolution over one axis of space: audio, sequences.
public final class Conv1D: ConvolutionLayer, FixedRankLayer, @unchecked Sendable {
  public static let rank = 1
}

/// A convolution over two axes of space: pictures.
public final class Conv2D: ConvolutionLayer, FixedRankLayer, @unchecked Sendable {
  public static let rank = 2
}

/// A convolution over three axes of space: volumes, video.
public final class Conv3D: ConvolutionLayer, FixedRankLayer, @unchecked Sendable {
  public static let rank = 3
}

extension FixedRankLayer {
  /// - Parameters:
  ///   - weights: O I/groups \*kernel, or as `weightOrder` says.
  ///   - weightOrder: the order of the axes of `weights`.
  ///   - bias: one value for each output channel.
  ///   - stride: the distance between output samples, in input samples.
  ///   - dilation: the distance between taps, in input samples.
  ///   - groups: channels are cut into as many runs; a run of outputs sees only its run of inputs.
  ///   - padding: how many border taps there are.
  ///   - border: what they read.
  ///   - activation: what is applied to the sums.
  /// - Throws: `.rankMismatch`, `.nonPositiveSize`, `.shapeMismatch`.
  public init(
    weights: Tensor, weightOrder: WeightOrder = .outputInputKernel, bias: Tensor? = nil,
    stride: some PerAxis<Int> = 1, dilation: some PerAxis<Int> = 1, groups: Int = 1,
    padding: Padding = .valid, border: some PerAxis<Border> = .zeros,
    activation: Activation = .identity
  ) throws(ConvolutionError) {
    try self.init(
      rank: Self.rank, weights: weights, weightOrder: weightOrder, bias: bias, stride: stride,
      dilation: dilation, groups: groups, padding: padding, border: border, activation: activation)
  }
}
