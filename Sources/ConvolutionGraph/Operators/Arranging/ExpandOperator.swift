/// `Expand`: axes of extent 1 are repeated, so that a tensor broadcast against the shape in input 1 is whole.
struct ExpandOperator: Operator {
  private(set) var order = AxisOrder()

  var description: String { "Expand" }

  func outputTypes(for arguments: Arguments) throws(NetworkError) -> [TensorType] {
    let x = try arguments.type(0, "x")
    let wanted = try TensorType(x.element, try arguments.requiredIntegers(1, "shape")).checked()
      .shape
    let shape = try Broadcast([order.inFile(x.shape), wanted]).shape
    return [try TensorType(x.element, order.atHand(shape)).checked()]
  }

  func step(
    for arguments: Arguments, outputs: [TensorType], context: PlanningContext
  ) throws(NetworkError) -> any Step {
    let (x, shape) = (try arguments.type(0, "x"), outputs[0].shape)
    let repeated = Array(repeating: 0, count: shape.count - x.shape.count)
    var step = CopyStep(x.element, context)
    try step.add(
      shape, from: .init(memory: .input(0), strides: repeated + Broadcast.strides(of: x.shape)),
      to: .whole(.output(0), shape))
    return step
  }

  /// Only where it adds no axes.
  func permuted(by permutation: [Int], _ arguments: Arguments) -> Permuted? {
    guard let wanted = try? arguments.requiredIntegers(1, "shape"),
      wanted.count <= permutation.count
    else { return nil }
    var operation = self
    operation.order = order.permuted(by: permutation)
    return Permuted(operation: operation, inputs: [permutation, nil])
  }
}
