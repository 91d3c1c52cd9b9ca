import CConvolution

/// What is applied to sum + bias + residual before it is stored.
public struct Activation: Sendable, Equatable {
  package let kind: conv_activation_kind
  /// Every sum is clamped to them; what follows in a pass of its own is not.
  package let minimum, maximum: Float
  package let slope, offset: Float
  /// Of each output channel.
  package private(set) var slopes: Tensor?
  /// The output is scale times the activation, plus shift.
  package private(set) var scale: Float = 1
  package private(set) var shift: Float = 0

  private init(
    _ kind: conv_activation_kind, minimum: Float = -.infinity, maximum: Float = .infinity,
    slope: Float = 0, offset: Float = 0, slopes: Tensor? = nil
  ) {
    self.kind = kind
    self.minimum = minimum
    self.maximum = maximum
    self.slope = slope
    self.offset = offset
    self.slopes = slopes
  }

  public static let identity = Activation(CONV_CLIP)
  /// max(x, 0)
  public static let relu = Activation(CONV_CLIP, minimum: 0)
  /// min(max(x, 0), 6)
  public static let relu6 = Activation(CONV_CLIP, minimum: 0, maximum: 6)
  /// 1 / (1 + exp(-x))
  public static let sigmoid = Activation(CONV_SIGMOID)
  public static let tanh = Activation(CONV_TANH)
  /// x sigmoid(x)
  public static let silu = Activation(CONV_SILU)
  /// x min(max(x + 3, 0), 6) / 6
  public static let hardSwish = Activation(CONV_HARD_SWISH)
  /// x (1 + erf(x / sqrt(2))) / 2, the exact form, not the tanh approximation.
  public static let gelu = Activation(CONV_GELU)

  /// min(max(x, minimum), maximum)
  public static func clip(minimum: Float, maximum: Float) -> Activation {
    Activation(CONV_CLIP, minimum: minimum, maximum: maximum)
  }

  /// x where x > 0, slope x elsewhere.
  public static func leakyRelu(slope: Float) -> Activation {
    Activation(CONV_LEAKY_RELU, slope: slope)
  }

  /// min(max(slope x + offset, 0), 1)
  public static func hardSigmoid(slope: Float = 0.2, offset: Float = 0.5) -> Activation {
    Activation(CONV_HARD_SIGMOID, slope: slope, offset: offset)
  }

  /// x where x > 0, the output channel's slope times x elsewhere.
  ///
  /// - Parameter slopes: one for each output channel.
  package static func prelu(slopes: Tensor) -> Activation {
    Activation(CONV_PRELU, slopes: slopes)
  }

  /// The same, times a factor, plus an offset.
  package func scaled(by factor: Float, shiftedBy offset: Float) -> Activation {
    var activation = self
    activation.scale = scale * factor
    activation.shift = shift * factor + offset
    return activation
  }

  /// The same where each group has its channels several times, one after the other.
  ///
  /// - Throws: `.outOfMemory`.
  func repeated(_ times: Int, groups: Int) throws(ConvolutionError) -> Activation {
    guard times > 1, let slopes else { return self }
    var activation = self
    let values = slopes.withUnsafeBufferPointer { $0.repeated(times, groups: groups) }
    activation.slopes = try Tensor(values, shape: [values.count])
    return activation
  }

  /// What C takes; it points into ``slopes``.
  var resolved: conv_activation {
    conv_activation(
      kind: kind, minimum: minimum, maximum: maximum, slope: slope, offset: offset,
      slopes: slopes?.withUnsafeBufferPointer(\.baseAddress), scale: scale, shift: shift)
  }

  public static func == (a: Activation, b: Activation) -> Bool {
    (a.kind, a.minimum, a.maximum, a.slope, a.offset)
      == (b.kind, b.minimum, b.maximum, b.slope, b.offset)
      && (a.slopes, a.scale, a.shift) == (b.slopes, b.scale, b.shift)
  }
}

extension Activation: LosslessStringConvertible {
  private static let names: KeyValuePairs<String, Activation> = [
    "identity": .identity, "relu": .relu, "relu6": .relu6, "sigmoid": .sigmoid, "tanh": .tanh,
    "silu": .silu, "hardSwish": .hardSwish, "gelu": .gelu,
  ]

  /// The words that ``init(_:)`` knows.
  package static let words =
    names.map(\.key) + [
      "clip:minimum,maximum", "leakyRelu:slope", "hardSigmoid:slope,offset",
    ]

  /// `relu` and the other names, `clip:0,1`, `leakyRelu:0.1`, `hardSigmoid:0.2,0.5`; nil for anything else.
  public init?(_ description: String) {
    if let match = Self.names.first(where: { $0.key == description }) {
      self = match.value
      return
    }
    let parts = description.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else { return nil }
    let numbers = parts[1].split(separator: ",", omittingEmptySubsequences: false).map { Float($0) }
    switch (parts[0], numbers.count) {
    case ("clip", 2):
      guard let minimum = numbers[0], let maximum = numbers[1] else { return nil }
      self = .clip(minimum: minimum, maximum: maximum)
    case ("hardSigmoid", 2):
      guard let slope = numbers[0], let offset = numbers[1] else { return nil }
      self = .hardSigmoid(slope: slope, offset: offset)
    case ("leakyRelu", 1):
      guard let slope = numbers[0] else { return nil }
      self = .leakyRelu(slope: slope)
    default: return nil
    }
  }

  public var description: String {
    if scale != 1 || shift != 0 {
      var plain = self
      (plain.scale, plain.shift) = (1, 0)
      return "\(scale) \(plain) + \(shift)"
    }
    if let match = Self.names.first(where: { $0.value == self }) { return match.key }
    return switch kind {
    case CONV_CLIP: "clip:\(minimum),\(maximum)"
    case CONV_HARD_SIGMOID: "hardSigmoid:\(slope),\(offset)"
    case CONV_PRELU: "prelu"
    default: "leakyRelu:\(slope)"
    }
  }
}
