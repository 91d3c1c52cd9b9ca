/// `Cast` and `CastLike`: floats to integers are rounded towards 0 and kept in range, integers to integers keep their
/// lowest bits.
struct Cast: Operator {
  /// nil: that of the second input.
  let element: ElementType?
  let description = "Cast"

  init(element: ElementType?) { self.element = element }

  init?(_ reader: inout NodeReader) {
    reader.ignore("saturate")
    reader.ignore("round_mode")
    let number = reader.integer("to", default: 0)
    guard let element = ElementType(onnx: number) else {
      reader.reject("attribute to \(ElementType.onnxName(number))")
      return nil
    }
    self.element = element
  }

  func outputTypes(for arguments: Arguments) throws(NetworkError) -> [TensorType] {
    let element = if let element { element } else { try arguments.type(1, "target").element }
    return [TensorType(element, try arguments.type(0, "x").shape)]
  }

  func step(
    for arguments: Arguments, outputs: [TensorType], context: PlanningContext
  ) throws(NetworkError) -> any Step {
    let (from, to) = (try arguments.type(0, "x").element, outputs[0].element)
    return Self.step(outputs[0].count, from.type, to.type, isToBool: to == .bool)
  }

  private static func step<From: NetworkElement, To: NetworkElement>(
    _ count: Int, _ from: From.Type, _ to: To.Type, isToBool: Bool
  ) -> any Step {
    isToBool
      ? MapStep<From, To>(count) { $0 == 0 ? 0 : 1 }
      : MapStep<From, To>(count) { $0.converted(to: to) }
  }

  func permuted(by permutation: [Int], _ arguments: Arguments) -> Permuted? {
    Permuted(
      operation: self, inputs: (0..<arguments.count).map { $0 == 0 ? permutation : nil })
  }
}
