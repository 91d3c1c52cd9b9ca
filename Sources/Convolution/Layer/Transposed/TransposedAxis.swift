/// One axis of a transposed problem; one that a layer does not have is ``missing``.
///
/// Input i adds to output `i stride - before + k dilation` for every tap k.
struct TransposedAxis: Hashable {
  /// Extents.
  let input, output, kernel: Int
  let stride, dilation: Int
  /// What is left out of the full output.
  let padding: PaddingAmount

  static let missing = TransposedAxis(
    input: 1, output: 1, kernel: 1, stride: 1, dilation: 1, padding: .none)

  /// The outputs of one remainder by the stride, which are an ordinary convolution of stride 1.
  struct Phase: Hashable {
    /// Which outputs.
    let lattice: Lattice
    let axis: Axis
    /// The taps that reach them, last to first: tap u of the phase is `last - u step`.
    let lastTap, tapStep: Int
    /// Whether any tap reaches them.
    let isReached: Bool
  }

  /// The phases that have outputs, in the order of their first one; one without outputs where the axis has none.
  ///
  /// Output o = first + stride j is reached by tap k where stride divides o + before - k dilation. With g the greatest
  /// common divisor of stride and dilation that is every (stride / g)-th tap from some least one on, or none; and from one
  /// of them to the next the input that they take goes back by dilation / g.
  var phases: [Phase] {
    let divisor = greatestCommonDivisor(stride, dilation)
    let (tapStep, distance) = (stride / divisor, dilation / divisor)
    return (0..<max(min(stride, output), 1)).map { first in
      let lattice = Lattice(first: first, step: stride)
      let outputs = lattice.indices(in: 0..<output).count
      let least = (0..<min(tapStep, kernel)).first {
        (first + padding.before - $0 * dilation).isMultiple(of: stride)
      }
      guard let least else { return unreached(lattice, outputs: outputs) }
      let taps = (kernel - 1 - least) / tapStep + 1
      // The input that the least tap takes for the first output.
      let input = (first + padding.before - least * dilation) / stride
      let before = (taps - 1) * distance - input
      let end = outputs - 1 - before + (taps - 1) * distance + 1
      return Phase(
        lattice: lattice,
        axis: Axis(
          input: self.input, output: outputs, kernel: taps, stride: 1, dilation: distance,
          padding: PaddingAmount(before: before, after: end - self.input), border: .zeros),
        lastTap: least + (taps - 1) * tapStep, tapStep: tapStep, isReached: true)
    }
  }

  /// All phases as one, whose output j stands for outputs `first + stride j` to the next `stride - 1`; nil where they
  /// multiply with different numbers of taps, or with samples that differ.
  ///
  /// Where the kernel is a multiple of the stride, outputs `stride j - before` to the next `stride - 1` all take inputs
  /// j - u, by taps `stride u`, `stride u + 1` and so on. A single input meets every tap once, whatever the stride: the
  /// kernel then does as one.
  var mergedPhase: Phase? {
    let stride = input == 1 && dilation == 1 ? max(self.stride, kernel) : self.stride
    if stride == 1 { return phases[0] }
    guard dilation == 1, kernel.isMultiple(of: stride), input > 0, output > 0 else { return nil }
    let taps = kernel / stride
    let first = -((padding.before % stride + stride) % stride)
    // The input that tap 0 takes for the first output.
    let input = (padding.before + first) / stride
    let lattice = Lattice(first: first, step: stride, extent: stride)
    let outputs = lattice.indices(in: 0..<output).count
    return Phase(
      lattice: lattice,
      axis: Axis(
        input: self.input, output: outputs, kernel: taps, stride: 1, dilation: 1,
        padding: PaddingAmount(
          before: taps - 1 - input, after: outputs + input - self.input), border: .zeros),
      lastTap: kernel - stride, tapStep: stride, isReached: true)
  }

  /// Outputs that no tap reaches: one tap that lies outside for all of them.
  private func unreached(_ lattice: Lattice, outputs: Int) -> Phase {
    Phase(
      lattice: lattice,
      axis: Axis(
        input: input, output: outputs, kernel: 1, stride: 1, dilation: 1,
        padding: PaddingAmount(before: outputs, after: -input), border: .zeros),
      lastTap: 0, tapStep: 1, isReached: false)
  }
}

/// Which outputs of an axis a phase has: output o of it is output `first + step o` of the axis.
struct Lattice: Hashable {
  let first, step: Int
  /// So many outputs, from that one on, are channels of output o. Some of the first and the last may lie outside.
  var extent = 1

  /// Every output.
  static let all = Lattice(first: 0, step: 1)

  /// The phase's outputs that lie in a range of the axis's, wholly or in part.
  func indices(in range: Range<Int>) -> Range<Int> {
    guard !range.isEmpty else { return 0..<0 }
    func roundedUp(_ index: Int) -> Int { max((index - first + step - 1) / step, 0) }
    let lower = roundedUp(range.lowerBound - extent + 1)
    return lower..<max(roundedUp(range.upperBound), lower)
  }

  /// The axis's outputs from the first to the last of a range of the phase's.
  func outputs(of indices: Range<Int>) -> Range<Int> {
    guard let last = indices.last else { return 0..<0 }
    return first + step * indices.lowerBound..<first + step * last + extent
  }
}

func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
  b == 0 ? a : greatestCommonDivisor(b, a % b)
}
