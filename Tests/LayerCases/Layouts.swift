import Convolution

/// `values` of N C \*spatial brought into `layout`.
package func arrange(_ values: [Float], shape: [Int], in layout: Layout) -> [Float] {
  layout == .channelsFirst
    ? values
    : transposed(values, matrices: shape[0], rows: shape[1], columns: shape[2...].reduce(1, *))
}

/// `values` in `layout` brought back to N C \*spatial, which is what `shape` is.
package func channelsFirst(_ values: [Float], shape: [Int], from layout: Layout) -> [Float] {
  layout == .channelsFirst
    ? values
    : transposed(values, matrices: shape[0], rows: shape[2...].reduce(1, *), columns: shape[1])
}

/// The shape N C \*spatial as `layout` writes it.
package func arrange(shape: [Int], in layout: Layout) -> [Int] {
  layout == .channelsFirst ? shape : [shape[0]] + shape[2...] + [shape[1]]
}

extension Tensor {
  /// `values` of N C \*spatial, which is what `shape` is, brought into `layout`.
  package init(
    arranging values: [Float], shape: [Int], in layout: Layout
  ) throws(ConvolutionError) {
    try self.init(
      arrange(values, shape: shape, in: layout), shape: arrange(shape: shape, in: layout))
  }
}

private func transposed(_ values: [Float], matrices: Int, rows: Int, columns: Int) -> [Float] {
  [Float](unsafeUninitializedCapacity: values.count) { result, count in
    values.withUnsafeBufferPointer { values in
      var position = 0
      for matrix in 0..<matrices {
        for column in 0..<columns {
          var source = matrix * rows * columns + column
          for _ in 0..<rows {
            result[position] = values[source]
            position &+= 1
            source &+= columns
          }
        }
      }
    }
    count = values.count
  }
}

/// The positions of the elements within `ranges`, one an axis, in a list of `shape`.
package func positions(of ranges: some Sequence<Range<Int>>, in shape: some Sequence<Int>) -> [Int]
{
  zip(ranges, shape).reduce([0]) { positions, axis in
    positions.flatMap { position in axis.0.map { position * axis.1 + $0 } }
  }
}

/// The elements within `ranges`, one an axis, of a list of `shape`.
package func part(_ values: [Float], of shape: [Int], _ ranges: [Range<Int>]) -> [Float] {
  let (extent, range) = (shape.last!, ranges.last!)
  return positions(of: ranges.dropLast(), in: shape.dropLast()).flatMap {
    values[$0 * extent + range.lowerBound..<$0 * extent + range.upperBound]
  }
}
