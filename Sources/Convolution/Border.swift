/// What a border tap reads. The meaning is `numpy.pad`'s, for pads of any size.
///
/// A zero border contributes nothing at all: even an infinite or NaN weight times a border tap adds nothing.
public enum Border: Sendable, Equatable {
  /// Nothing. numpy `constant` with value 0.
  case zeros
  /// This value. numpy `constant`.
  case constant(Float)
  /// The nearest sample: `a a a | a b c | c c c`. numpy and ONNX `edge`.
  case replicate
  /// Mirrored about the outermost sample, which is not repeated: `c b | a b c | b a`. numpy `reflect`.
  case reflect
  /// Mirrored about the edge, the outermost sample repeated: `b a | a b c | c b`. numpy and TensorFlow `symmetric`.
  case symmetric
  /// Periodic: `b c | a b c | a b`. numpy and ONNX `wrap`.
  case circular

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
        "constant": value == 0 ? .zeros : .constant(value), "reflect": .reflect, "edge": .replicate,
        "wrap": .circular,
      ])
  }

  /// The border that `tf.pad`'s `mode` names, in any case: `CONSTANT` (with `value`), `REFLECT` or `SYMMETRIC`.
  public static func tensorFlow(mode: String, value: Float = 0) throws(ConvolutionError) -> Border {
    try named(
      mode.lowercased(), argument: "mode",
      in: [
        "constant": value == 0 ? .zeros : .constant(value), "reflect": .reflect,
        "symmetric": .symmetric,
      ])
  }

  /// What a tap outside the input reads where the mode does not choose an inside sample.
  var constantValue: Float? {
    switch self {
    case .zeros: 0
    case .constant(let value): value
    case .replicate, .reflect, .symmetric, .circular: nil
    }
  }

  /// The inside sample that the tap at `position` reads on an axis of `extent` samples; nil for a constant.
  ///
  /// - Precondition: `extent` is positive unless the border is a constant.
  func sample(at position: Int, extent: Int) -> Int? {
    if (0..<extent).contains(position) { return position }
    switch self {
    case .zeros, .constant:
      return nil
    case .replicate:
      return min(max(position, 0), extent - 1)
    case .circular:
      return remainder(position, extent)
    case .symmetric:
      let phase = remainder(position, 2 * extent)
      return phase < extent ? phase : 2 * extent - 1 - phase
    case .reflect:
      let period = max(2 * (extent - 1), 1)
      let phase = remainder(position, period)
      return phase < extent ? phase : period - phase
    }
  }
}

/// The remainder of a floored division: never negative for a positive `divisor`.
private func remainder(_ dividend: Int, _ divisor: Int) -> Int {
  let remainder = dividend % divisor
  return remainder < 0 ? remainder + divisor : remainder
}

/// Looks a framework's word up in the words it has.
func named<Value>(
  _ word: String, argument: String, in words: KeyValuePairs<String, Value>
) throws(ConvolutionError) -> Value {
  guard let match = words.first(where: { $0.key == word }) else {
    throw ConvolutionError(
      .invalidValue, argument: argument, received: "\"\(word)\"",
      expected: "one of " + words.map { "\"\($0.key)\"" }.joined(separator: ", "))
  }
  return match.value
}
