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
    guard shape.count == rank + 2 else {
      throw ConvolutionError(
        .rankMismatch, argument: "weights", received: "shape \(shape)",
        expected:
          "\(rank + 2) axes: output channels, input channels / groups and \(rank) of the kernel")
    }
    if let extent = shape.first(where: { $0 < 1 }) {
      throw ConvolutionError(
        .nonPositiveSize, argument: "weights", received: "\(extent) in shape \(shape)",
        expected: "only positive extents")
    }
    guard groups > 0 else {
      throw ConvolutionError(
        .nonPositiveSize, argument: "groups", received: "\(groups)", expected: "at least 1")
    }
    if let extent = shape.first(where: { Int32(exactly: $0) == nil }) {
      throw ConvolutionError(
        .integerOverflow, argument: "weights", received: "an extent of \(extent)",
        expected: "extents that fit into 32 bits")
    }
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

  /// Distances from one weight to the next along output channels, input channels and the kernel's axes.
  var strides: (output: Int, input: Int, kernel: [Int]) {
    let total = groups * outputChannels
    let isOutputFirst = order == .outputInputKernel
    var kernelStrides: [Int] = []
    var stride = isOutputFirst ? 1 : total * inputChannels
    for extent in kernel.reversed() {
      kernelStrides.insert(stride, at: 0)
      stride *= extent
    }
    return isOutputFirst
      ? (inputChannels * stride, stride, kernelStrides) : (1, total, kernelStrides)
  }
}
