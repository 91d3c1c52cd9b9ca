/// A layer on one image, as ``MeasuredTimes`` know it: all that the fastest way to compute it depends on.
///
/// Neither the batch, the number of threads nor the region are among it, so that they never change a bit; nor is on
/// which side the border taps lie and what they read.
package struct MeasuredLayer: Hashable, Sendable {
  package let groups, inputChannels, outputChannels: Int
  /// Of the axes of space, outermost first.
  package let input, output, kernel, stride, dilation: [Int]
  package let layout: Layout
  package let instructionSet: InstructionSet

  /// - Parameters: channels are totals over the groups.
  package init(
    groups: Int, inputChannels: Int, outputChannels: Int, input: [Int], output: [Int],
    kernel: [Int], stride: [Int], dilation: [Int], layout: Layout, instructionSet: InstructionSet
  ) {
    self.groups = groups
    self.inputChannels = inputChannels
    self.outputChannels = outputChannels
    self.input = input
    self.output = output
    self.kernel = kernel
    self.stride = stride
    self.dilation = dilation
    self.layout = layout
    self.instructionSet = instructionSet
  }

  init(_ geometry: Geometry, on instructionSet: InstructionSet) {
    let axes = geometry.axes.suffix(geometry.rank)
    self.init(
      groups: geometry.groups, inputChannels: geometry.input.channels,
      outputChannels: geometry.output.channels, input: axes.map(\.input),
      output: axes.map(\.output), kernel: axes.map(\.kernel), stride: axes.map(\.stride),
      dilation: axes.map(\.dilation), layout: geometry.layout, instructionSet: instructionSet)
  }
}
