import CConvolution
import Synchronization

/// A layer's weights and bias, and what has been packed of them.
///
/// What has been packed is kept once a kernel, form and choice of taps, whatever the number of input shapes.
final class LayerWeights: Sendable {
  let source: Tensor
  let strides: WeightStrides
  private let bias: AlignedMemory<Float>
  private let packed = Mutex<[Key: AlignedMemory<UInt8>]>([:])
  private let finiteness: Finiteness

  /// Whether every weight is a number, once it is known; of the same weights in all orders.
  private final class Finiteness: Sendable {
    let known = Mutex<Bool?>(nil)
  }

  private struct Key: Hashable {
    let way: Way.Identity
    let taps: ReversedTaps?
    /// Of a group; a phase that no tap reaches has one.
    let inputChannels: Int32
  }

  /// - Throws: `.outOfMemory`.
  convenience init(
    _ source: Tensor, strides: WeightStrides, outputChannels: Int, bias: Tensor?
  ) throws(ConvolutionError) {
    try self.init(
      source, strides: strides, outputChannels: outputChannels, bias: bias,
      finiteness: Finiteness())
  }

  private init(
    _ source: Tensor, strides: WeightStrides, outputChannels: Int, bias: Tensor?,
    finiteness: Finiteness
  ) throws(ConvolutionError) {
    self.source = source
    self.finiteness = finiteness
    self.strides = strides
    self.bias = try AlignedMemory(count: outputChannels, argument: "bias")
    if let bias {
      let copy = self.bias.buffer
      bias.withUnsafeBufferPointer { _ = copy.update(fromContentsOf: $0) }
    } else {
      self.bias.buffer.update(repeating: 0)
    }
  }

  /// The same weights with input and output channels in each other's place, and no bias: those of the layer's transpose.
  ///
  /// - Throws: `.outOfMemory`.
  func transposed(outputChannels: Int) throws(ConvolutionError) -> LayerWeights {
    let exchanged = WeightStrides(
      group: strides.group, output: strides.input, input: strides.output, kernel: strides.kernel)
    return try LayerWeights(
      source, strides: exchanged, outputChannels: outputChannels, bias: nil,
      finiteness: finiteness)
  }

  /// Whether every weight is a number: a zero border times an infinite weight would not be nothing. Found out when it is
  /// first asked for.
  var areFinite: Bool {
    finiteness.known.withLock { known in
      if let known { return known }
      let areFinite = source.withUnsafeBufferPointer { conv_are_finite($0.baseAddress, $0.count) }
      known = areFinite
      return areFinite
    }
  }

  /// The bias where each group has its channels several times, one after the other.
  ///
  /// - Throws: `.outOfMemory`.
  func bias(repeated times: Int, groups: Int) throws(ConvolutionError) -> AlignedMemory<Float> {
    guard times > 1 else { return bias }
    let values = UnsafeBufferPointer(bias.buffer).repeated(times, groups: groups)
    let memory = try AlignedMemory<Float>(count: values.count, argument: "bias")
    _ = memory.buffer.update(fromContentsOf: values)
    return memory
  }

  var biasPointer: UnsafePointer<Float> { UnsafePointer(bias.buffer.baseAddress!) }

  /// The weights as `way` wants them, packed on the first call.
  ///
  /// - Parameters:
  ///   - taps: those to take; nil: all of them, as they are.
  ///   - threads: to pack on, at most.
  /// - Throws: `.outOfMemory`.
  func packed(
    for way: Way, taps: ReversedTaps?, threads: Int
  ) throws(ConvolutionError) -> AlignedMemory<UInt8> {
    try packed.withLock { (packed) throws(ConvolutionError) in
      let key = Key(
        way: way.identity, taps: taps, inputChannels: way.problem.input_channels)
      if let known = packed[key] { return known }
      let memory = try pack(way, taps, threads: threads)
      packed[key] = memory
      return memory
    }
  }

