/// `TopK`: the k largest or smallest elements along an axis, in order, and where they are. Of equal ones the first come
/// first.
struct TopElements: Operator {
  let axis: Int
  let largest: Bool
  let description = "TopK"

  init(_ reader: inout NodeReader) {
    axis = reader.integer("axis", default: -1)
    largest = reader.bool("largest", default: true)
    // In order is as good as in any order.
    reader.ignore("sorted")
    reader.setInput(1, integers: reader.integer("k").map { [$0] })
  }

  func outputTypes(for arguments: Arguments) throws(NetworkError) -> [TensorType] {
    let x = try arguments.type(0, "x")
    let axis = try x.shape.axis(axis)
    guard let k = try arguments.integers(1, "k"), k.count == 1, (0...x.shape[axis]).contains(k[0])
    else {
      throw NetworkError(
        .invalidValue, argument: "k", received: "\((try? arguments.integers(1, "k")) ?? [])",
        expected: "a number of elements that axis \(axis) of \(x.shape) has")
    }
    var shape = x.shape
    shape[axis] = k[0]
    return [TensorType(x.element, shape), TensorType(.int64, shape)]
  }

  func step(
    for arguments: Arguments, outputs: [TensorType], context: PlanningContext
  ) throws(NetworkError) -> any Step {
    let x = try arguments.type(0, "x")
    let axis = try x.shape.axis(axis)
    return step(AxisSplit(x.shape, axis: axis), outputs[0].shape[axis], x.element.type)
  }

  private func step<Element: NetworkElement>(
    _ split: AxisSplit, _ k: Int, _ element: Element.Type
  ) -> any Step {
    largest
      ? TopStep<Element>(split: split, k: k, precedes: { $0 > $1 })
      : TopStep<Element>(split: split, k: k, precedes: { $0 < $1 })
  }
}

/// Keeps the first k so far in order, and puts each element that is better than the last of them into its place.
private struct TopStep<Element: NetworkElement>: Step {
  let split: AxisSplit
  let k: Int
  let precedes: @Sendable (Element, Element) -> Bool

  var workspaceBytes: Int { k * MemoryLayout<Int>.stride }

  func run(_ operands: Operands) {
    guard k > 0 else { return }
    let x = operands.elements(0, of: Element.self, count: split.outer * split.count * split.inner)
    let values = operands.output(0)?.assumingMemoryBound(to: Element.self)
    let indices = operands.output(1)?.assumingMemoryBound(to: Int64.self)
    let top = UnsafeMutableBufferPointer(
      start: operands.workspace?.assumingMemoryBound(to: Int.self), count: k)
    for outer in 0..<split.outer {
      for inner in 0..<split.inner {
        let first = outer * split.count * split.inner + inner
        find(top) { x[first + $0 * split.inner] }
        for place in 0..<k {
          let to = (outer * k + place) * split.inner + inner
          values?[to] = x[first + top[place] * split.inner]
          indices?[to] = Int64(top[place])
        }
      }
    }
  }

  private func find(_ top: UnsafeMutableBufferPointer<Int>, _ element: (Int) -> Element) {
    for index in 0..<split.count {
      let value = element(index)
      var place = min(index, k)
      if place == k {
        guard precedes(value, element(top[k - 1])) else { continue }
        place = k - 1
      }
      while place > 0, precedes(value, element(top[place - 1])) {
        top[place] = top[place - 1]
        place -= 1
      }
      top[place] = index
    }
  }
}
