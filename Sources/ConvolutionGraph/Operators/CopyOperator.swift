/// The input, in memory of its own.
struct CopyOperator: Operator {
  var description: String { "Copy" }

  func outputTypes(for arguments: Arguments) throws(NetworkError) -> [TensorType] {
    [try arguments.type(0, "x")]
  }

  func step(
    for arguments: Arguments, outputs: [TensorType], context: PlanningContext
  ) throws(NetworkError) -> any Step {
    let bytes = outputs[0].byteCount
    return SwiftStep { operands in
      guard let x = operands.input(0), bytes > 0 else { return }
      operands.output(0)?.copyMemory(from: x, byteCount: bytes)
    }
  }
}
