import Convolution

extension LayerDescriptor {
  /// The layer as ``MeasuredTimes`` know it.
  func measuredLayer(layout: Layout, instructionSet: InstructionSet) -> MeasuredLayer {
    MeasuredLayer(
      groups: groups, inputChannels: inputChannels, outputChannels: outputChannels, input: input,
      output: output, kernel: kernel, stride: stride, dilation: dilation, layout: layout,
      instructionSet: instructionSet)
  }
}

extension MeasuredLayer {
  /// `mb1_ic64ih56_oc64oh56_kh3 nhwc avx512`, a descriptor that gives the same layer; nil for a layer with an empty axis,
  /// which descriptors do not have.
  var text: String? {
    guard !(input + output).contains(0) else { return nil }
    let groups = self.groups == 1 ? "" : "g\(self.groups)"
    return "\(groups)mb1_ic\(inputChannels)\(extents("i", input))_oc\(outputChannels)"
      + "\(extents("o", output))_\(window) \(layout) \(instructionSet)"
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
