/// `Range`: the numbers from inputs 0 to 1, which is not among them, in steps of input 2.
struct RangeOperator: Operator {
  var description: String { "Range" }

  func outputTypes(for arguments: Arguments) throws(NetworkError) -> [TensorType] {
    let start = try arguments.requiredScalar(0, "start")
    let limit = try arguments.requiredScalar(1, "limit")
    let delta = try arguments.requiredScalar(2, "delta")
    guard [.float32, .int64, .int32].contains(start.element),
      limit.element == start.element, delta.element == start.element
    else {
      throw NetworkError(
        .shapeMismatch, argument: "start, limit, delta",
        received: "\(start.element), \(limit.element), \(delta.element)",
        expected: "float32, int64 or int32, all alike")
    }
    let count =
      if let first = start.integers?[0], let last = limit.integers?[0],
        let step = delta.integers?[0]
      {
        Self.count(from: first, to: last, by: step)
      } else {
        Self.count(from: start.floats[0], to: limit.floats[0], by: delta.floats[0])
      }
    guard let count else {
      throw NetworkError(
        .invalidValue, argument: "start, limit, delta",
        received: "\(start.floats[0]), \(limit.floats[0]), \(delta.floats[0])",
        expected: "finite numbers, a step that is not 0, and a count that fits into 64 bits")
    }
    return [try TensorType(start.element, [count]).checked()]
  }

  func step(
    for arguments: Arguments, outputs: [TensorType], context: PlanningContext
  ) throws(NetworkError) -> any Step {
    let start = try arguments.requiredScalar(0, "start")
    let delta = try arguments.requiredScalar(2, "delta")
    let numbers = try NetworkTensor(uninitialized: outputs[0])
    if let first = start.integers?[0], let step = delta.integers?[0] {
      if numbers.element == .int64 {
        numbers.fill { Int64(first + $0 * step) }
      } else {
        numbers.fill { Int32(first + $0 * step) }
      }
    } else {
      let (first, step) = (Double(start.floats[0]), Double(delta.floats[0]))
      numbers.fill { Float(first + Double($0) * step) }
    }
    return try CopyStep(numbers, context)
  }

  /// nil: no count.
  private static func count(from start: Int, to limit: Int, by step: Int) -> Int? {
    let (span, overflow) = limit.subtractingReportingOverflow(start)
    guard step != 0, !overflow else { return nil }
    guard (span > 0) == (step > 0), span != 0 else { return 0 }
    return Int((span.magnitude - 1) / step.magnitude + 1)
  }

  /// nil: no count.
  private static func count(from start: Float, to limit: Float, by step: Float) -> Int? {
    Int(exactly: max(((Double(limit) - Double(start)) / Double(step)).rounded(.up), 0))
  }
}

extension NetworkTensor {
  fileprivate func fill<Element: BitwiseCopyable>(_ element: (Int) -> Element) {
    let elements = mutableBytes.bindMemory(to: Element.self)
    for index in elements.indices { elements[index] = element(index) }
  }
}
