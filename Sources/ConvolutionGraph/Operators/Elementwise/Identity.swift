/// `Identity`, and `Dropout` where nothing is trained.
struct Identity: Operator {
  let description: String
  /// The input that, where it is there, says whether the node trains.
  var trainingInput: Int?

  var isView: Bool { true }

  func outputTypes(for arguments: Arguments) throws(NetworkError) -> [TensorType] {
    if let trainingInput, let trains = try arguments.integers(trainingInput, "training_mode"),
      trains.contains(where: { $0 != 0 })
    {
      throw NetworkError(
        .invalidValue, argument: "training_mode", received: "true", expected: "false")
    }
    return [try arguments.type(0, "input")]
  }

  func step(
    for arguments: Arguments, outputs: [TensorType], context: PlanningContext
  ) throws(NetworkError) -> any Step {
    let bytes = outputs[0].byteCount
    return SwiftStep { operands in
      guard bytes > 0 else { return }
      operands.output(0)!.copyMemory(from: operands.input(0)!, byteCount: bytes)
    }
  }

  func permuted(by permutation: [Int], _ arguments: Arguments) -> Permuted? {
    Permuted(
      operation: self,
      inputs: (0..<arguments.count).map { $0 == 0 ? permutation : nil })
  }
}
