import Convolution

extension Tensor {
  /// What lies within a rectangle of the axes of space.
  func part(_ rectangle: [Range<Int>], layout: Layout) throws(ConvolutionError) -> Tensor {
    let all = shape.map { 0..<$0 }
    let ranges =
      layout == .channelsFirst ? all[..<2] + rectangle : all[..<1] + rectangle + all.suffix(1)
    // Where the elements of the axes so far lie, counted in the next one.
    var places = [0]
    for (range, extent) in zip(ranges, shape) {
      places = places.flatMap { place in range.map { place * extent + $0 } }
    }
    let elements = elements
    return try Tensor(places.map { elements[$0] }, shape: ranges.map(\.count))
  }
}
