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
  package func amount(
    input: Int, kernel: Int, stride: Int, dilation: Int, axis: Int
  ) throws(ConvolutionError) -> PaddingAmount {
    let span = try kernelSpan(kernel: kernel, dilation: dilation)
    switch self {
    case .valid:
      return .none
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

extension Padding {
  /// The border taps of every axis, for an input of `spatial` samples an axis.
  ///
  /// - Throws: `.rankMismatch`, `.nonPositiveSize`, `.stridedTorchSame`, `.integerOverflow`.
  package func amounts(
    for spatial: [Int], kernel: [Int], stride: [Int], dilation: [Int]
  ) throws(ConvolutionError) -> [PaddingAmount] {
    try LayerArguments.check(spatial: spatial, rank: kernel.count)
    return try spatial.indices.map { (axis) throws(ConvolutionError) in
      try amount(
        input: spatial[axis], kernel: kernel[axis], stride: stride[axis], dilation: dilation[axis],
        axis: axis)
    }
  }

  /// Checks that there are explicit amounts for `rank` axes.
  func checkCount(rank: Int) throws(ConvolutionError) {
    guard case .explicit(let amounts) = self, amounts.count != 1, amounts.count != rank else {
      return
    }
    throw ConvolutionError(
      .rankMismatch, argument: "padding", received: "\(amounts.count) amounts",
      expected: "1 or \(rank), one for each axis of space")
  }
}

/// The samples that a dilated kernel spans: d(k - 1) + 1.
package func kernelSpan(kernel: Int, dilation: Int) throws(ConvolutionError) -> Int {
  try Checked.add(
    Checked.multiply(dilation, kernel - 1, argument: "dilation"), 1, argument: "dilation")
}

extension Padding: LosslessStringConvertible {
  /// The conventions by their words.
  package static let conventions: KeyValuePairs<String, Padding> = [
    "valid": .valid, "same": .same, "same-lower": .sameLower, "torch-same": .sameTorch,
    "causal": .causal, "full": .full,
  ]

  /// `same`, `valid`, `same-lower`, `torch-same`, `causal`, `full`, or amounts before and after each axis, like
  /// `1,2,0,0`; nil for anything else.
  public init?(_ description: String) {
    if let match = Self.conventions.first(where: { $0.key == description }) {
      self = match.value
      return
    }
    let amounts = description.split(separator: ",", omittingEmptySubsequences: false).map {
      Int($0)
    }
    guard amounts.count.isMultiple(of: 2), !amounts.contains(nil) else { return nil }
    self = .explicit(
      stride(from: 0, to: amounts.count, by: 2).map {
        PaddingAmount(before: amounts[$0]!, after: amounts[$0 + 1]!)
      })
  }

  public var description: String {
    if case .explicit(let amounts) = self {
      return amounts.map { "\($0.before),\($0.after)" }.joined(separator: ",")
    }
    return Self.conventions.first { $0.value == self }!.key
  }
}
