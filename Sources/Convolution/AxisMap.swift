/// One axis of a convolution, padding and border resolved to data: output index x tap index -> input index.
struct AxisMap {
  /// What a map holds where a tap reads the border's constant.
  static let constant: Int32 = -1

  let input, output, kernel, stride, dilation, before: Int
  let border: Border

  /// An axis that the layer does not have: one sample, one tap.
  static let missing = AxisMap(
    input: 1, output: 1, kernel: 1, stride: 1, dilation: 1, before: 0, border: .zeros)

  /// What a `constant` tap reads.
  var constantValue: Float { border.constantValue ?? 0 }

  /// The outputs whose taps all lie inside the input.
  var inside: Range<Int> {
    let first = min(before > 0 ? (before - 1) / stride + 1 : 0, output)
    let last = (input + before - dilation * (kernel - 1) - 1)
    return first..<max(last < 0 ? 0 : min(last / stride + 1, output), first)
  }

  /// The taps of all outputs that lie inside the input.
  var insideTaps: Int {
    (0..<kernel).reduce(0) { count, tap in
      let first = tap * dilation - before
      let begin = first < 0 ? (-first - 1) / stride + 1 : 0
      let end = first < input ? min((input - 1 - first) / stride + 1, output) : 0
      return count + max(end - begin, 0)
    }
  }

  /// The entries of the map: a row of `kernel` that all outputs inside share, and one for every other output.
  var count: Int { (1 + output - inside.count) * kernel }

  /// Writes the map: the distances of an inside output's taps from its first one; then for every output that is not
  /// inside and every tap an index below `input`, or `constant`.
  ///
  /// - Precondition: `buffer` has `count` elements; `output` is what the other extents give, and the input extent is
  ///   positive unless the border is a constant.
  func write(to buffer: UnsafeMutableBufferPointer<Int32>) {
    guard var row = buffer.baseAddress else { return }
    for tap in 0..<kernel { row[tap] = Int32(truncatingIfNeeded: tap * dilation) }
    for outputs in [0..<inside.lowerBound, inside.upperBound..<output] {
      for index in outputs {
        row += kernel
        for tap in 0..<kernel {
          let sample = border.sample(at: index * stride - before + tap * dilation, extent: input)
          row[tap] = sample.map { Int32(truncatingIfNeeded: $0) } ?? Self.constant
        }
      }
    }
  }

  /// The map as an array.
  var indices: [Int32] {
    [Int32](unsafeUninitializedCapacity: count) { buffer, initialized in
      write(to: UnsafeMutableBufferPointer(rebasing: buffer[..<count]))
      initialized = count
    }
  }
}
