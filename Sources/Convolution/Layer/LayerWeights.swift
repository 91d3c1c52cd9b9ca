import CConvolution
import Synchronization

/// A layer's weights and bias, and what has been packed of them.
///
/// What has been packed is kept once a kernel and form, whatever the number of input shapes.
final class LayerWeights: Sendable {
  private let source: Tensor
  private let shape: WeightShape
  private let bias: AlignedMemory<Float>
  private let packed = Mutex<[Way.Identity: AlignedMemory<UInt8>]>([:])
  /// Whether every weight is a number: a zero border times an infinite weight would not be nothing.
  let areFinite: Bool

  init(_ source: Tensor, shape: WeightShape, bias: Tensor?) throws(ConvolutionError) {
    self.source = source
    self.shape = shape
    self.bias = try AlignedMemory(count: shape.groups * shape.outputChannels, argument: "bias")
    if let bias {
      let copy = self.bias.buffer
      bias.withUnsafeBufferPointer { _ = copy.update(fromContentsOf: $0) }
    } else {
      self.bias.buffer.update(repeating: 0)
    }
    areFinite = source.withUnsafeBufferPointer { conv_are_finite($0.baseAddress, $0.count) }
  }

  var biasPointer: UnsafePointer<Float> { UnsafePointer(bias.buffer.baseAddress!) }

  /// The weights as `way` wants them, packed on the first call.
  ///
  /// - Throws: `.outOfMemory`.
  func packed(for way: Way) throws(ConvolutionError) -> AlignedMemory<UInt8> {
    try packed.withLock { (packed) throws(ConvolutionError) in
      if let known = packed[way.identity] { return known }
      let memory = try AlignedMemory<UInt8>(count: way.packedBytes, argument: "packed weights")
      source.withUnsafeBufferPointer { data in
        let strides = shape.strides
        let missing = Array(repeating: 0, count: 3 - strides.kernel.count)
        let kernel = missing + strides.kernel
        var weights = conv_weights(
          data: data.baseAddress, output_stride: strides.output, input_stride: strides.input,
          kernel_stride: (kernel[0], kernel[1], kernel[2]))
        way.pack(&weights, into: memory.buffer.baseAddress!)
      }
      packed[way.identity] = memory
      return memory
    }
  }
}
