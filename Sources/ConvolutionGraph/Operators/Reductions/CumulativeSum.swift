/// `CumSum`: the sum of all elements up to each one along an axis.
struct CumulativeSum: Operator {
  let isExclusive, isReversed: Bool
  let description = "CumSum"

  init(_ reader: inout NodeReader) {
    isExclusive = reader.bool("exclusive")
    isReversed = reader.bool("reverse")
  }

  private func axis(_ arguments: Arguments) throws(NetworkError) -> Int {
    guard let axis = try arguments.integers(1, "axis")?.first else {
      throw NetworkError(.invalidValue, argument: "axis", received: "none", expected: "an axis")
    }
    return try arguments.type(0, "x").shape.axis(axis)
  }

  func outputTypes(for arguments: Arguments) throws(NetworkError) -> [TensorType] {
    _ = try axis(arguments)
    let x = try arguments.type(0, "x")
    guard x.element != .bool else {
      throw NetworkError(.shapeMismatch, argument: "x", received: "\(x)", expected: "numbers")
    }
    return [x]
  }

  func step(
    for arguments: Arguments, outputs: [TensorType], context: PlanningContext
  ) throws(NetworkError) -> any Step {
    step(AxisSplit(outputs[0].shape, axis: try axis(arguments)), outputs[0].element.type)
  }

  private func step<Element: NetworkElement>(
    _ split: AxisSplit, _ element: Element.Type
  ) -> any Step {
    SwiftStep { [isExclusive, isReversed] operands in
      let count = split.outer * split.count * split.inner
      let x = operands.elements(0, of: element, count: count)
      let y = operands.outputElements(0, of: element, count: count)
      split.forEachLine { first in
        var sum: Element = 0
        for index in 0..<split.count {
          let place = first + (isReversed ? split.count - 1 - index : index) * split.inner
          let next = Element.sum(sum, x[place])
          y[place] = isExclusive ? sum : next
          sum = next
        }
      }
    }
  }
}
