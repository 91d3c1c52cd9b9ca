/// How much of a transposed convolution's full output is left out on each side of each axis: every convention by its name,
/// seen from the output's side.
///
/// With input n, kernel k, stride s, dilation d and e = d(k - 1) + 1, the span of the dilated kernel, n inputs reach
/// (n - 1) s + e outputs. A negative amount left out adds outputs that no input reaches.
///
/// | case | outputs | left out before |
/// |---|---|---|
/// | `valid` | (n - 1) s + max(e, s) | 0 |
/// | `same` | n s | max(e - s, 0) / 2, the odd one after |
/// | `explicit` | (n - 1) s + e - before - after + output padding | given |
/// | `halved` | n s, or as given | half of what is too many, the odd one on a side |
public enum TransposedPadding: Sendable, Equatable {
  /// Keras and TensorFlow `valid`.
  case valid
  /// Keras and TensorFlow `same`.
  case same
  /// The amounts themselves, one an axis, a single one for all axes; and how many outputs are added after the last, as
  /// PyTorch's and ONNX's `output_padding`: one an axis, a single one for all, none: 0.
  case explicit([PaddingAmount], outputPadding: [Int] = [])
  /// What ONNX does for `auto_pad` SAME_UPPER (`oddSide` after) and SAME_LOWER (before), or for an `output_shape`, one
  /// extent an axis. `outputPadding` as of `explicit`.
  case halved(
    extents: [Int]? = nil, oddSide: Side, outputPadding: [Int] = [], sense: Sense = .specification)

  /// A side of an axis.
  public enum Side: Sendable, Hashable {
    case before, after
  }

  /// Where the full output has fewer outputs than are wanted, readings of ONNX differ.
  public enum Sense: String, Sendable, CaseIterable {
    /// The equations of the operator's specification, halves rounded down as its reference evaluator does: what is
    /// missing is added on both sides, an odd one before for SAME_UPPER and after for SAME_LOWER.
    case specification
    /// onnxruntime's, as of 1.32: outputs are added after the last, and those of SAME_UPPER and SAME_LOWER are not; there
    /// are fewer than n s.
    case onnxruntime
  }

  /// ONNX `SAME_UPPER`: as `same`, except where the kernel spans less than the stride.
  public static let sameUpper = TransposedPadding.halved(oddSide: .after)
  /// ONNX `SAME_LOWER`: as `sameUpper`, the odd one before.
  public static let sameLower = TransposedPadding.halved(oddSide: .before)
}

extension TransposedPadding {
  /// What is left out of one axis, and how many outputs remain.
  ///
  /// - Parameters:
  ///   - input: samples on the axis, not negative; none reach no outputs, and only a given extent is one then.
  ///   - axis: the axis's number, for lists.
  /// - Throws: `.integerOverflow`, `.nonPositiveSize` where less than nothing remains.
  package func resolved(
    input: Int, kernel: Int, stride: Int, dilation: Int, axis: Int
  ) throws(ConvolutionError) -> (amount: PaddingAmount, output: Int) {
    guard input > 0 else {
      if case .halved(let extents?, _, _, _) = self { return (.none, extents[axis]) }
      return (.none, 0)
    }
    let span = try kernelSpan(kernel: kernel, dilation: dilation)
    let last = try Checked.multiply(input - 1, stride, argument: "stride")
    let reached = try Checked.add(last, span, argument: "kernel")
    func value(_ list: [Int]) -> Int {
      list.isEmpty ? 0 : list.count == 1 ? list[0] : list[axis]
    }
    let before: Int
    let output: Int
    switch self {
    case .valid:
      (before, output) = (0, try Checked.add(last, max(span, stride), argument: "stride"))
    case .same:
      (before, output) = (
        max(span - stride, 0) / 2, try Checked.add(last, stride, argument: "stride")
      )
    case .explicit(let amounts, let outputPadding):
      let amount = amounts.count == 1 ? amounts[0] : amounts[axis]
      let left = try Checked.add(amount.before, amount.after, argument: "padding")
      let remaining = try Checked.add(reached, -left, argument: "padding")
      output = try Checked.add(remaining, value(outputPadding), argument: "outputPadding")
      before = amount.before
      guard output >= 0 else {
        throw ConvolutionError(
          .nonPositiveSize, argument: "padding", received: "\(output) outputs on axis \(axis)",
          expected: "at most all of the \(reached) outputs left out")
      }
    case .halved(let extents, let oddSide, let outputPadding, let sense):
      let multiple = try Checked.add(last, stride, argument: "stride")
      let wanted = extents?[axis] ?? multiple
      let padded = try Checked.add(reached, value(outputPadding), argument: "outputPadding")
      let total = padded - wanted
      if total < 0, sense == .onnxruntime {
        (before, output) = (0, extents == nil ? padded : wanted)
      } else {
        let half = total >> 1  // rounded down
        (before, output) = (oddSide == .after ? half : total - half, wanted)
      }
    }
    return (PaddingAmount(before: before, after: reached - before - output), output)
  }

  /// Checks what does not depend on an input.
  ///
  /// - Throws: `.rankMismatch`, `.nonPositiveSize`.
  func check(rank: Int) throws(ConvolutionError) {
    func check(_ count: Int, _ argument: String, allowed: [Int]) throws(ConvolutionError) {
      guard allowed.contains(count) else {
        throw ConvolutionError(
          .rankMismatch, argument: argument, received: "\(count) values",
          expected: "\(rank), one for each axis of space")
      }
    }
    func check(notNegative values: [Int], _ argument: String) throws(ConvolutionError) {
      if let value = values.first(where: { $0 < 0 }) {
        throw ConvolutionError(
          .nonPositiveSize, argument: argument, received: "\(value)", expected: "at least 0")
      }
    }
    switch self {
    case .valid, .same: break
    case .explicit(let amounts, let outputPadding):
      try check(amounts.count, "padding", allowed: [1, rank])
      try check(outputPadding.count, "outputPadding", allowed: [0, 1, rank])
      try check(notNegative: outputPadding, "outputPadding")
    case .halved(let extents, _, let outputPadding, _):
      if let extents {
        try check(extents.count, "extents", allowed: [rank])
        try check(notNegative: extents, "extents")
      }
      try check(outputPadding.count, "outputPadding", allowed: [0, 1, rank])
      try check(notNegative: outputPadding, "outputPadding")
    }
  }
}
