/// A layer on one image, as ``MeasuredTimes`` know it: all that the fastest way to compute it depends on.
///
/// Neither the batch, the number of threads nor the region are among it, so that they never change a bit; nor is on
/// which side the border taps lie and what they read. Lists are over the axes of space, outermost first.
struct MeasuredLayer: Hashable {
  let groups, inputChannels, outputChannels: Int
  let input, output, kernel, stride, dilation: [Int]
  let layout: Layout
  let instructionSet: InstructionSet

  init(_ layer: LayerFacts, on instructionSet: InstructionSet) {
    groups = layer.groups
    inputChannels = layer.inputChannels
    outputChannels = layer.outputChannels
    input = layer.input.suffix(layer.rank)
    output = layer.output.suffix(layer.rank)
    kernel = layer.kernel.suffix(layer.rank)
    stride = layer.stride.suffix(layer.rank)
    dilation = layer.dilation.suffix(layer.rank)
    layout = layer.layout
    self.instructionSet = instructionSet
  }

  init(_ descriptor: LayerDescriptor, layout: Layout, instructionSet: InstructionSet) {
    groups = descriptor.groups
    inputChannels = descriptor.inputChannels
    outputChannels = descriptor.outputChannels
    input = descriptor.input
    output = descriptor.output
    kernel = descriptor.kernel
    stride = descriptor.stride
    dilation = descriptor.dilation
    self.layout = layout
    self.instructionSet = instructionSet
  }
}

extension MeasuredLayer: CustomStringConvertible {
  /// Words of layouts, as the command has them.
  static let layouts: KeyValuePairs<String, Layout> = [
    "nchw": .channelsFirst, "nhwc": .channelsLast,
  ]

  /// `mb1_ic64ih56_oc64oh56_kh3 nhwc avx512`, a descriptor that gives the same layer.
  var description: String {
    let layout = Self.layouts.first { $0.value == self.layout }!.key
    let groups = self.groups == 1 ? "" : "g\(self.groups)"
    return "\(groups)mb1_ic\(inputChannels)\(extents("i", input))_oc\(outputChannels)"
      + "\(extents("o", output))_\(window) \(layout) \(instructionSet.rawValue)"
  }

  private var window: String {
    extents("k", kernel) + (stride.allSatisfy { $0 == 1 } ? "" : extents("s", stride))
      + (dilation.allSatisfy { $0 == 1 } ? "" : extents("d", dilation.map { $0 - 1 }))
  }

  /// `ih56`, or `ih56iw28` where an axis of the layer is unlike the others.
  private func extents(_ field: Character, _ extents: [Int]) -> String {
    let isAlike = [input, output, kernel, stride, dilation].allSatisfy { Set($0).count == 1 }
    return zip("dhw".suffix(extents.count), extents).prefix(isAlike ? 1 : extents.count)
      .map { "\(field)\($0)\($1)" }.joined()
  }
}
