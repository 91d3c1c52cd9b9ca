import Convolution

/// A window of taps on an input, one number an axis of space each.
struct Window {
  /// Extents.
  let input, kernel: [Int]
  let stride, dilation: [Int]
  /// Samples that the taps span: d(k - 1) + 1.
  let span: [Int]

  /// - Parameter input: the extents of the axes of space.
  /// - Throws: `.rankMismatch`, `.integerOverflow`.
  init(
    input: [Int], kernel: some PerAxis<Int>, stride: some PerAxis<Int> = 1,
    dilation: some PerAxis<Int> = 1
  ) throws(ConvolutionError) {
    let rank = input.count
    guard (1...3).contains(rank) else {
      throw ConvolutionError(
        .rankMismatch, argument: "--input", received: "\(rank) extents", expected: "1, 2 or 3")
    }
    self.input = input
    self.kernel = try kernel.values(rank: rank, argument: "--kernel")
    self.stride = try stride.values(rank: rank, argument: "--stride")
    self.dilation = try dilation.values(rank: rank, argument: "--dilation")
    span = try zip(self.kernel, self.dilation).map { (kernel, dilation) throws(ConvolutionError) in
      try Checked.add(
        Checked.multiply(dilation, kernel - 1, argument: "--dilation"), 1, argument: "--dilation")
    }
  }

  var rank: Int { input.count }

  /// The weights and dilation of a layer of this span: two taps so far apart stand for all of them, and no weights of
  /// the kernel's size are needed.
  ///
  /// - Throws: `.outOfMemory`.
  func taps() throws(ConvolutionError) -> (weights: Tensor, dilation: [Int]) {
    (try Tensor(shape: [1, 1] + span.map { min($0, 2) }), span.map { max($0 - 1, 1) })
  }
}
