import CConvolution

/// Elements by a norm of those along some axes: `LpNormalization` and `RMSNormalization`.
struct NormDivision: Operator {
  enum Kind {
    /// Where the norm is 0, so is the result.
    case lp(Int, axis: Int)
    /// The mean of the squares along the axes from one on, plus epsilon; the quotient is scaled by input 1.
    case rootMeanSquare(from: Int, epsilon: Float)
  }

  private(set) var kind: Kind

  init(lp power: Int, axis: Int) { kind = .lp(power, axis: axis) }

  init(rootMeanSquareFrom axis: Int, epsilon: Float) {
    kind = .rootMeanSquare(from: axis, epsilon: epsilon)
  }

  var description: String {
    if case .lp = kind { "LpNormalization" } else { "RMSNormalization" }
  }

  /// Whether each axis is one that the norm is taken along.
  func isReduced(_ x: [Int]) throws(NetworkError) -> [Bool] {
    switch kind {
    case .lp(_, let axis):
      let axis = try x.axis(axis)
      return x.indices.map { $0 == axis }
    case .rootMeanSquare(let axis, _):
      let axis = try x.axis(axis)
      return x.indices.map { $0 >= axis }
    }
  }

  func outputTypes(for arguments: Arguments) throws(NetworkError) -> [TensorType] {
    let x = try arguments.floatShape(0, "x")
    _ = try isReduced(x)
    if case .rootMeanSquare = kind {
      let scale = try arguments.floatShape(1, "scale")
      guard try Broadcast([x, scale]).shape == x else {
        throw NetworkError(
          .shapeMismatch, argument: "scale", received: "shape \(scale)",
          expected: "one that broadcasts to \(x)")
      }
    }
    return [TensorType(.float32, x)]
  }

  func step(
    for arguments: Arguments, outputs: [TensorType], context: PlanningContext
  ) throws(NetworkError) -> any Step {
    let x = outputs[0].shape
    let isReduced = try isReduced(x)
    let norms = zip(x, isReduced).map { $1 ? 1 : $0 }
    let (reduction, chain): (conv_reduction_kind, Elementwise)
    switch kind {
    case .lp(let power, _):
      reduction = power == 1 ? CONV_REDUCE_L1 : CONV_REDUCE_L2
      chain = Elementwise(
        description, inputs: 2,
        [.init(CONV_ELEMENTWISE_DIV, [0, 1]), .init(CONV_ELEMENTWISE_SELECT, [1, 2, 1])])
    case .rootMeanSquare(_, let epsilon):
      reduction = CONV_REDUCE_SUM_SQUARE
      let terms = zip(x, isReduced).map { $1 ? $0 : 1 }.product
      chain = Elementwise(
        description, inputs: 3,
        [
          .init(CONV_ELEMENTWISE_AFFINE, [1], p: 1 / Float(terms), q: epsilon),
          .init(CONV_ELEMENTWISE_SQRT, [3]), .init(CONV_ELEMENTWISE_DIV, [0, 4]),
          .init(CONV_ELEMENTWISE_MUL, [5, 2]),
        ])
    }
    let scale = chain.inputCount > 2 ? [try arguments.type(1, "scale").shape] : []
    return NormDivisionStep(
      normCount: norms.product, reduction: try ReductionStep(reduction, x, isReduced, context),
      chain: ElementwiseStep(chain, try Broadcast([x, norms] + scale).axes, context))
  }

  func permuted(by permutation: [Int], _ arguments: Arguments) -> Permuted? {
    guard case .lp(let power, let axis) = kind, let x = arguments[0]?.type.shape,
      x.count == permutation.count, let axis = try? x.axis(axis)
    else { return nil }
    return Permuted(
      operation: NormDivision(lp: power, axis: permutation.place(of: axis)), inputs: [permutation])
  }
}

private struct NormDivisionStep: Step {
  let normCount: Int
  let reduction: ReductionStep
  /// Of x, the norms and maybe a scale.
  let chain: ElementwiseStep

  var workspaceBytes: Int { normCount * MemoryLayout<Float>.stride }
  var reusableInputs: [Int] { [0] }

  func run(_ operands: Operands) {
    let norms = operands.workspace?.assumingMemoryBound(to: Float.self)
    reduction.run(operands.floats(0), norms)
    chain.run(
      input: { $0 == 0 ? operands.floats(0) : $0 == 1 ? UnsafePointer(norms) : operands.floats(1) },
      operands.outputFloats(0))
  }
}
