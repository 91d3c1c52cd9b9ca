extension Recurrent: ONNXWriting {
  /// onnxruntime has steps outermost alone: what is batch first is transposed.
  func write(to writer: inout ONNXWriter) throws(NetworkError) {
    guard let hidden = hidden ?? writer.shape(Input.recurrent.rawValue)?.last else {
      throw writer.reject("recurrent weights of an unknown shape")
    }
    var inputs = writer.inputs()
    if isBatchFirst {
      for input in [Input.x, .state, .cell] where input.rawValue < inputs.count {
        inputs[input.rawValue] = inputs[input.rawValue].map { writer.transpose($0, [1, 0, 2]) }
      }
    }
    let direction: Direction =
      isReversed.count > 1 ? .bidirectional : isReversed[0] ? .reverse : .forward
    let outputs = writer.add(
      description, inputs,
      [
        "hidden_size": .integer(hidden), "direction": .string(direction.rawValue),
        "linear_before_reset": kind == .gruResettingAfter ? .integer(1) : nil,
      ], outputs: kind == .lstm ? 3 : 2)
    for (index, output) in outputs.enumerated() where writer.isWanted(index) {
      let permutation = index == 0 ? [2, 0, 1, 3] : [1, 0, 2]
      writer.setOutput(index, isBatchFirst ? writer.transpose(output, permutation) : output)
    }
  }
}
