/// A question about every element: `Not`, `IsNaN`, `IsInf`.
struct ElementTest: Operator {
  let description: String
  private let element: ElementType
  private let makeStep: @Sendable (Int) -> any Step

  init(description: String, ofBytes holds: @escaping @Sendable (UInt8) -> Bool) {
    self.init(description, .bool, holds)
  }

  init(description: String, ofFloats holds: @escaping @Sendable (Float) -> Bool) {
    self.init(description, .float32, holds)
  }

  private init<Element: NetworkElement>(
    _ description: String, _ element: ElementType, _ holds: @escaping @Sendable (Element) -> Bool
  ) {
    self.description = description
    self.element = element
    makeStep = { MapStep<Element, UInt8>($0) { holds($0) ? 1 : 0 } }
  }

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
    makeStep(outputs[0].count)
  }

  func permuted(by permutation: [Int], _ arguments: Arguments) -> Permuted? {
    Permuted(operation: self, inputs: [permutation])
  }
}
