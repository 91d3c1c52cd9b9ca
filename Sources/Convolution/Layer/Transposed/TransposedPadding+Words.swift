extension TransposedPadding: LosslessStringConvertible {
  /// The conventions by their words.
  package static let conventions: KeyValuePairs<String, TransposedPadding> = [
    "valid": .valid, "same": .same, "same-upper": .sameUpper, "same-lower": .sameLower,
  ]

  /// `valid`, `same`, `same-upper`, `same-lower`, amounts before and after each axis like `pads 1,2,0,0`, or
  /// `output shape 6,8`, which has the odd one before, with `same-upper` in front of it after. Behind pads and ONNX's
  /// words may stand `output padding 1,1`, behind ONNX's words `onnxruntime`. Nil for anything else.
  public init?(_ description: String) {
    guard
      let match = description.wholeMatch(
        of:
          /([a-z-]+)?(?:pads ([-\d,]+))?(?: ?output shape ([\d,]+))?(?: output padding ([\d,]+))?( onnxruntime)?/
      )
    else { return nil }
    let (_, word, pads, outputShape, outputPadding, onnxruntime) = match.output
    func numbers(_ list: Substring?) -> [Int]? {
      list?.split(separator: ",").compactMap { Int($0) }
    }
    let named = Self.conventions.first { $0.key == word ?? "same-lower" }?.value
    if case .explicit(let amounts)? = pads.flatMap({ Padding(String($0)) }) {
      self = .explicit(amounts, outputPadding: numbers(outputPadding) ?? [])
    } else if case .halved(_, let oddSide, _, _) = named {
      self = .halved(
        extents: numbers(outputShape), oddSide: oddSide,
        outputPadding: numbers(outputPadding) ?? [],
        sense: onnxruntime == nil ? .specification : .onnxruntime)
    } else if let named {
      self = named
    } else {
      return nil
    }
    guard self.description == description else { return nil }
  }

  public var description: String {
    func list(_ phrase: String, _ numbers: [Int]) -> String? {
      numbers.isEmpty ? nil : phrase + " " + numbers.map(String.init).joined(separator: ",")
    }
    let phrases: [String?] =
      switch self {
      case .valid: ["valid"]
      case .same: ["same"]
      case .explicit(let amounts, let outputPadding):
        ["pads \(Padding.explicit(amounts))", list("output padding", outputPadding)]
      case .halved(let extents, let oddSide, let outputPadding, let sense):
        [
          oddSide == .after ? "same-upper" : extents == nil ? "same-lower" : nil,
          list("output shape", extents ?? []), list("output padding", outputPadding),
          sense == .onnxruntime ? "onnxruntime" : nil,
        ]
      }
    return phrases.compactMap(\.self).joined(separator: " ")
  }
}

extension TransposedPadding.Sense: LosslessStringConvertible {
  /// `specification` or `onnxruntime`; nil for anything else.
  public init?(_ description: String) { self.init(rawValue: description) }

  public var description: String { rawValue }
}