  /// Calls `body` with the weights as they lie.
  func withPlainWeights(_ body: (UnsafePointer<conv_weights>) -> Void) {
    source.withUnsafeBufferPointer { data in
      var weights = conv_weights(data: data.baseAddress, strides, kernel: strides.kernel)
      body(&weights)
    }
  }

  /// Where a gradient lies that has the weights' own order.
  ///
  /// - Parameter isTransposed: whether it is computed as that of the layer's transpose, for which outputs are inputs.
  func gradientTarget(_ data: UnsafeMutablePointer<Float>?, isTransposed: Bool)
    -> conv_weight_gradient
  {
    let kernel = strides.kernel
    return conv_weight_gradient(
      data: data, output_stride: isTransposed ? strides.input : strides.output,
      input_stride: isTransposed ? strides.output : strides.input,
      kernel_stride: (kernel[0], kernel[1], kernel[2]))
  }

  private func pack(
    _ way: Way, _ taps: ReversedTaps?, threads: Int
  ) throws(ConvolutionError) -> AlignedMemory<UInt8> {
    let memory = try AlignedMemory<UInt8>(count: way.packedBytes, argument: "packed weights")
    try withWeights(of: way, taps) {
      way.pack($0, into: memory.buffer.baseAddress!, threads: threads)
    }
    return memory
  }

  /// Calls `body` with the weights of a way where they lie; or, where the channels of groups are not in one count, with a
  /// copy.
  private func withWeights(
    of way: Way, _ taps: ReversedTaps?, _ body: (UnsafePointer<conv_weights>) -> Void
  ) throws(ConvolutionError) {
    guard let taps else { return withPlainWeights(body) }
    var problem = way.problem
    let (groups, inputs, outputs) = (
      Int(problem.groups), Int(problem.input_channels), Int(problem.output_channels)
    )
    let last = zip(taps.last, strides.kernel).reduce(0) { $0 + $1.0 * $1.1 }
    let kernel = zip(taps.step, strides.kernel).map { -$0 * $1 }
    let isInOneCount = groups == 1 || strides.group == outputs * strides.output
    if isInOneCount, taps.mergedOutputs == 1 {
      return source.withUnsafeBufferPointer { data in
        var reversed = conv_weights(data: data.baseAddress! + last, strides, kernel: kernel)
        body(&reversed)
      }
    }
    let extents = [problem.axis.0.kernel, problem.axis.1.kernel, problem.axis.2.kernel]
    let (tapStrides, tapCount) = distances(of: extents.map { Int($0) }, innermost: 1)
    let arranged = try AlignedMemory<Float>(
      count: groups * outputs * inputs * tapCount, argument: "weights")
    // Of one group, and of the first of its outputs that are merged, and so on.
    problem.groups = 1
    problem.output_channels /= Int32(taps.mergedOutputs)
    let part = arranged.buffer.count / (groups * taps.mergedOutputs)
    source.withUnsafeBufferPointer { data in
      var to = arranged.buffer.baseAddress!
      for group in 0..<groups {
        for first in taps.firsts(strides.kernel) {
          var reversed = conv_weights(
            data: data.baseAddress! + group * strides.group + first + last, strides, kernel: kernel)
          conv_arrange_weights(&problem, &reversed, to)
          to += part
        }
      }
    }
    var weights = conv_weights(
      data: arranged.buffer.baseAddress,
      WeightStrides(group: 0, output: inputs * tapCount, input: tapCount, kernel: tapStrides),
      kernel: tapStrides)
    body(&weights)
  }
}

extension ReversedTaps {
  /// How much further on the taps of each merged output lie, at these distances between taps.
  fileprivate func firsts(_ distances: [Int]) -> [Int] {
    zip(merged, distances).reduce([0]) { firsts, axis in
      firsts.flatMap { first in (0..<axis.0).map { first + $0 * axis.1 } }
    }
  }
}

extension conv_weights {
  fileprivate init(data: UnsafePointer<Float>?, _ strides: WeightStrides, kernel: [Int]) {
    self.init(
      data: data, output_stride: strides.output, input_stride: strides.input,
      kernel_stride: (kernel[0], kernel[1], kernel[2]))
  }
}
