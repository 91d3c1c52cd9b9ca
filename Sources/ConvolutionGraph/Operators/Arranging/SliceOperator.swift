/// `Slice`: every so many elements between two, along some axes, as NumPy has it. Inputs 1 to 4: starts, ends, axes, steps.
struct SliceOperator: Operator {
  private(set) var order = AxisOrder()

  init(_ reader: inout NodeReader) {
    reader.setInput(1, integers: reader.integers("starts"))
    reader.setInput(2, integers: reader.integers("ends"))
    reader.setInput(3, integers: reader.integers("axes"))
  }

  var description: String { "Slice" }

  /// What is taken of an axis: elements `first + step i`.
  struct Part: Equatable {
    var first, step, count: Int

    /// - Parameter step: not 0.
    init(from start: Int, to end: Int, step: Int, extent: Int) {
      func clamped(_ index: Int) -> Int {
        let fromBegin = index < 0 ? index + extent : index
        return step > 0 ? min(max(fromBegin, 0), extent) : min(max(fromBegin, -1), extent - 1)
      }
      let (start, end) = (clamped(start), clamped(end))
      let span = step > 0 ? end - start : start - end
      let count = span <= 0 ? 0 : Int(UInt(span - 1) / step.magnitude) + 1
      // A step that is not taken does not matter, and may be too long to multiply.
      (first, self.step, self.count) =
        count == 0 ? (0, 1, 0) : (start, count == 1 ? 1 : step, count)
    }
  }

  /// Of each of the file's axes.
  func parts(_ arguments: Arguments) throws(NetworkError) -> [Part] {
    let shape = order.inFile(try arguments.type(0, "x").shape)
    let starts = try arguments.requiredIntegers(1, "starts")
    let ends = try arguments.requiredIntegers(2, "ends")
    let axes = try arguments.integers(3, "axes") ?? Array(starts.indices)
    let steps = try arguments.integers(4, "steps") ?? starts.map { _ in 1 }
    guard ends.count == starts.count, axes.count == starts.count, steps.count == starts.count,
      try shape.marked(axes).count(where: { $0 }) == axes.count
    else {
      throw NetworkError(
        .shapeMismatch, argument: "starts, ends, axes, steps",
        received: "\(starts), \(ends), \(axes), \(steps)",
        expected: "one of each for every axis, and each axis once")
    }
    guard !steps.contains(0) else {
      throw NetworkError(
        .invalidValue, argument: "steps", received: "\(steps)", expected: "no step of 0")
    }
    var parts = shape.map { Part(from: 0, to: $0, step: 1, extent: $0) }
    for (index, axis) in axes.enumerated() {
      let axis = try shape.axis(axis)
      parts[axis] = Part(
        from: starts[index], to: ends[index], step: steps[index], extent: shape[axis])
    }
    return parts
  }

  func outputTypes(for arguments: Arguments) throws(NetworkError) -> [TensorType] {
    let x = try arguments.type(0, "x")
    return [TensorType(x.element, order.atHand(try parts(arguments)).map(\.count))]
  }

  func step(
    for arguments: Arguments, outputs: [TensorType], context: PlanningContext
  ) throws(NetworkError) -> any Step {
    let x = try arguments.type(0, "x")
    let parts = order.atHand(try parts(arguments))
    let strides = CollapsedAxes.strides(of: x.shape)
    var step = CopyStep(x.element, context)
    try step.add(
      outputs[0].shape,
      from: .init(
        memory: .input(0), first: zip(parts, strides).reduce(0) { $0 + $1.0.first * $1.1 },
        strides: zip(parts, strides).map { $0.step * $1 }),
      to: .whole(.output(0), outputs[0].shape))
    return step
  }

  func permuted(by permutation: [Int], _ arguments: Arguments) -> Permuted? {
    var operation = self
    operation.order = order.permuted(by: permutation)
    return Permuted(
      operation: operation, inputs: (0..<arguments.count).map { $0 == 0 ? permutation : nil })
  }
}
