/// A dense tensor around one of its axes: outer x count x inner.
struct AxisSplit: Sendable {
  let outer, count, inner: Int

  init(_ shape: [Int], axis: Int) {
    outer = shape[..<axis].reduce(1, *)
    count = shape[axis]
    inner = shape[(axis + 1)...].reduce(1, *)
  }

  /// Calls `body` with the first element of every line along the axis, whose elements are ``inner`` apart.
  func forEachLine(_ body: (Int) -> Void) {
    for outer in 0..<outer {
      for inner in 0..<inner { body(outer * count * self.inner + inner) }
    }
  }
}

extension [Int] {
  /// An axis of a tensor of this shape, where a negative one counts from the end.
  ///
  /// - Throws: `.invalidValue` for one that it does not have.
  func axis(_ axis: Int, _ name: String = "axis") throws(NetworkError) -> Int {
    guard (-count..<count).contains(axis) else {
      throw NetworkError(
        .invalidValue, argument: name, received: "\(axis)", expected: "an axis of shape \(self)")
    }
    return axis < 0 ? axis + count : axis
  }

  /// The same of several, each at most once, as whether each axis of the tensor is among them.
  func marked(_ axes: [Int], _ name: String = "axes") throws(NetworkError) -> [Bool] {
    var marks = [Bool](repeating: false, count: count)
    for axis in axes { marks[try self.axis(axis, name)] = true }
    return marks
  }

  /// Where an axis goes in a permutation, which has all axes.
  func place(of axis: Int) -> Int { firstIndex(of: axis)! }
}
