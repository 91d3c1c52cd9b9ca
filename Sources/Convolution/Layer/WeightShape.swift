/// What a weight tensor's shape says: channels of one group, and the kernel's extents.
struct WeightShape {
  let order: WeightOrder
  let groups, outputChannels, inputChannels: Int
  let kernel: [Int]

  /// - Throws: `.rankMismatch`, `.nonPositiveSize`, `.shapeMismatch` for groups that do not divide the output channels,
  ///   `.integerOverflow` for extents beyond 32 bits.
  init(
    _ shape: [Int], order: WeightOrder, rank: Int, groups: Int
  ) throws(ConvolutionError) {
    try LayerArguments.check(
      weightShape: shape, rank: rank, groups: groups,
      channels: "output channels, input channels / groups")
    let outputs: Int
    switch order {
    case .outputInputKernel:
      (outputs, inputChannels) = (shape[0], shape[1])
      kernel = Array(shape[2...])
    case .kernelInputOutput:
      (inputChannels, outputs) = (shape[rank], shape[rank + 1])
      kernel = Array(shape[..<rank])
    }
    guard outputs.isMultiple(of: groups) else {
      throw ConvolutionError(
        .shapeMismatch, argument: "groups", received: "\(groups)",
        expected: "a divisor of the \(outputs) output channels")
    }
    self.order = order
    self.groups = groups
    outputChannels = outputs / groups
  }

  var strides: WeightStrides {
    let total = groups * outputChannels
    let isOutputFirst = order == .outputInputKernel
    let (kernelStrides, end) = distances(
      of: kernel, innermost: isOutputFirst ? 1 : total * inputChannels)
    let output = isOutputFirst ? inputChannels * end : 1
    return WeightStrides(
      group: outputChannels * output, output: output, input: isOutputFirst ? end : total,
      kernel: kernelStrides)
  }
}

/// The distances from one index of each axis to the next, of axes whose last one has the distance `innermost`; and what
/// follows beyond the first axis.
func distances(of extents: [Int], innermost: Int) -> (strides: [Int], end: Int) {
  var strides: [Int] = []
  var stride = innermost
  for extent in extents.reversed() {
    strides.insert(stride, at: 0)
    stride *= extent
  }
  return (strides, stride)
}
