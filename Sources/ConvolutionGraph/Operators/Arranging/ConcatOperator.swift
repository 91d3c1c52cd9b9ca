/// `Concat`: tensors one after the other along an axis.
struct ConcatOperator: Operator {
  /// A negative one counts from the end.
  let axis: Int

  init?(_ reader: inout NodeReader) {
    guard let axis = reader.integer("axis") else {
      reader.reject("no attribute axis")
      return nil
    }
    self.init(axis: axis)
  }

  init(axis: Int) { self.axis = axis }

  var description: String { "Concat \(axis)" }

  func outputTypes(for arguments: Arguments) throws(NetworkError) -> [TensorType] {
    let first = try arguments.type(0, "inputs")
    let axis = try first.shape.axis(axis)
    var type = first
    for index in 1..<max(arguments.count, 1) {
      let next = try arguments.type(index, "inputs")
      var expected = first
      if axis < next.shape.count { expected.shape[axis] = next.shape[axis] }
      guard next == expected else {
        throw NetworkError(
          .shapeMismatch, argument: "inputs", received: "\(next) beside \(first)",
          expected: "the same but for axis \(axis)")
      }
      // Both are extents of checked types, so that their sum fits before it is checked itself.
      type.shape[axis] += next.shape[axis]
      type = try type.checked()
    }
    return [type]
  }

  func step(
    for arguments: Arguments, outputs: [TensorType], context: PlanningContext
  ) throws(NetworkError) -> any Step {
    var step = CopyStep(outputs[0].element, context)
    let axis = try outputs[0].shape.axis(axis)
    var to = CopyStep.Walk.whole(.output(0), outputs[0].shape)
    for index in 0..<arguments.count {
      let shape = try arguments.type(index, "inputs").shape
      try step.add(shape, from: .whole(.input(index), shape), to: to)
      to.first += shape[axis] * to.strides[axis]
    }
    return step
  }

  func placement(for arguments: Arguments, outputs: [TensorType]) -> Placement? {
    guard let axis = try? outputs[0].shape.axis(axis) else { return nil }
    let inputs = (0..<arguments.count).compactMap { arguments[$0]?.type }
    if outputs[0].isOneRun(before: axis) {
      return .inputsInOutput(inputs.map(\.byteCount).runningTotals)
    }
    guard axis == outputs[0].shape.count - 1, outputs[0].element == .float32 else { return nil }
    return .inputsInPixels(
      inputs.map { $0.shape[axis] * MemoryLayout<Float>.stride }.runningTotals,
      of: outputs[0].shape[axis])
  }

  func permuted(by permutation: [Int], _ arguments: Arguments) -> Permuted? {
    guard let axis = try? permutation.axis(axis) else { return nil }
    return Permuted(
      operation: ConcatOperator(axis: permutation.place(of: axis)),
      inputs: (0..<arguments.count).map { _ in permutation })
  }
}
