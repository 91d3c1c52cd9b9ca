import CConvolution

let normalisationOperators: [String: OperatorMaker] = [
  "BatchNormalization": { BatchNormalisation(&$0) },
  "InstanceNormalization": {
    Normalisation("InstanceNormalization", .channel, epsilon: $0.float("epsilon", default: 1e-5))
  },
  "GroupNormalization": {
    $0.rejectStashType()
    guard let groups = $0.integer("num_groups"), groups > 0 else {
      $0.reject("no attribute num_groups")
      return nil
    }
    return Normalisation(
      "GroupNormalization", .groups(groups, scaleIsOfGroups: $0.opset < 21),
      epsilon: $0.float("epsilon", default: 1e-5))
  },
  "LayerNormalization": {
    $0.rejectStashType()
    $0.removeOutputs(from: 1)
    return Normalisation(
      "LayerNormalization", .from(axis: $0.integer("axis", default: -1)),
      epsilon: $0.float("epsilon", default: 1e-5))
  },
  "RMSNormalization": {
    $0.rejectStashType()
    return NormDivision(
      rootMeanSquareFrom: $0.integer("axis", default: -1),
      epsilon: $0.float("epsilon", default: 1e-5))
  },
  "LpNormalization": {
    let power = $0.integer("p", default: 2)
    guard power == 1 || power == 2 else {
      $0.reject("attribute p \(power)")
      return nil
    }
    return NormDivision(lp: power, axis: $0.integer("axis", default: -1))
  },
  "LRN": { LocalResponseNormalisation(&$0) },
]

extension NodeReader {
  /// The type that statistics are computed in; floats are all there is.
  fileprivate mutating func rejectStashType() {
    if integer("stash_type", default: 1) != 1 { reject("attribute stash_type") }
  }
}
