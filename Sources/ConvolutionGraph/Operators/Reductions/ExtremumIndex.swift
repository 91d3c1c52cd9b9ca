/// `ArgMax` and `ArgMin`: where along an axis the largest or smallest element is.
struct ExtremumIndex: Operator {
  let isMaximum: Bool
  var axis: Int
  let keepsAxis: Bool
  /// Whether of equal elements the last one is meant.
  let takesLast: Bool

  init(_ reader: inout NodeReader, isMaximum: Bool) {
    self.isMaximum = isMaximum
    axis = reader.integer("axis", default: 0)
    keepsAxis = reader.bool("keepdims", default: true)
    takesLast = reader.bool("select_last_index")
  }

  var description: String { isMaximum ? "ArgMax" : "ArgMin" }

  func outputTypes(for arguments: Arguments) throws(NetworkError) -> [TensorType] {
    var shape = try arguments.type(0, "x").shape
    let axis = try shape.axis(axis)
    guard shape[axis] > 0 else {
      throw NetworkError(
        .shapeMismatch, argument: "x", received: "shape \(shape)",
        expected: "elements along axis \(axis)")
    }
    if keepsAxis { shape[axis] = 1 } else { shape.remove(at: axis) }
    return [TensorType(.int64, shape)]
  }

  func step(
    for arguments: Arguments, outputs: [TensorType], context: PlanningContext
  ) throws(NetworkError) -> any Step {
    let x = try arguments.type(0, "x")
    return step(AxisSplit(x.shape, axis: try x.shape.axis(axis)), x.element.type)
  }

  private func step<Element: NetworkElement>(
    _ split: AxisSplit, _ element: Element.Type
  ) -> any Step {
    switch (isMaximum, takesLast) {
    case (true, false): step(split) { (a: Element, b: Element) in a > b }
    case (true, true): step(split) { (a: Element, b: Element) in a >= b }
    case (false, false): step(split) { (a: Element, b: Element) in a < b }
    case (false, true): step(split) { (a: Element, b: Element) in a <= b }
    }
  }

  /// Line by line of what lies side by side, so that memory is read in its order.
  private func step<Element: NetworkElement>(
    _ split: AxisSplit, _ replaces: @escaping @Sendable (Element, Element) -> Bool
  ) -> any Step {
    SwiftStep { operands in
      let x = operands.elements(0, of: Element.self, count: split.outer * split.count * split.inner)
      let result = operands.outputElements(0, of: Int64.self, count: split.outer * split.inner)
      result.update(repeating: 0)
      for outer in 0..<split.outer {
        let (from, to) = (outer * split.count * split.inner, outer * split.inner)
        for index in 1..<max(split.count, 1) {
          for inner in 0..<split.inner {
            let best = from + Int(result[to + inner]) * split.inner + inner
            if replaces(x[from + index * split.inner + inner], x[best]) {
              result[to + inner] = Int64(index)
            }
          }
        }
      }
    }
  }

  /// Where the axis is dropped, the output has no axes to permute alike.
  func permuted(by permutation: [Int], _ arguments: Arguments) -> Permuted? {
    guard keepsAxis, let shape = arguments[0]?.type.shape, shape.count == permutation.count,
      let axis = try? shape.axis(axis)
    else { return nil }
    var operation = self
    operation.axis = permutation.place(of: axis)
    return Permuted(operation: operation, inputs: [permutation])
  }
}
