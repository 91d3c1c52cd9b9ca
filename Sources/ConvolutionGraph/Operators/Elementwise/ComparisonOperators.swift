/// What has or reads truth values, and conversions.
let comparisonOperators: [String: OperatorMaker] = [
  "Equal": { Comparison(&$0, .equal) },
  "Greater": { Comparison(&$0, .greater) },
  "GreaterOrEqual": { Comparison(&$0, .greaterOrEqual) },
  "Less": { Comparison(&$0, .less) },
  "LessOrEqual": { Comparison(&$0, .lessOrEqual) },
  "And": { Comparison(&$0, .and) },
  "Or": { Comparison(&$0, .or) },
  "Xor": { Comparison(&$0, .xor) },
  "Not": { _ in ElementTest(kind: .not) },
  "IsNaN": { _ in ElementTest(kind: .isNaN) },
  "IsInf": {
    let negative = $0.bool("detect_negative", default: true)
    let positive = $0.bool("detect_positive", default: true)
    return ElementTest(kind: .isInfinite(negative: negative, positive: positive))
  },
  "Where": { _ in Selection() },
  "Cast": { Cast(&$0) },
  "CastLike": {
    $0.ignore("saturate")
    return Cast(element: nil)
  },
]
