import CConvolution
import Synchronization

/// A layer's weights and bias, and what has been packed of them. Shared by all copies of a layer.
///
/// What has been packed is kept once a kernel and Winograd form, whatever the number of input shapes.
final class LayerWeights: Sendable {
  private let source: Tensor
  private let bias: AlignedMemory<Float>
  /// Everything but the pointer to the data, which is valid only while `source` is borrowed.
  private let layout: WeightLayout
  private let packed = Mutex<[Use: AlignedMemory<Float>]>([:])
  /// What weights are packed for.
  private struct Use: Hashable {
    let kernel: KernelIdentity
    let form: WinogradForm?
  }

  /// Whether every weight is a number: a zero border times an infinite weight would not be nothing.
  let areFinite: Bool

  init(
    _ source: Tensor, order: WeightOrder, bias: Tensor?, groups: Int, outputChannels: Int,
    inputChannels: Int,
    kernel: [Int]
  ) throws(ConvolutionError) {
    self.source = source
    layout = try WeightLayout(
      order: order, groups: groups, outputChannels: outputChannels, inputChannels: inputChannels,
      kernel: kernel)
    let total = groups * outputChannels
    self.bias = try AlignedMemory(count: total, argument: "bias")
    if let bias {
      let copy = self.bias.buffer
      bias.withUnsafeBufferPointer { _ = copy.update(fromContentsOf: $0) }
    } else {
      self.bias.buffer.update(repeating: 0)
    }
    areFinite = source.withUnsafeBufferPointer { conv_are_finite($0.baseAddress, $0.count) }
  }

  var biasPointer: UnsafePointer<Float> { UnsafePointer(bias.buffer.baseAddress!) }

  /// The extents of the weights as a kernel's questions need them; they read no data.
  func extents(for form: WinogradForm?) -> conv_weights { layout.resolved(nil, form) }

  /// The weights as `kernel` wants them, transformed for `form`, packed on the first call.
  ///
  /// - Throws: `.outOfMemory`.
  func packed(
    for kernel: Kernel, _ form: WinogradForm?
  ) throws(ConvolutionError) -> AlignedMemory<Float> {
    try packed.withLock { (packed) throws(ConvolutionError) in
      let use = Use(kernel: kernel.identity, form: form)
      if let known = packed[use] { return known }
      let floats = try source.withUnsafeBufferPointer { (data) throws(ConvolutionError) in
        try kernel.pack(layout.resolved(data.baseAddress, form))
      }
      packed[use] = floats
      return floats
    }
  }
}

/// The extents and strides of a weight tensor in either order.
private struct WeightLayout: Sendable {
  let groups, outputChannels, inputChannels: Int32
  let kernel, kernelStride: [Int]
  let outputStride, inputStride: Int

  init(
    order: WeightOrder, groups: Int, outputChannels: Int, inputChannels: Int, kernel: [Int]
  ) throws(ConvolutionError) {
    for extent in [groups, outputChannels, inputChannels] + kernel
    where Int32(exactly: extent) == nil {
      throw ConvolutionError(
        .integerOverflow, argument: "weights", received: "an extent of \(extent)",
        expected: "extents that fit into 32 bits")
    }
    let taps = kernel.reduce(1, *)
    let total = groups * outputChannels
    var strides: [Int] = []
    switch order {
    case .outputInputKernel:
      outputStride = inputChannels * taps
      inputStride = taps
      var stride = 1
      for extent in kernel.reversed() {
        strides.insert(stride, at: 0)
        stride *= extent
      }
    case .kernelInputOutput:
      outputStride = 1
      inputStride = total
      var stride = total * inputChannels
      for extent in kernel.reversed() {
        strides.insert(stride, at: 0)
        stride *= extent
      }
    }
    self.groups = Int32(groups)
    self.outputChannels = Int32(outputChannels)
    self.inputChannels = Int32(inputChannels)
    let missing = 3 - kernel.count
    self.kernel = Array(repeating: 1, count: missing) + kernel
    kernelStride = Array(repeating: 0, count: missing) + strides
  }

  func resolved(_ data: UnsafePointer<Float>?, _ form: WinogradForm?) -> conv_weights {
    conv_weights(
      groups: groups, output_channels: outputChannels, input_channels: inputChannels,
      kernel: (Int32(kernel[0]), Int32(kernel[1]), Int32(kernel[2])),
      winograd: form.resolvedTile, data: data, output_stride: outputStride,
      input_stride: inputStride,
      kernel_stride: (kernelStride[0], kernelStride[1], kernelStride[2]))
  }
}
