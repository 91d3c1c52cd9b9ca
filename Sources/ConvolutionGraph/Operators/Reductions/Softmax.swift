import CConvolution

/// `Softmax` and `LogSoftmax`.
struct Softmax: Operator {
  let isLogarithm: Bool
  var axis: Int
  /// Whether it is along all axes from ``axis`` on, taken as one: until opset 13.
  let isFlattened: Bool

  init(axis: Int, isLogarithm: Bool = false) {
    self.axis = axis
    self.isLogarithm = isLogarithm
    isFlattened = false
  }

  init(_ reader: inout NodeReader, isLogarithm: Bool) {
    self.isLogarithm = isLogarithm
    isFlattened = reader.opset < 13
    axis = reader.integer("axis", default: isFlattened ? 1 : -1)
  }

  var description: String { isLogarithm ? "LogSoftmax" : "Softmax" }

  private func split(_ arguments: Arguments) throws(NetworkError) -> AxisSplit {
    let shape = try arguments.floatShape(0, "x")
    guard isFlattened else {
      // A scalar is a tensor of one axis here.
      let shape = shape.isEmpty ? [1] : shape
      return AxisSplit(shape, axis: try shape.axis(axis))
    }
    // Of a matrix, the axis may also be behind the last one.
    let first = axis == shape.count ? axis : try shape.axis(axis)
    return AxisSplit([shape[..<first].reduce(1, *), shape[first...].reduce(1, *)], axis: 1)
  }

  func outputTypes(for arguments: Arguments) throws(NetworkError) -> [TensorType] {
    _ = try split(arguments)
    return [try arguments.type(0, "x")]
  }

  func step(
    for arguments: Arguments, outputs: [TensorType], context: PlanningContext
  ) throws(NetworkError) -> any Step {
    let (split, isa, threads) = (try split(arguments), context.isa, context.threads)
    return SwiftStep { [isLogarithm] operands in
      conv_run_softmax(
        isa, isLogarithm, operands.floats(0), operands.outputFloats(0), Int64(split.outer),
        Int64(split.count), Int64(split.inner), threads)
    }
  }

  func permuted(by permutation: [Int], _ arguments: Arguments) -> Permuted? {
    guard !isFlattened, let shape = arguments[0]?.type.shape, shape.count == permutation.count,
      let axis = try? shape.axis(axis)
    else { return nil }
    var operation = self
    operation.axis = permutation.place(of: axis)
    return Permuted(operation: operation, inputs: [permutation])
  }
}
