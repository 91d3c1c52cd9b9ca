/// `Shape` and `Size`: what is known of a tensor without its elements.
struct ShapeOperator: Operator {
  enum Kind: Sendable {
    /// The extents from one axis to another, which is not included; negative ones count from the end, and both are clamped.
    case shape(start: Int, end: Int?)
    case size
  }

  let kind: Kind

  var description: String {
    switch kind {
    case .shape: "Shape"
    case .size: "Size"
    }
  }

  func outputTypes(for arguments: Arguments) throws(NetworkError) -> [TensorType] {
    [try value(for: arguments).type]
  }

  func step(
    for arguments: Arguments, outputs: [TensorType], context: PlanningContext
  ) throws(NetworkError) -> any Step {
    try CopyStep(value(for: arguments), context)
  }

  func constantOutput(for arguments: Arguments) throws(NetworkError) -> NetworkTensor? {
    try value(for: arguments)
  }

  private func value(for arguments: Arguments) throws(NetworkError) -> NetworkTensor {
    let x = try arguments.type(0, "x").shape
    switch kind {
    case .shape(let start, let end):
      func clamped(_ axis: Int) -> Int { min(max(axis < 0 ? axis + x.count : axis, 0), x.count) }
      let (first, end) = (clamped(start), clamped(end ?? x.count))
      let extents = x[first..<max(first, end)].map(Int64.init)
      return try NetworkTensor(extents, shape: [extents.count])
    case .size:
      return try NetworkTensor([Int64(x.product)], shape: [])
    }
  }
}
