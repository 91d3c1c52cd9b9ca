@_spi(Tools) import Convolution

/// Which samples along an axis of an input an output reads: output o those from (o step + first) / parts, rounded down, to
/// (o step + last) / parts, rounded up, border taps among them.
struct Reach {
  /// Input samples from one output to the next are step / parts.
  var step = 1
  var parts = 1
  var first = 0
  var last = 0
  /// What is read outside.
  var border: Border = .zeros

  /// Of a window that begins so many samples before the axis.
  static func window(span: Int, stride: Int, before: Int, border: Border = .zeros) -> Reach {
    Reach(step: stride, first: -before, last: span - 1 - before, border: border)
  }

  func samples(for output: Int) -> ClosedRange<Int> {
    let (first, last) = (output * step + first, output * step + last)
    return first.dividedDown(by: parts)...max(
      -(-last).dividedDown(by: parts), first.dividedDown(by: parts))
  }
}

/// An axis of an image of which a part is at hand.
struct AxisPart: Equatable {
  /// Samples of the whole axis, and of the part.
  let whole, extent: Int
  /// The sample of the whole axis that the part begins with.
  let offset: Int
  /// The samples of the whole axis that the part has as the whole has them; others follow from borders that only the part
  /// has.
  let valid: Range<Int>
}

extension AxisPart {
  /// What an operator makes of the part.
  ///
  /// - Parameters:
  ///   - reach: of the operator on the whole axis, and on the part.
  ///   - outputs: extents of the whole result, and of that of the part.
  /// - Returns: nil where outputs of the part lie between those of the whole.
  func through(
    _ reach: (whole: Reach, part: Reach), outputs: (whole: Int, part: Int)
  ) -> AxisPart? {
    let distance = offset * reach.whole.parts + reach.part.first - reach.whole.first
    guard distance.isMultiple(of: reach.whole.step) else { return nil }
    let offset = distance / reach.whole.step
    var low = max(offset, 0)
    var high = max(min(offset + outputs.part, outputs.whole), low)
    while low < high, !reads(reach.whole, at: low) { low += 1 }
    while low < high, !reads(reach.whole, at: high - 1) { high -= 1 }
    return AxisPart(whole: outputs.whole, extent: outputs.part, offset: offset, valid: low..<high)
  }

  /// Whether all that an output reads is as in the whole.
  private func reads(_ reach: Reach, at output: Int) -> Bool {
    let samples = reach.samples(for: output)
    let before = samples.lowerBound..<max(samples.lowerBound, 0)
    let after = min(samples.upperBound, whole - 1) + 1..<samples.upperBound + 1
    guard samples.lowerBound >= valid.lowerBound || valid.lowerBound == 0,
      samples.upperBound < valid.upperBound || valid.upperBound == whole
    else { return false }
    guard reach.border.constantValue == nil else { return true }
    // Borders that are mirrored once are those of the whole.
    return before.count < extent && after.count < extent
      && [before, after].allSatisfy { outside in
        outside.allSatisfy { valid.contains(reach.border.sample(at: $0, extent: whole)!) }
      }
  }
}

extension Int {
  fileprivate func dividedDown(by divisor: Int) -> Int {
    self >= 0 ? self / divisor : -((divisor - 1 - self) / divisor)
  }
}
