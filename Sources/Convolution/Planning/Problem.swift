import CConvolution

/// A layer on one input shape as C takes it, with the memory that it points to.
final class Problem: @unchecked Sendable {
  let geometry: Geometry
  /// Of the whole input and output, without a form.
  let base: conv_problem
  private let maps: AlignedMemory<Int32>
  private let constants: AlignedMemory<Float>
  /// Its slopes are kept.
  let activation: Activation

  /// - Parameter outputStep: along depth, height and width, the pixels of the image from one output to the next.
  /// - Throws: `.integerOverflow` for extents beyond 32 bits, `.outOfMemory`.
  init(
    _ geometry: Geometry, outputStep: [Int] = [1, 1, 1], activation: Activation,
    hasFiniteWeights: Bool, caches: Caches
  ) throws(ConvolutionError) {
    try geometry.checkExtents()
    let axes = geometry.axes
    let maps = try AlignedMemory<Int32>(
      count: axes.reduce(0) { $0 + $1.mapCount }, argument: "axis maps")
    let rowSamples = try Checked.multiply(
      geometry.input.channels, axes[2].kernel, argument: "border constants")
    let constants = try AlignedMemory<Float>(
      count: axes.count * rowSamples, argument: "border constants")
    var start = 0
    let resolved = axes.enumerated().map { index, axis in
      let map = UnsafeMutableBufferPointer(rebasing: maps.buffer[start..<start + axis.mapCount])
      start += axis.mapCount
      axis.writeMap(to: map)
      let row = constants.buffer.baseAddress! + index * rowSamples
      row.update(repeating: axis.constantValue, count: rowSamples)
      return conv_axis(axis, map: map.baseAddress, constant: row)
    }
    let layout = geometry.isPixel && outputStep == [1, 1, 1] ? .channelsLast : geometry.layout
    var outputs = conv_strides(
      axes.map(\.output), channels: geometry.output.channels, layout: layout)
    outputs.step(outputStep)
    base = conv_problem(
      type: CONV_FLOAT32, layout: layout.resolved,
      axis: (resolved[0], resolved[1], resolved[2]), groups: Int32(geometry.groups),
      output_channels: Int32(geometry.outputChannels),
      input_channels: Int32(geometry.inputChannels),
      x: conv_strides(axes.map(\.input), channels: geometry.input.channels, layout: layout),
      y: outputs, has_finite_weights: hasFiniteWeights, activation: activation.resolved,
      form: conv_form(outputs: (1, 1, 1)), caches: caches.resolved)
    self.geometry = geometry
    self.maps = maps
    self.constants = constants
    self.activation = activation
  }
}

extension Geometry {
  /// Whether input and output are single pixels: those lie the same in both layouts, so that no kernel has to turn them.
  fileprivate var isPixel: Bool { axes.allSatisfy { $0.input == 1 && $0.output == 1 } }
}

extension conv_axis {
  init(
    _ axis: Axis, map: UnsafePointer<Int32>? = nil, constant: UnsafePointer<Float>? = nil
  ) {
    self.init(
      input: Int32(axis.input), output: Int32(axis.output), kernel: Int32(axis.kernel),
      stride: Int32(clamping: axis.stride), dilation: Int32(clamping: axis.dilation),
      before: Int32(axis.padding.before), inside_begin: Int32(axis.inside.lowerBound),
      inside_end: Int32(axis.inside.upperBound), held_begin: 0, held_end: Int32(axis.input),
      map: map, constant: constant)
  }
}

extension conv_strides {
  /// The distances of an image of `extents` (depth, height, width).
  init(_ extents: [Int], channels: Int, layout: Layout) {
    let plane = extents.reduce(1, *)
    let sample = layout == .channelsFirst ? 1 : channels
    self.init(
      image: channels * plane, channel: layout == .channelsFirst ? plane : 1,
      axis: (extents[1] * extents[2] * sample, extents[2] * sample, sample))
  }

  /// Goes over so many pixels along depth, height and width.
  mutating func step(_ pixels: [Int]) {
    axis = (axis.0 * pixels[0], axis.1 * pixels[1], axis.2 * pixels[2])
  }

  /// From the first sample of an image to the one at these indices.
  func offset(of indices: [Int]) -> Int {
    indices[0] * axis.0 + indices[1] * axis.1 + indices[2] * axis.2
  }
}

extension Layout {
  var resolved: conv_layout {
    self == .channelsFirst ? CONV_CHANNELS_FIRST : CONV_CHANNELS_LAST
  }
}
