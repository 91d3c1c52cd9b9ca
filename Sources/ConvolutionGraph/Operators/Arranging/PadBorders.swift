import Convolution

extension CopyStep {
  /// Adds what repeats elements of the output around those that are there: axis by axis, each with the borders of the axes
  /// before it, in copies of as many elements as go in equal steps.
  ///
  /// - Parameters:
  ///   - kept: the extents of what is there, none of them 0 where there is a border.
  ///   - leading: where it begins on each axis.
  mutating func addBorders(
    _ border: Border, of shape: [Int], around kept: [Int], leading: [Int]
  ) throws(NetworkError) {
    let strides = CollapsedAxes.strides(of: shape)
    var (extents, first) = (kept, zip(leading, strides).reduce(0) { $0 + $1.0 * $1.1 })
    for axis in shape.indices {
      let stride = strides[axis]
      first -= leading[axis] * stride
      let end = leading[axis] + kept[axis]
      for outside in [0..<leading[axis], end..<shape[axis]] {
        let sources = outside.map {
          leading[axis] + border.sample(at: $0 - leading[axis], extent: kept[axis])!
        }
        for run in EqualSteps.runs(of: sources) {
          extents[axis] = run.count
          var from = Walk(memory: .output(0), first: first + run.first * stride, strides: strides)
          from.strides[axis] = run.step * stride
          let to = Walk(
            memory: .output(0), first: first + (outside.lowerBound + run.place) * stride,
            strides: strides)
          try add(extents, from: from, to: to)
        }
      }
      extents[axis] = shape[axis]
    }
  }
}

/// A part of a list of numbers that go in equal steps.
struct EqualSteps: Equatable {
  /// Where in the list it begins, and how long it is.
  var place, count: Int
  /// Its numbers are `first + step i`.
  var first, step: Int

  /// The longest parts from the beginning on.
  static func runs(of numbers: [Int]) -> [EqualSteps] {
    var runs: [EqualSteps] = []
    for (place, number) in numbers.enumerated() {
      if let last = runs.last, last.count == 1 || number == last.first + last.step * last.count {
        if last.count == 1 { runs[runs.count - 1].step = number - last.first }
        runs[runs.count - 1].count += 1
      } else {
        runs.append(EqualSteps(place: place, count: 1, first: number, step: 0))
      }
    }
    return runs
  }
}
