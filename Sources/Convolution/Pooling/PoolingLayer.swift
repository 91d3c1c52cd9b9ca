/// What each window of each channel comes to: its largest sample, its mean or its norm. It knows no input size.
///
/// What users write is ``Pool1D``, ``Pool2D`` or ``Pool3D``: this with the number of axes fixed. It never changes.
/// `pad(x)` is never built: a tap of the border is left out.
public class PoolingLayer: @unchecked Sendable {
  /// What a window comes to.
  public enum Kind: Sendable, Hashable {
    /// The largest sample. The border never is; a NaN counts as larger than any sample.
    case max
    /// The sum of the samples, divided by their number or, with `countsPadding`, by that of the taps within the padded
    /// input: PyTorch's and ONNX's `count_include_pad`.
    case average(countsPadding: Bool = false)
    /// The norm (sum |x|^p)^(1/p), p at least 1: ONNX's `LpPool`.
    case lp(Int)
  }

  /// Axes of space: 1, 2 or 3.
  public let rank: Int
  public let kind: Kind
  /// The extents of the window, one an axis, outermost first; nil: all of the input.
  public let kernel: [Int]?
  public let stride: [Int]
  public let dilation: [Int]
  public let padding: Padding
  /// Whether a last window counts that begins in the input, or in the padding before it, and ends beyond the padding.
  public let ceilMode: Bool

  /// - Parameters:
  ///   - rank: axes of space, 1, 2 or 3.
  ///   - kind: what a window comes to.
  ///   - kernel: the extents of the window.
  ///   - stride: the distance between windows, in input samples; nil: the kernel, so that they do not overlap.
  ///   - dilation: the distance between taps, in input samples.
  ///   - padding: how many border taps there are; no amount may be negative.
  ///   - ceilMode: whether a last window may end beyond the padding: PyTorch's and ONNX's `ceil_mode`. It must begin in
  ///     the input or in the padding before it.
  /// - Throws: `.rankMismatch`, `.nonPositiveSize`, `.invalidValue`, `.integerOverflow` for extents beyond 32 bits.
  public required init(
    rank: Int, _ kind: Kind, kernel: some PerAxis<Int>, stride: (some PerAxis<Int>)? = Int?.none,
    dilation: some PerAxis<Int> = 1, padding: Padding = .valid, ceilMode: Bool = false
  ) throws(ConvolutionError) {
    self.rank = try LayerArguments.rank(rank)
    self.kind = try kind.checked()
    let kernel = try kernel.positiveValues(rank: rank, argument: "kernel")
    self.kernel = kernel
    self.stride = try stride?.positiveValues(rank: rank, argument: "stride") ?? kernel
    self.dilation = try dilation.positiveValues(rank: rank, argument: "dilation")
    try padding.checkCount(rank: rank)
    if case .explicit(let amounts) = padding,
      let amount = amounts.first(where: { $0.before < 0 || $0.after < 0 })
    {
      throw ConvolutionError(
        .invalidValue, argument: "padding", received: "\(amount)", expected: "no negative amount")
    }
    self.padding = padding
    self.ceilMode = ceilMode
    for (values, argument) in [
      (kernel, "kernel"), (self.stride, "stride"), (self.dilation, "dilation"),
    ] {
      guard values.allSatisfy({ Int32(exactly: $0) != nil }) else {
        throw ConvolutionError(
          .integerOverflow, argument: argument, received: "\(values)",
          expected: "numbers that fit into 32 bits")
      }
    }
  }

  /// Global pooling: one window, all of the input.
  ///
  /// - Throws: `.rankMismatch`, `.invalidValue`.
  public required init(rank: Int, global kind: Kind) throws(ConvolutionError) {
    self.rank = try LayerArguments.rank(rank)
    self.kind = try kind.checked()
    kernel = nil
    stride = Array(repeating: 1, count: rank)
    dilation = stride
    padding = .valid
    ceilMode = false
  }
}

extension PoolingLayer.Kind {
  fileprivate func checked() throws(ConvolutionError) -> Self {
    guard case .lp(let power) = self, !(1...Int(Int32.max)).contains(power) else { return self }
    throw ConvolutionError(
      .invalidValue, argument: "kind", received: "\(self)",
      expected: "a power from 1 on, in 32 bits")
  }
}

extension PoolingLayer.Kind: CustomStringConvertible {
  public var description: String {
    switch self {
    case .max: "max"
    case .average(let countsPadding): countsPadding ? "average with padding" : "average"
    case .lp(let power): "lp \(power)"
    }
  }
}

extension PoolingLayer: CustomStringConvertible {
  /// One line: `Pool2D max, kernel 3x3, stride 2x2, dilation 1x1, 1,1, floor`; or `Pool2D max, global`.
  public var description: String {
    guard let kernel else { return "Pool\(rank)D \(kind), global" }
    return "Pool\(rank)D \(kind), kernel \(kernel.joinedByX), stride \(stride.joinedByX), "
      + "dilation \(dilation.joinedByX), \(padding), \(ceilMode ? "ceil" : "floor")"
  }
}
