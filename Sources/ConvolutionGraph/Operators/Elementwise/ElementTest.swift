/// A question about every element: `Not`, `IsNaN`, `IsInf`.
struct ElementTest: Operator {
  enum Kind: Sendable {
    case not, isNaN
    case isInfinite(negative: Bool, positive: Bool)
  }

  let kind: Kind

  var description: String {
    switch kind {
    case .not: "Not"
    case .isNaN: "IsNaN"
    case .isInfinite: "IsInf"
    }
  }

  private var element: ElementType { if case .not = kind { .bool } else { .float32 } }

  func outputTypes(for arguments: Arguments) throws(NetworkError) -> [TensorType] {
    let type = try arguments.type(0, "x")
    guard type.element == element else {
      throw NetworkError(.shapeMismatch, argument: "x", received: "\(type)", expected: "\(element)")
    }
    return [TensorType(.bool, type.shape)]
  }

  func step(
    for arguments: Arguments, outputs: [TensorType], context: PlanningContext
  ) throws(NetworkError) -> any Step {
    func step<Element: NetworkElement>(
      _ holds: @escaping @Sendable (Element) -> Bool
    ) -> any Step {
      MapStep<Element, UInt8>(outputs[0].count) { holds($0) ? 1 : 0 }
    }
    return switch kind {
    case .not: step { (x: UInt8) in x == 0 }
    case .isNaN: step { (x: Float) in x.isNaN }
    case .isInfinite(let negative, let positive):
      step { (x: Float) in (positive && x == .infinity) || (negative && x == -.infinity) }
    }
  }

  func permuted(by permutation: [Int], _ arguments: Arguments) -> Permuted? {
    Permuted(operation: self, inputs: [permutation])
  }
}
