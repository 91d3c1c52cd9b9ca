@_spi(Tools) import Convolution

/// `numpy.pad` by walking outwards one sample at a time. Slow, and shares no formula with the library.
package enum NumpyPad {
  /// What each position of one padded axis reads: an index into the axis, or nil for the constant.
  ///
  /// Negative amounts are cut off after the padding of the other side.
  package static func indices(extent: Int, before: Int, after: Int, border: Border) -> [Int?] {
    let left = walk(extent: extent, steps: max(before, 0), border: border)
      .map { $0.map { extent - 1 - $0 } }
    let right = walk(extent: extent, steps: max(after, 0), border: border)
    let padded = left.reversed() + Array(0..<extent) + right
    return Array(padded.dropFirst(max(-before, 0)).dropLast(max(-after, 0)))
  }

  /// The samples read by the positions after the last one, the nearest first.
  private static func walk(extent: Int, steps: Int, border: Border) -> [Int?] {
    var index = extent - 1
    var direction = 1
    return (0..<steps).map { _ in
      switch border {
      case .replicate:
        return extent - 1
      case .circular:
        index = index == extent - 1 ? 0 : index + 1
      case .reflect:
        if extent == 1 { return 0 }
        if !(0..<extent).contains(index + direction) { direction = -direction }
        index += direction
      case .symmetric:
        // The outermost sample is read again by the step that turns around.
        if (0..<extent).contains(index + direction) {
          index += direction
        } else {
          direction = -direction
        }
      default:
        return nil
      }
      return index
    }
  }

  /// Pads the middle axis of `values`, which are `outer` x `extent` x `inner`.
  ///
  /// - Parameter constant: what a constant border reads.
  package static func pad(
    _ values: [Double], outer: Int, extent: Int, inner: Int, before: Int, after: Int,
    border: Border,
    constant: Double
  ) -> [Double] {
    let indices = indices(extent: extent, before: before, after: after, border: border)
    var padded: [Double] = []
    padded.reserveCapacity(outer * indices.count * inner)
    for row in 0..<outer {
      for index in indices {
        if let index {
          let start = (row * extent + index) * inner
          padded += values[start..<(start + inner)]
        } else {
          padded += repeatElement(constant, count: inner)
        }
      }
    }
    return padded
  }
}
