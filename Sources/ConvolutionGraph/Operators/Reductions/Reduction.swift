import CConvolution

/// Elements along some axes come to one: sums, means, extrema, norms.
struct Reduction: Operator {
  let kind: conv_reduction_kind
  /// nil: those of input 1, or all where there is none.
  var axes: [Int]?
  let keepsAxes: Bool
  /// Whether no axes are none, and not all.
  let takesNoAxesAsNone: Bool

  init(_ kind: conv_reduction_kind, axes: [Int], keepsAxes: Bool = true) {
    self.kind = kind
    self.axes = axes
    self.keepsAxes = keepsAxes
    takesNoAxesAsNone = true
  }

  init(_ reader: inout NodeReader, _ kind: conv_reduction_kind) {
    self.kind = kind
    axes = reader.integers("axes")
    keepsAxes = reader.bool("keepdims", default: true)
    takesNoAxesAsNone = reader.bool("noop_with_empty_axes")
  }

  var description: String {
    switch kind {
    case CONV_REDUCE_SUM: "ReduceSum"
    case CONV_REDUCE_MEAN: "ReduceMean"
    case CONV_REDUCE_MIN: "ReduceMin"
    case CONV_REDUCE_MAX: "ReduceMax"
    case CONV_REDUCE_PRODUCT: "ReduceProd"
    case CONV_REDUCE_L1: "ReduceL1"
    case CONV_REDUCE_L2: "ReduceL2"
    case CONV_REDUCE_SUM_SQUARE: "ReduceSumSquare"
    default: "ReduceLogSumExp"
    }
  }

  /// Whether each axis is reduced.
  func reducedAxes(_ arguments: Arguments) throws(NetworkError) -> [Bool] {
    let shape = try arguments.type(0, "x").shape
    let given = if let axes { axes } else { try arguments.integers(1, "axes") ?? [] }
    if given.isEmpty { return shape.map { _ in !takesNoAxesAsNone } }
    return try shape.marked(given)
  }

  func outputTypes(for arguments: Arguments) throws(NetworkError) -> [TensorType] {
    let x = try arguments.type(0, "x")
    guard x.element == .float32 || (kind != CONV_REDUCE_L2 && kind != CONV_REDUCE_LOG_SUM_EXP)
    else {
      throw NetworkError(.shapeMismatch, argument: "x", received: "\(x)", expected: "float32")
    }
    var shape: [Int] = []
    for (extent, isReduced) in zip(x.shape, try reducedAxes(arguments)) {
      if isReduced { if keepsAxes { shape.append(1) } } else { shape.append(extent) }
    }
    return [TensorType(x.element, shape)]
  }

  func step(
    for arguments: Arguments, outputs: [TensorType], context: PlanningContext
  ) throws(NetworkError) -> any Step {
    let (x, isReduced) = (try arguments.type(0, "x"), try reducedAxes(arguments))
    switch x.element {
    case .float32: return try ReductionStep(kind, x.shape, isReduced, context)
    case .int64: return try IntegerReductionStep<Int64>(kind, x.shape, isReduced)
    case .int32: return try IntegerReductionStep<Int32>(kind, x.shape, isReduced)
    case .uint8, .bool: return try IntegerReductionStep<UInt8>(kind, x.shape, isReduced)
    }
  }

  /// Where axes are dropped, the output has no axes to permute alike.
  func permuted(by permutation: [Int], _ arguments: Arguments) -> Permuted? {
    guard keepsAxes, let isReduced = try? reducedAxes(arguments),
      isReduced.count == permutation.count,
      isReduced.contains(true)
    else { return nil }
    var operation = self
    operation.axes = permutation.indices.filter { isReduced[permutation[$0]] }
    return Permuted(
      operation: operation, inputs: (0..<arguments.count).map { $0 == 0 ? permutation : nil })
  }
}
