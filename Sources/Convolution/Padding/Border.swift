/// What a border tap reads. The meaning is `numpy.pad`'s, for pads of any size.
///
/// A zero border contributes nothing at all: even an infinite or NaN weight times a border tap adds nothing.
public struct Border: Sendable, Hashable {
  enum Mode: Hashable {
    case constant(Float)
    case replicate, reflect, symmetric, circular
  }

  let mode: Mode
}

extension Border: PerAxis {
  public func values(rank: Int, argument: String) -> [Border] {
    Array(repeating: self, count: rank)
  }
}

extension PerAxis where Self == Border {
  /// Nothing. numpy `constant` with value 0.
  public static var zeros: Border { .constant(0) }
  /// This value. numpy `constant`.
  public static func constant(_ value: Float) -> Border { Border(mode: .constant(value)) }
  /// The nearest sample: `a a a | a b c | c c c`. numpy and ONNX `edge`.
  public static var replicate: Border { Border(mode: .replicate) }
  /// Mirrored about the outermost sample, which is not repeated: `c b | a b c | b a`. numpy `reflect`.
  public static var reflect: Border { Border(mode: .reflect) }
  /// Mirrored about the edge, the outermost sample repeated: `b a | a b c | c b`. numpy and TensorFlow `symmetric`.
  public static var symmetric: Border { Border(mode: .symmetric) }
  /// Periodic: `b c | a b c | a b`. numpy and ONNX `wrap`.
  public static var circular: Border { Border(mode: .circular) }
}

extension Border {
  /// What a tap outside the input reads where the mode does not choose an inside sample.
  @_spi(Tools) public var constantValue: Float? {
    if case .constant(let value) = mode { value } else { nil }
  }

  /// The inside sample that the tap at `position` reads on an axis of `extent` samples; nil for a constant.
  ///
  /// - Precondition: `extent` is positive unless the border is a constant.
  package func sample(at position: Int, extent: Int) -> Int? {
    if (0..<extent).contains(position) { return position }
    switch mode {
    case .constant:
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

extension Border: LosslessStringConvertible {
  private static let names: KeyValuePairs<String, Border> = [
    "zeros": .zeros, "replicate": .replicate, "reflect": .reflect, "symmetric": .symmetric,
    "circular": .circular,
  ]

  /// The words that ``init(_:)`` knows.
  package static let words = names.map(\.key) + ["constant:value"]

  /// `zeros`, `replicate`, `reflect`, `symmetric`, `circular`, `constant:1.5`; nil for anything else.
  public init?(_ description: String) {
    if let match = Self.names.first(where: { $0.key == description }) {
      self = match.value
    } else if description.hasPrefix("constant:"), let value = Float(description.dropFirst(9)) {
      self = .constant(value)
    } else {
      return nil
    }
  }

  public var description: String {
    Self.names.first { $0.value == self }?.key ?? "constant:\(constantValue!)"
  }
}

/// The remainder of a floored division: never negative for a positive `divisor`.
private func remainder(_ dividend: Int, _ divisor: Int) -> Int {
  let remainder = dividend % divisor
  return remainder < 0 ? remainder + divisor : remainder
}
