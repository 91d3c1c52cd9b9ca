/// How many border taps one axis has before its first sample and after its last. Negative amounts crop.
public struct PaddingAmount: Sendable, Equatable, CustomStringConvertible {
  public var before: Int
  public var after: Int

  public init(before: Int, after: Int) {
    self.before = before
    self.after = after
  }

  public var description: String { "(before: \(before), after: \(after))" }
}

/// How many border taps there are on each side of each axis: every convention by its name.
///
/// With input n, kernel k, stride s, dilation d and e = d(k - 1) + 1, the span of the dilated kernel:
///
/// | case | total | before |
/// |---|---|---|
/// | `valid` | 0 | 0 |
/// | `same` | max((ceil(n / s) - 1) s + e - n, 0) | total / 2, the odd one after |
/// | `sameLower` | as `same` | the odd one before |
/// | `sameTorch` | e - 1 | total / 2, the odd one after |
/// | `causal` | e - 1 | all of it |
/// | `full` | 2 (e - 1) | e - 1 |
/// | `explicit` | given | given |
public enum Padding: Sendable, Equatable {
  /// No border taps.
  case valid
  /// ceil(n / s) outputs: TensorFlow and Keras `same`, ONNX `SAME_UPPER`, Core ML `same`.
  case same
  /// As `same` with the odd tap before: ONNX `SAME_LOWER`, Core ML `same_lower`.
  case sameLower
  /// PyTorch `padding="same"`: whatever the input size is. An error with a stride above 1, as there.
  case sameTorch
  /// No output sees a later input: Keras Conv1D `causal`.
  case causal
  /// Every output that any input reaches: SciPy and NumPy `full`.
  case full
  /// The amounts themselves, one an axis; a single one holds for all axes.
  case explicit([PaddingAmount])

  /// The border taps of one axis.
  ///
  /// - Parameters:
  ///   - input: samples on the axis, not negative.
  ///   - axis: the axis's number, for `.explicit`.
  /// - Throws: `.stridedTorchSame`, or `.integerOverflow` when a sum does not fit.
  func amount(
    input: Int, kernel: Int, stride: Int, dilation: Int, axis: Int
  ) throws(ConvolutionError) -> PaddingAmount {
    let span = try kernelSpan(kernel: kernel, dilation: dilation)
    switch self {
    case .valid:
      return PaddingAmount(before: 0, after: 0)
    case .same, .sameLower:
      // (ceil(n / s) - 1) s is the last multiple of s below n.
      let lastStart = input == 0 ? 0 : (input - 1) / stride * stride
      let total =
        input == 0 ? 0 : max(try Checked.add(lastStart, span, argument: "kernel") - input, 0)
      let half = total / 2
      return self == .same
        ? PaddingAmount(before: half, after: total - half)
        : PaddingAmount(before: total - half, after: half)
    case .sameTorch:
      guard stride == 1 else {
        throw ConvolutionError(
          .stridedTorchSame, argument: "stride",
          received: "\(stride) with PyTorch's padding=\"same\"",
          expected: "1, as PyTorch does; use .same for TensorFlow's meaning")
      }
      return PaddingAmount(before: (span - 1) / 2, after: span - 1 - (span - 1) / 2)
    case .causal:
      return PaddingAmount(before: span - 1, after: 0)
    case .full:
      return PaddingAmount(before: span - 1, after: span - 1)
    case .explicit(let amounts):
      return amounts.count == 1 ? amounts[0] : amounts[axis]
    }
  }
}

/// The samples that a dilated kernel spans: d(k - 1) + 1.
func kernelSpan(kernel: Int, dilation: Int) throws(ConvolutionError) -> Int {
  try Checked.add(
    Checked.multiply(dilation, kernel - 1, argument: "dilation"), 1, argument: "dilation")
}

// MARK: - The frameworks' own words

extension Padding {
  /// TensorFlow's and Keras's words, in any case: `same`, `valid`, `causal`.
  public static func tensorFlow(_ word: String) throws(ConvolutionError) -> Padding {
    try named(
      word.lowercased(), argument: "padding",
      in: ["same": .same, "valid": .valid, "causal": .causal])
  }

  /// Keras's words, in any case: `same`, `valid`, `causal`.
  public static func keras(_ word: String) throws(ConvolutionError) -> Padding {
    try tensorFlow(word)
  }

  /// PyTorch's words: `same`, `valid`.
  public static func torch(_ word: String) throws(ConvolutionError) -> Padding {
    try named(word, argument: "padding", in: ["same": .sameTorch, "valid": .valid])
  }

  /// PyTorch's numbers: `padding=1` or `padding=(1, 0)`, the same amount on both sides of an axis.
  public static func torch(_ amounts: Int...) -> Padding {
    .explicit(amounts.map { PaddingAmount(before: $0, after: $0) })
  }

  /// ONNX `auto_pad`: `SAME_UPPER`, `SAME_LOWER`, `VALID`.
  public static func onnx(autoPad: String) throws(ConvolutionError) -> Padding {
    try named(
      autoPad, argument: "autoPad",
      in: ["SAME_UPPER": .same, "SAME_LOWER": .sameLower, "VALID": .valid])
  }

  /// ONNX `pads`: all amounts before, then all amounts after.
  ///
  /// - Throws: `.rankMismatch` for an odd number of amounts.
  public static func onnx(pads: [Int]) throws(ConvolutionError) -> Padding {
    guard pads.count.isMultiple(of: 2), !pads.isEmpty else {
      throw ConvolutionError(
        .rankMismatch, argument: "pads", received: "\(pads.count) amounts",
        expected: "two for each axis: all befores, then all afters")
    }
    let rank = pads.count / 2
    return .explicit((0..<rank).map { PaddingAmount(before: pads[$0], after: pads[rank + $0]) })
  }

  /// Core ML's `pad_type`: `valid`, `same`, `same_lower`.
  public static func coreML(_ word: String) throws(ConvolutionError) -> Padding {
    try named(
      word, argument: "padType", in: ["valid": .valid, "same": .same, "same_lower": .sameLower])
  }
}
