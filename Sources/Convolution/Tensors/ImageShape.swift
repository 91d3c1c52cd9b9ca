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
