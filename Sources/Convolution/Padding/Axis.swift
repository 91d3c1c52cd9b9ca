/// One axis of space of a convolution on one input: everything that padding, border and shapes come to.
///
/// A layer is normalised to three of them, depth, height and width; one that it does not have is ``missing``.
struct Axis: Hashable {
  /// Extents.
  let input, output, kernel: Int
  let stride, dilation: Int
  let padding: PaddingAmount
  let border: Border

  /// An axis that the layer does not have: one sample, one tap.
  static let missing = Axis(
    input: 1, output: 1, kernel: 1, stride: 1, dilation: 1, padding: .none, border: .zeros)

  /// Where a tap of an output lies, 0 being the input's first sample.
  func position(output: Int, tap: Int) -> Int {
    output * stride - padding.before + tap * dilation
  }

  /// The outputs whose taps all lie inside the input.
  var inside: Range<Int> {
    let first = min(padding.before > 0 ? (padding.before - 1) / stride + 1 : 0, output)
    let last = input + padding.before - dilation * (kernel - 1) - 1
    return first..<max(last < 0 ? 0 : min(last / stride + 1, output), first)
  }

  /// The input samples that the taps of `outputs` read, as one range from the first to the last of them; through the
  /// border too, so that a circular one may ask for all of the axis.
  func samples(for outputs: Range<Int>) -> Range<Int> {
    var positions: [Int] = []
    let inner = inside.clamped(to: outputs)
    if !inner.isEmpty {
      positions = [
        position(output: inner.lowerBound, tap: 0),
        position(output: inner.upperBound - 1, tap: kernel - 1),
      ]
    }
    for output in outputs where !inside.contains(output) {
      positions += (0..<kernel).compactMap {
        border.sample(at: position(output: output, tap: $0), extent: input)
      }
    }
    guard let first = positions.min(), let last = positions.max() else { return 0..<0 }
    return first..<last + 1
  }
}

// MARK: - The map that C reads

extension Axis {
  /// What the map holds where a tap reads the border's constant.
  static let constant: Int32 = -1

  /// What such a tap reads.
  var constantValue: Float { border.constantValue ?? 0 }

  /// The entries of the map, output index x tap index -> input index: a row of `kernel` that all outputs inside share,
  /// and one for every other output.
  var mapCount: Int { (1 + output - inside.count) * kernel }

  /// Writes the map: the distances of an inside output's taps from its first one; then for every output that is not
  /// inside and every tap an index below `input`, or `constant`.
  ///
  /// - Precondition: `buffer` has `mapCount` elements; `output` is what the other extents give, and the input extent is
  ///   positive unless the border is a constant.
  func writeMap(to buffer: UnsafeMutableBufferPointer<Int32>) {
    guard var row = buffer.baseAddress else { return }
    for tap in 0..<kernel { row[tap] = Int32(truncatingIfNeeded: tap * dilation) }
    for outputs in [0..<inside.lowerBound, inside.upperBound..<output] {
      for index in outputs {
        row += kernel
        for tap in 0..<kernel {
          let sample = border.sample(at: position(output: index, tap: tap), extent: input)
          row[tap] = sample.map { Int32(truncatingIfNeeded: $0) } ?? Self.constant
        }
      }
    }
  }
}
