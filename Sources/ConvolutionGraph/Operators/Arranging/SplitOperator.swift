/// `Split`: parts of a tensor along an axis. Input 1 has their extents; where it is left out they are alike but for the
/// last, which has what is left.
struct SplitOperator: Operator {
  /// A negative one counts from the end.
  let axis: Int
  let parts: Int

  init?(_ reader: inout NodeReader) {
    axis = reader.integer("axis", default: 0)
    parts = reader.outputCount
    reader.setInput(1, integers: reader.integers("split"))
    if let count = reader.integer("num_outputs"), count != parts {
      reader.reject("attribute num_outputs \(count) of \(parts) outputs")
      return nil
    }
  }

  init(axis: Int, parts: Int) {
    self.axis = axis
    self.parts = parts
  }

  var description: String { "Split \(axis)" }

  func outputTypes(for arguments: Arguments) throws(NetworkError) -> [TensorType] {
    let x = try arguments.type(0, "x")
    let axis = try x.shape.axis(axis)
    let extent = x.shape[axis]
    let given = try arguments.integers(1, "split")
    let extents = given ?? Self.alike(extent, parts)
    // Each is checked first, so that the sum cannot overflow before it is compared.
    guard extents.count == parts, extents.allSatisfy({ (0...extent).contains($0) }),
      extents.reduce(0, { min($0 + $1, extent + 1) }) == extent
    else {
      throw NetworkError(
        .shapeMismatch, argument: "split",
        received: given.map(\.description) ?? "\(parts) parts",
        expected: "\(parts) extents with a sum of \(extent)")
    }
    return extents.map {
      var part = x
      part.shape[axis] = $0
      return part
    }
  }

  private static func alike(_ extent: Int, _ parts: Int) -> [Int] {
    let part = (extent + parts - 1) / max(parts, 1)
    return (0..<parts).map { $0 == parts - 1 ? extent - part * $0 : part }
  }

  func step(
    for arguments: Arguments, outputs: [TensorType], context: PlanningContext
  ) throws(NetworkError) -> any Step {
    let x = try arguments.type(0, "x")
    let axis = try x.shape.axis(axis)
    var step = CopyStep(x.element, context)
    var from = CopyStep.Walk.whole(.input(0), x.shape)
    for (index, output) in outputs.enumerated() {
      try step.add(output.shape, from: from, to: .whole(.output(index), output.shape))
      from.first += output.shape[axis] * from.strides[axis]
    }
    return step
  }

  func placement(for arguments: Arguments, outputs: [TensorType]) -> Placement? {
    guard let x = arguments[0]?.type, let axis = try? x.shape.axis(axis) else { return nil }
    if x.isOneRun(before: axis) {
      return .outputsInInput(outputs.map(\.byteCount).runningTotals)
    }
    guard axis == x.shape.count - 1, x.element == .float32 else { return nil }
    return .outputsInPixels(
      outputs.map { $0.shape[axis] * MemoryLayout<Float>.stride }.runningTotals, of: x.shape[axis])
  }

  func permuted(by permutation: [Int], _ arguments: Arguments) -> Permuted? {
    guard let axis = try? permutation.axis(axis) else { return nil }
    return Permuted(
      operation: SplitOperator(axis: permutation.place(of: axis), parts: parts),
      inputs: (0..<arguments.count).map { $0 == 0 ? permutation : nil })
  }
}
