/// `Transpose`.
struct TransposeOperator: Operator {
  /// Axis i of the output is axis `permutation[i]` of the input; nil: the axes in reverse.
  let permutation: [Int]?

  var description: String { "Transpose\(permutation.map { " \($0)" } ?? "")" }

  /// The permutation for a tensor of `rank` axes.
  ///
  /// - Throws: `.shapeMismatch` where it has not each axis once.
  func permutation(rank: Int) throws(NetworkError) -> [Int] {
    let permutation = permutation ?? (0..<rank).reversed()
    guard permutation.sorted() == Array(0..<rank) else {
      throw NetworkError(
        .shapeMismatch, argument: "perm", received: "\(permutation)",
        expected: "each of \(rank) axes once")
    }
    return permutation
  }

  func outputTypes(for arguments: Arguments) throws(NetworkError) -> [TensorType] {
    let x = try arguments.type(0, "x")
    return [TensorType(x.element, try permutation(rank: x.shape.count).map { x.shape[$0] })]
  }

  func step(
    for arguments: Arguments, outputs: [TensorType], context: PlanningContext
  ) throws(NetworkError) -> any Step {
    let x = try arguments.type(0, "x")
    let strides = CollapsedAxes.strides(of: x.shape)
    var step = CopyStep(x.element, context)
    try step.add(
      outputs[0].shape,
      from: .init(
        memory: .input(0), strides: try permutation(rank: x.shape.count).map { strides[$0] }),
      to: .whole(.output(0), outputs[0].shape))
    return step
  }
}
