// The frameworks' own words for padding and border.

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
    .explicit(try onnxAmounts(pads))
  }

  /// Core ML's `pad_type`: `valid`, `same`, `same_lower`.
  public static func coreML(_ word: String) throws(ConvolutionError) -> Padding {
    try named(
      word, argument: "padType", in: ["valid": .valid, "same": .same, "same_lower": .sameLower])
  }
}

extension TransposedPadding {
  /// TensorFlow's and Keras's words, in any case: `same`, `valid`.
  public static func keras(_ word: String) throws(ConvolutionError) -> TransposedPadding {
    try named(word.lowercased(), argument: "padding", in: ["same": .same, "valid": .valid])
  }

  /// PyTorch's numbers: `padding=1`, `output_padding=1`, or one an axis.
  public static func torch(
    _ amounts: Int..., outputPadding: [Int] = []
  ) -> TransposedPadding {
    .explicit(amounts.map { PaddingAmount(before: $0, after: $0) }, outputPadding: outputPadding)
  }

  /// ONNX's attributes.
  ///
  /// - Parameters:
  ///   - autoPad: `NOTSET`, `SAME_UPPER`, `SAME_LOWER` or `VALID`.
  ///   - pads: all amounts before, then all amounts after; where `auto_pad` is NOTSET and there is no `output_shape`.
  ///   - outputPadding: how many outputs are added after the last, one an axis.
  ///   - outputShape: the extents of the axes of space.
  ///   - sense: whose reading is meant where they differ.
  /// - Throws: `.invalidValue` for another word, `.rankMismatch` for an odd number of amounts.
  public static func onnx(
    autoPad: String = "NOTSET", pads: [Int] = [], outputPadding: [Int] = [],
    outputShape: [Int]? = nil, sense: Sense = .specification
  ) throws(ConvolutionError) -> TransposedPadding {
    let oddSide: Side? = try named(
      autoPad, argument: "autoPad",
      in: ["NOTSET": nil, "VALID": nil, "SAME_UPPER": .after, "SAME_LOWER": .before])
    if let oddSide = outputShape == nil ? oddSide : oddSide ?? .before {
      return .halved(
        extents: outputShape, oddSide: oddSide, outputPadding: outputPadding, sense: sense)
    }
    guard autoPad == "NOTSET", !pads.isEmpty else {
      return .explicit([.none], outputPadding: outputPadding)
    }
    return .explicit(try onnxAmounts(pads), outputPadding: outputPadding)
  }
}

extension Border {
  /// The border that PyTorch's `padding_mode` names: `zeros`, `reflect`, `replicate` or `circular`.
  public static func torch(paddingMode: String) throws(ConvolutionError) -> Border {
    try named(
      paddingMode, argument: "paddingMode",
      in: ["zeros": .zeros, "reflect": .reflect, "replicate": .replicate, "circular": .circular])
  }

  /// The border that ONNX `Pad`'s `mode` names: `constant` (with `value`), `reflect`, `edge` or `wrap`.
  public static func onnx(mode: String, value: Float = 0) throws(ConvolutionError) -> Border {
    try named(
      mode, argument: "mode",
      in: [
        "constant": .constant(value), "reflect": .reflect, "edge": .replicate, "wrap": .circular,
      ])
  }

  /// The border that `tf.pad`'s `mode` names, in any case: `CONSTANT` (with `value`), `REFLECT` or `SYMMETRIC`.
  public static func tensorFlow(mode: String, value: Float = 0) throws(ConvolutionError) -> Border {
    try named(
      mode.lowercased(), argument: "mode",
      in: ["constant": .constant(value), "reflect": .reflect, "symmetric": .symmetric])
  }
}

/// The amounts of each axis of ONNX's `pads`.
private func onnxAmounts(_ pads: [Int]) throws(ConvolutionError) -> [PaddingAmount] {
  guard pads.count.isMultiple(of: 2), !pads.isEmpty else {
    throw ConvolutionError(
      .rankMismatch, argument: "pads", received: "\(pads.count) amounts",
      expected: "two for each axis: all befores, then all afters")
  }
  let rank = pads.count / 2
  return (0..<rank).map { PaddingAmount(before: pads[$0], after: pads[rank + $0]) }
}

/// Looks a framework's word up in the words it has.
private func named<Value>(
  _ word: String, argument: String, in words: KeyValuePairs<String, Value>
) throws(ConvolutionError) -> Value {
  guard let match = words.first(where: { $0.key == word }) else {
    throw ConvolutionError(
      .invalidValue, argument: argument, received: "\"\(word)\"",
      expected: "one of " + words.map { "\"\($0.key)\"" }.joined(separator: ", "))
  }
  return match.value
}
