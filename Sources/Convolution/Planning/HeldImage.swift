import CConvolution

/// Where an image's samples lie in a buffer that holds all of it, or a window.
struct HeldImage {
  private(set) var strides: conv_strides
  /// Depth, height, width; nil: all of it.
  let window: [Range<Int>]?
  /// From the buffer's first sample to where index 0 of every axis would lie.
  let origin: Int

  init(_ image: ImageShape, _ window: [Range<Int>]?, layout: Layout) {
    let missing = Array(repeating: 1, count: 3 - image.spatial.count)
    strides = conv_strides(
      window?.map(\.count) ?? missing + image.spatial, channels: image.channels, layout: layout)
    self.window = window
    origin = window.map { [strides] in -strides.offset(of: $0.map(\.lowerBound)) } ?? 0
  }

  /// A box in memory that is used again for every image.
  init(boxOf image: ImageShape, _ box: [Range<Int>], layout: Layout) {
    self.init(image, box, layout: layout)
    strides.image = 0
  }
}

extension conv_problem {
  /// Says how the buffers lie, and that a phase's outputs are those of a lattice.
  mutating func hold(_ input: HeldImage, _ output: HeldImage, lattice: [Lattice]) {
    x = input.strides
    y = output.strides
    y.step(lattice.map(\.step))
    guard let window = input.window else { return }
    let held = window.map { (Int32($0.lowerBound), Int32($0.upperBound)) }
    (axis.0.held_begin, axis.0.held_end) = held[0]
    (axis.1.held_begin, axis.1.held_end) = held[1]
    (axis.2.held_begin, axis.2.held_end) = held[2]
  }
}
