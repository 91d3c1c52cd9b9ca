/// A tensor's shape by its meaning, whatever the layout.
struct ImageShape: Equatable {
  var images: Int
  var channels: Int
  var spatial: [Int]

  init(images: Int, channels: Int, spatial: [Int]) {
    self.images = images
    self.channels = channels
    self.spatial = spatial
  }

  /// - Precondition: `shape` has at least two axes.
  init(_ shape: [Int], layout: Layout) {
    images = shape[0]
    switch layout {
    case .channelsFirst:
      channels = shape[1]
      spatial = Array(shape[2...])
    case .channelsLast:
      channels = shape[shape.count - 1]
      spatial = Array(shape[1..<(shape.count - 1)])
    }
  }

  /// - Throws: `.rankMismatch`, `.nonPositiveSize`, `.integerOverflow`.
  init(checking shape: [Int], rank: Int, layout: Layout, argument: String) throws(ConvolutionError)
  {
    guard shape.count == rank + 2 else {
      throw ConvolutionError(
        .rankMismatch, argument: argument, received: "shape \(shape)",
        expected: "\(rank + 2) axes: "
          + (layout == .channelsFirst ? "N C and \(rank) of space" : "N, \(rank) of space and C"))
    }
    if let extent = shape.first(where: { $0 < 0 }) {
      throw ConvolutionError(
        .nonPositiveSize, argument: argument, received: "\(extent) in shape \(shape)",
        expected: "no negative extent")
    }
    self.init(shape, layout: layout)
    try checkSize(argument: argument)
  }

  /// Checks the channels of a layer's input of `shape`.
  ///
  /// - Throws: `.shapeMismatch`.
  func check(channels: Int, of shape: [Int]) throws(ConvolutionError) {
    guard self.channels == channels else {
      throw ConvolutionError(
        .shapeMismatch, argument: "input",
        received: "\(self.channels) channels in shape \(shape)",
        expected: "\(channels), the weights' input channels times groups")
    }
  }

  /// Depth, height, width of all of it or of `region`; missing axes are 0..<1.
  ///
  /// - Throws: `.rankMismatch`, `.invalidValue` for a region beyond it.
  func rectangle(_ region: [Range<Int>]?) throws(ConvolutionError) -> [Range<Int>] {
    let missing = Array(repeating: 0..<1, count: 3 - spatial.count)
    guard let region else { return missing + spatial.map { 0..<$0 } }
    guard region.count == spatial.count else {
      throw ConvolutionError(
        .rankMismatch, argument: "region", received: "\(region)",
        expected: "\(spatial.count) ranges, one for each axis of space")
    }
    for (axis, range) in region.enumerated() {
      guard range.lowerBound >= 0, range.upperBound <= spatial[axis] else {
        throw ConvolutionError(
          .invalidValue, argument: "region", received: "\(range) on axis \(axis)",
          expected: "a range within 0..<\(spatial[axis])")
      }
    }
    return missing + region
  }

  /// Checks that the elements can be counted, and those of an image also where a zero among its extents makes them none:
  /// strides are products of the extents.
  func checkSize(argument: String) throws(ConvolutionError) {
    let image = try Checked.elementCount(
      ([channels] + spatial).map { max($0, 1) }, argument: argument)
    _ = try Checked.elementCount([images, spatial.contains(0) ? 0 : image], argument: argument)
  }

  func shape(in layout: Layout) -> [Int] {
    switch layout {
    case .channelsFirst: [images, channels] + spatial
    case .channelsLast: [images] + spatial + [channels]
    }
  }
}
