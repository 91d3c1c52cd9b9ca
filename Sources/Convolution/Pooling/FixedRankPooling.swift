/// Pooling whose number of axes of space is part of its name.
public protocol FixedRankPooling: PoolingLayer {
  static var rank: Int { get }
}

/// Pooling over one axis of space: audio, sequences.
public final class Pool1D: PoolingLayer, FixedRankPooling, @unchecked Sendable {
  public static let rank = 1
}

/// Pooling over two axes of space: pictures.
public final class Pool2D: PoolingLayer, FixedRankPooling, @unchecked Sendable {
  public static let rank = 2
}

/// Pooling over three axes of space: volumes, video.
public final class Pool3D: PoolingLayer, FixedRankPooling, @unchecked Sendable {
  public static let rank = 3
}

extension FixedRankPooling {
  /// - Parameters:
  ///   - kind: what a window comes to.
  ///   - kernel: the extents of the window.
  ///   - stride: the distance between windows, in input samples; nil: the kernel, so that they do not overlap.
  ///   - dilation: the distance between taps, in input samples.
  ///   - padding: how many border taps there are; no amount may be negative.
  ///   - ceilMode: whether a last window may end beyond the padding: PyTorch's and ONNX's `ceil_mode`. It must begin in
  ///     the input or in the padding before it.
  /// - Throws: `.rankMismatch`, `.nonPositiveSize`, `.invalidValue`, `.integerOverflow` for extents beyond 32 bits.
  public init(
    _ kind: PoolingLayer.Kind, kernel: some PerAxis<Int>,
    stride: (some PerAxis<Int>)? = Int?.none, dilation: some PerAxis<Int> = 1,
    padding: Padding = .valid, ceilMode: Bool = false
  ) throws(ConvolutionError) {
    try self.init(
      rank: Self.rank, kind, kernel: kernel, stride: stride, dilation: dilation, padding: padding,
      ceilMode: ceilMode)
  }

  /// Global pooling: one window, all of the input.
  ///
  /// - Throws: `.invalidValue`.
  public init(global kind: PoolingLayer.Kind) throws(ConvolutionError) {
    try self.init(rank: Self.rank, global: kind)
  }
}
