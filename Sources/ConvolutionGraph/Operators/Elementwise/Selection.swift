/// `Where`: elements of one of two tensors, of any type.
struct Selection: Operator {
  let description = "Where"

  func outputTypes(for arguments: Arguments) throws(NetworkError) -> [TensorType] {
    let condition = try arguments.type(0, "condition")
    let (x, y) = (try arguments.type(1, "x"), try arguments.type(2, "y"))
    guard condition.element == .bool, x.element == y.element else {
      throw NetworkError(
        .shapeMismatch, argument: "inputs", received: "\(condition), \(x), \(y)",
        expected: "bool and two tensors of one type")
    }
    return [TensorType(x.element, try Broadcast(arguments, count: 3).shape)]
  }

  func step(
    for arguments: Arguments, outputs: [TensorType], context: PlanningContext
  ) throws(NetworkError) -> any Step {
    Self.step(try Broadcast(arguments, count: 3).axes, outputs[0].element.type)
  }

  private static func step<Element: NetworkElement>(
    _ axes: CollapsedAxes, _ element: Element.Type
  ) -> any Step {
    SwiftStep { operands in
      guard axes.count > 0 else { return }
      let condition = operands.input(0)!.assumingMemoryBound(to: UInt8.self)
      let x = operands.input(1)!.assumingMemoryBound(to: element)
      let y = operands.input(2)!.assumingMemoryBound(to: element)
      let result = operands.outputElements(0, of: element, count: axes.count)
      for row in 0..<axes.rowCount {
        let (c, a, b) = (
          condition + axes.offset(of: 0, row: row), x + axes.offset(of: 1, row: row),
          y + axes.offset(of: 2, row: row)
        )
        for index in 0..<axes.rowExtent {
          result[row * axes.rowExtent + index] =
            c[index * axes.step(of: 0)] != 0
            ? a[index * axes.step(of: 1)] : b[index * axes.step(of: 2)]
        }
      }
    }
  }

  func permuted(by permutation: [Int], _ arguments: Arguments) -> Permuted? {
    Broadcast.permuted(by: permutation, arguments).map { Permuted(operation: self, inputs: $0) }
  }
}
