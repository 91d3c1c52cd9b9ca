import Convolution

/// `Tile`: a tensor beside itself, along each axis as often as input 1 says.
struct TileOperator: Operator {
  private(set) var order = AxisOrder()

  var description: String { "Tile" }

  /// Along each axis of the tensor at hand.
  private func repeats(_ arguments: Arguments) throws(NetworkError) -> [Int] {
    let (x, repeats) = (try arguments.type(0, "x"), try arguments.requiredIntegers(1, "repeats"))
    guard repeats.count == x.shape.count, repeats.allSatisfy({ $0 >= 0 }) else {
      throw NetworkError(
        .shapeMismatch, argument: "repeats", received: "\(repeats)",
        expected: "a count for each axis of \(x.shape)")
    }
    return order.atHand(repeats)
  }

  func outputTypes(for arguments: Arguments) throws(NetworkError) -> [TensorType] {
    var type = try arguments.type(0, "x")
    for (axis, times) in try repeats(arguments).enumerated() {
      type.shape[axis] = try asNetworkError { () throws(ConvolutionError) in
        try Checked.multiply(type.shape[axis], times, argument: "repeats")
      }
    }
    return [try type.checked()]
  }

  func step(
    for arguments: Arguments, outputs: [TensorType], context: PlanningContext
  ) throws(NetworkError) -> any Step {
    let (x, repeats) = (try arguments.type(0, "x"), try repeats(arguments))
    let (from, to) = (
      CollapsedAxes.strides(of: x.shape), CollapsedAxes.strides(of: outputs[0].shape)
    )
    // Every axis is two: which repetition, and where in it.
    let axes = x.shape.indices
    var step = CopyStep(x.element, context)
    try step.add(
      axes.flatMap { [repeats[$0], x.shape[$0]] },
      from: .init(memory: .input(0), strides: axes.flatMap { [0, from[$0]] }),
      to: .init(memory: .output(0), strides: axes.flatMap { [to[$0] * x.shape[$0], to[$0]] }))
    return step
  }

  func permuted(by permutation: [Int], _ arguments: Arguments) -> Permuted? {
    var operation = self
    operation.order = order.permuted(by: permutation)
    return Permuted(operation: operation, inputs: [permutation, nil])
  }
}
