/// What a transposed layer's weight tensor's shape says: channels of one group, and the kernel's extents.
struct TransposedWeightShape {
  let order: TransposedWeightOrder
  let groups, inputChannels, outputChannels: Int
  let kernel: [Int]

  /// - Throws: `.rankMismatch`, `.nonPositiveSize`, `.shapeMismatch` for groups that do not divide the input channels,
  ///   `.integerOverflow` for extents beyond 32 bits.
  init(
    _ shape: [Int], order: TransposedWeightOrder, rank: Int, groups: Int
  ) throws(ConvolutionError) {
    try LayerArguments.check(
      weightShape: shape, rank: rank, groups: groups,
      channels: "input channels, output channels / groups")
    let inputs: Int
    switch order {
    case .inputOutputKernel:
      (inputs, outputChannels) = (shape[0], shape[1])
      kernel = Array(shape[2...])
    case .kernelOutputInput:
      (outputChannels, inputs) = (shape[rank], shape[rank + 1])
      kernel = Array(shape[..<rank])
    }
    guard inputs.isMultiple(of: groups) else {
      throw ConvolutionError(
        .shapeMismatch, argument: "groups", received: "\(groups)",
        expected: "a divisor of the \(inputs) input channels")
    }
    self.order = order
    self.groups = groups
    inputChannels = inputs / groups
  }

  var strides: WeightStrides {
    let total = groups * inputChannels
    let isInputFirst = order == .inputOutputKernel
    let (kernelStrides, end) = distances(
      of: kernel, innermost: isInputFirst ? 1 : total * outputChannels)
    let input = isInputFirst ? outputChannels * end : 1
    return WeightStrides(
      group: inputChannels * input, output: isInputFirst ? end : total, input: input,
      kernel: kernelStrides)
  }
}
