import ArgumentParser
import Convolution

/// The words and lists of the command line.
enum Words {
  /// The value that `word` stands for.
  static func find<Value>(_ word: String, in values: KeyValuePairs<String, Value>) throws -> Value {
    guard let match = values.first(where: { $0.key == word }) else {
      throw ValidationError("expected one of " + values.map(\.key).joined(separator: ", "))
    }
    return match.value
  }

  /// A word that is the raw value of a case.
  static func find<Value: RawRepresentable & CaseIterable>(_ word: String) throws -> Value
  where Value.RawValue == String {
    guard let value = Value(rawValue: word) else {
      throw ValidationError(
        "expected one of " + Value.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return value
  }

  /// Whole numbers between commas or x: `2,1` or `100x20`.
  static func integers(_ text: String) throws -> [Int] {
    try text.split(omittingEmptySubsequences: false, whereSeparator: { $0 == "," || $0 == "x" }).map
    {
      guard let number = Int($0) else {
        throw ValidationError("expected whole numbers between commas, as in 2,1")
      }
      return number
    }
  }

  /// Positive whole numbers between commas or x.
  static func extents(_ text: String) throws -> [Int] {
    let numbers = try integers(text)
    guard numbers.allSatisfy({ $0 > 0 }) else { throw ValidationError("expected positive numbers") }
    return numbers
  }

  static func layout(_ word: String) throws -> Layout {
    try find(word, in: ["nchw": .channelsFirst, "nhwc": .channelsLast])
  }

  static func number(_ text: some StringProtocol) throws -> Float {
    guard let number = Float(text) else {
      throw ValidationError("expected a number, got '\(text)'")
    }
    return number
  }
}

extension PerAxis {
  /// One value for all axes, or one an axis.
  init(_ values: [Element]) {
    self = values.count == 1 ? .all(values[0]) : .each(values)
  }
}

/// How many border taps there are, as the command line says it.
enum PaddingWord: String, CaseIterable {
  case valid, same
  case sameLower = "same-lower"
  case sameTorch = "torch-same"
  case causal, full, explicit

  /// The conventions: all but the one that needs numbers.
  static let conventions = allCases.filter { $0 != .explicit }

  /// What the word means; for `explicit`, with these amounts.
  func padding(explicit amounts: [PaddingAmount] = []) -> Padding {
    switch self {
    case .valid: .valid
    case .same: .same
    case .sameLower: .sameLower
    case .sameTorch: .sameTorch
    case .causal: .causal
    case .full: .full
    case .explicit: .explicit(amounts)
    }
  }
}

/// What a border tap reads, as the command line says it.
enum BorderWord: String, CaseIterable {
  case zeros, constant, replicate, reflect, symmetric, circular

  /// What the word means; for `constant`, with this value.
  func border(constant value: Float) -> Border {
    switch self {
    case .zeros: .zeros
    case .constant: .constant(value)
    case .replicate: .replicate
    case .reflect: .reflect
    case .symmetric: .symmetric
    case .circular: .circular
    }
  }

  /// One word, or one an axis between commas.
  static func list(_ text: String) throws -> [BorderWord] {
    try text.split(separator: ",", omittingEmptySubsequences: false).map {
      try Words.find(String($0))
    }
  }
}

extension Activation {
  /// `relu`, `clip:min,max`, `leakyRelu:slope` and the other names.
  init(word text: String) throws {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    switch (parts.first, parts.dropFirst().first) {
    case ("clip", let numbers?):
      let limits = try numbers.split(separator: ",", omittingEmptySubsequences: false).map(
        Words.number)
      guard limits.count == 2 else { throw ValidationError("expected clip:minimum,maximum") }
      self = .clip(minimum: limits[0], maximum: limits[1])
    case ("leakyRelu", let slope?):
      self = .leakyRelu(slope: try Words.number(slope))
    default:
      let plain: KeyValuePairs<String, Activation> = [
        "identity": .identity, "relu": .relu, "relu6": .relu6, "sigmoid": .sigmoid, "tanh": .tanh,
        "silu": .silu, "hardSwish": .hardSwish, "gelu": .gelu,
      ]
      guard let match = plain.first(where: { $0.key == text }) else {
        throw ValidationError(
          "expected one of " + plain.map(\.key).joined(separator: ", ")
            + ", clip:minimum,maximum, leakyRelu:slope")
      }
      self = match.value
    }
  }
}
