/// `ConstantOfShape`: one value everywhere in a tensor whose shape is input 0.
struct FillOperator: Operator {
  /// Of one element.
  let value: NetworkTensor

  init?(_ reader: inout NodeReader) {
    guard let value = reader.tensor("value") ?? (try? NetworkTensor(repeating: 0, shape: [1])),
      value.count == 1
    else {
      reader.reject("attribute value that has not one element")
      return nil
    }
    self.value = value
  }

  var description: String { "ConstantOfShape" }

  func outputTypes(for arguments: Arguments) throws(NetworkError) -> [TensorType] {
    let shape = try arguments.requiredIntegers(0, "shape")
    return [try TensorType(value.element, shape).checked()]
  }

  func step(
    for arguments: Arguments, outputs: [TensorType], context: PlanningContext
  ) throws(NetworkError) -> any Step {
    var step = CopyStep(value.element, context)
    let shape = outputs[0].shape
    try step.add(
      shape, from: .element(.constant(value), axes: shape.count), to: .whole(.output(0), shape))
    return step
  }
}
