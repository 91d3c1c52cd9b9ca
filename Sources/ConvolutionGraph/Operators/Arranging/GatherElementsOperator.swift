/// `GatherElements`: for each place of the indices in input 1 the element there, but along one axis where the index says.
///
/// Indices outside are treated as by ``GatherOperator``.
struct GatherElementsOperator: Operator {
  /// A negative one counts from the end.
  let axis: Int

  var description: String { "GatherElements \(axis)" }

  func outputTypes(for arguments: Arguments) throws(NetworkError) -> [TensorType] {
    let x = try arguments.type(0, "x")
    let axis = try x.shape.axis(axis)
    let indices = try arguments.indices(1, of: x.shape[axis])
    guard indices.shape.count == x.shape.count,
      x.shape.indices.allSatisfy({ $0 == axis || indices.shape[$0] <= x.shape[$0] })
    else {
      throw NetworkError(
        .shapeMismatch, argument: "indices", received: "\(indices)",
        expected: "the axes of \(x), none longer but axis \(axis)")
    }
    return [try TensorType(x.element, indices.shape).checked()]
  }

  func step(
    for arguments: Arguments, outputs: [TensorType], context: PlanningContext
  ) throws(NetworkError) -> any Step {
    let (x, indices) = (try arguments.type(0, "x"), try arguments.type(1, "indices"))
    let axis = try x.shape.axis(axis)
    let stride = CollapsedAxes.strides(of: x.shape)
    // How the walk over the indices moves in x: not along the axis, where they lead themselves.
    var walked = stride
    walked[axis] = 0
    let axes = try CollapsedAxes(
      indices.shape, strides: [walked, CollapsedAxes.strides(of: indices.shape)])
    let (extent, bytes) = (x.shape[axis], x.element.byteCount)
    return SwiftStep { operands in
      guard indices.count > 0, let y = operands.output(0) else { return }
      let x = operands.input(0)!
      let read = IndexReader(operands.input(1)!, indices.element)
      for row in 0..<axes.rowCount {
        let (from, to) = (axes.offset(of: 0, row: row), axes.offset(of: 1, row: row))
        for i in 0..<axes.rowExtent {
          let place = to + i * axes.step(of: 1)
          let element =
            from + i * axes.step(of: 0) + read.index(at: place, of: extent) * stride[axis]
          (y + place * bytes).copyMemory(from: x + element * bytes, byteCount: bytes)
        }
      }
    }
  }

  func permuted(by permutation: [Int], _ arguments: Arguments) -> Permuted? {
    guard let axis = try? permutation.axis(axis) else { return nil }
    return Permuted(
      operation: GatherElementsOperator(axis: permutation.place(of: axis)),
      inputs: [permutation, permutation])
  }
}
