import Convolution

/// How each framework writes a convention of a transposed layer, or takes the same part of what it computes where it
/// has no word for it.
enum TransposedSpelling {
  /// Lines of framework and code.
  static func lines(_ row: TransposedPaddingReport.Row, of window: Window) -> [[String]] {
    guard let amounts = row.amounts, let output = row.output else { return [] }
    let parts = amounts.indices.map { Part(amounts[$0], output: output[$0], axis: $0, of: window) }
    return [
      ["TensorFlow, Keras", tensorFlow(row.convention, parts)],
      ["PyTorch", torch(parts)],
      ["ONNX", onnx(row.convention, amounts, hasGaps: !window.gaps.isEmpty)],
      ["Swift", "padding: .\(swift(row.convention))"],
    ]
  }

  private static func swift(_ convention: TransposedPadding) -> String {
    switch convention {
    case .sameUpper: "sameUpper"
    case .sameLower: "sameLower"
    case .halved(_, let oddSide, _, let sense): "halved(oddSide: .\(oddSide), sense: .\(sense))"
    case .valid, .same, .explicit: convention.description
    }
  }

  private static func tensorFlow(_ convention: TransposedPadding, _ parts: [Part]) -> String {
    if convention != .valid, parts.allSatisfy(\.isSame) { return "padding=\"same\"" }
    // Channels last: nothing before the axes of space, for images, nor behind them, for channels.
    let sides = ["[0, 0]"] + parts.map { "[\($0.leading), 0]" } + ["[0, 0]"]
    return steps(
      parts, pad: "tf.pad(x, [\(sides.joined(separator: ", "))])", layer: "padding=\"valid\"",
      before: ":", parts.map { $0.slice(from: $0.before, of: $0.valid) })
  }

  private static func torch(_ parts: [Part]) -> String {
    let numbers = parts.map(\.torch)
    let added = numbers.map(\.outputPadding)
    // F.pad counts axes from the last.
    let sides = parts.reversed().map { "\($0.leading), 0" }.joined(separator: ", ")
    return steps(
      parts, pad: "F.pad(x, (\(sides)))",
      layer: argument("padding", numbers.map(\.padding))
        + (added.allSatisfy { $0 == 0 } ? "" : ", " + argument("output_padding", added)),
      before: "...", numbers.map(\.slice))
  }

  /// A layer on an input with zeros before it, where they are needed, and what is taken of its output.
  private static func steps(
    _ parts: [Part], pad: String, layer: String, before: String, _ slices: [String?]
  ) -> String {
    let indices = ([before] + slices.map { $0 ?? ":" }).joined(separator: ", ")
    return [
      parts.contains { $0.leading > 0 } ? pad : nil, layer,
      slices.contains { $0 != nil } ? "y[\(indices)]" : nil,
    ].compactMap(\.self).joined(separator: ", then ")
  }

  private static func argument(_ name: String, _ values: [Int]) -> String {
    let list = values.map(String.init).joined(separator: ", ")
    return values.allSatisfy { $0 == 0 }
      ? "\(name)=0"
      : values.count == 1 ? "\(name)=\(list)" : "\(name)=(\(list))"
  }

  private static func onnx(
    _ convention: TransposedPadding, _ amounts: [PaddingAmount], hasGaps: Bool
  ) -> String {
    let word: String? =
      switch convention {
      case .valid: hasGaps ? nil : "auto_pad=\"VALID\""
      case .same: hasGaps ? nil : "auto_pad=\"SAME_UPPER\""
      case .halved(_, let oddSide, _, let sense):
        "auto_pad=\"\(oddSide == .after ? "SAME_UPPER" : "SAME_LOWER")\""
          + (hasGaps
            ? " in the sense of \(sense == .specification ? "the specification" : "onnxruntime")"
            : "")
      case .explicit: nil
      }
    let pads = amounts.map(\.before) + amounts.map { max($0.after, 0) }
    let added = amounts.map { max(-$0.after, 0) }
    let numbers =
      "pads=\(pads)" + (added.allSatisfy { $0 == 0 } ? "" : ", output_padding=\(added)")
    return [word, pads.contains { $0 < 0 } ? nil : numbers].compactMap(\.self)
      .joined(separator: ", or ")
  }
}

extension TransposedSpelling {
  /// Of one axis, which outputs are taken.
  private struct Part {
    let output, stride, dilation: Int
    /// Whether it is Keras's `same`.
    let isSame: Bool
    /// How many outputs Keras's `valid` has.
    let valid: Int
    /// Zeros put before the input, for outputs before the first that an input reaches.
    let leading: Int
    /// What is left out of the full output of an input with those zeros. A negative amount after it is added.
    let before, after: Int

    init(_ amount: PaddingAmount, output: Int, axis: Int, of window: Window) {
      let (stride, span) = (window.stride[axis], window.span[axis])
      self.output = output
      self.stride = stride
      dilation = window.dilation[axis]
      isSame =
        amount.before == max(span - stride, 0) / 2 && output == window.input[axis] * stride
      leading = max((stride - 1 - amount.before) / stride, 0)
      (before, after) = (amount.before + leading * stride, amount.after)
      valid = before + output + after + max(stride - span, 0)
    }

    /// PyTorch's numbers, and the slice taken of what they leave; nil where that is all.
    var torch: (padding: Int, outputPadding: Int, slice: String?) {
      let excess = before - after
      // PyTorch's own limit.
      if (0..<max(stride, dilation)).contains(excess) { return (before, excess, nil) }
      let padding = min(before, max(after, 0))
      return (
        padding, max(-after, 0),
        slice(from: before - padding, of: before + output + max(after, 0) - 2 * padding)
      )
    }

    /// `first:end` of `count` outputs; nil where that is all.
    func slice(from first: Int, of count: Int) -> String? {
      count == output ? nil : "\(first):\(first + output)"
    }
  }
}
