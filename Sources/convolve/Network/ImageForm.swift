import Convolution

/// How a network's tensor of four axes holds an image.
struct ImageForm {
  let layout: Layout
  /// 1 or 3.
  let channels: Int
  /// nil: any extent.
  let height, width: Int?

  /// By the axis that has 1 or 3 channels; one that may have any number has 3.
  ///
  /// - Parameters:
  ///   - shape: as the network's file has it.
  ///   - layout: the one that it is where both may be.
  /// - Returns: nil for a shape that holds no image.
  init?(_ shape: [Int?]?, preferring layout: Layout = .channelsFirst) {
    let shape = shape ?? [nil, nil, nil, nil]
    guard shape.count == 4 else { return nil }
    func channels(_ layout: Layout) -> Int? { shape[layout == .channelsFirst ? 1 : 3] }
    let layouts = [layout] + Layout.allCases.filter { $0 != layout }
    guard
      let layout = layouts.first(where: { channels($0) == 1 || channels($0) == 3 })
        ?? layouts.first(where: { channels($0) == nil })
    else { return nil }
    self.layout = layout
    self.channels = channels(layout) ?? 3
    (height, width) = layout == .channelsFirst ? (shape[2], shape[3]) : (shape[1], shape[2])
  }

  /// The shape of one image.
  func shape(height: Int, width: Int) -> [Int] {
    layout == .channelsFirst ? [1, channels, height, width] : [1, height, width, channels]
  }

  /// Steps from one row, column and channel to the next.
  func strides(height: Int, width: Int) -> (row: Int, column: Int, channel: Int) {
    layout == .channelsFirst ? (width, 1, height * width) : (width * channels, channels, 1)
  }
}
