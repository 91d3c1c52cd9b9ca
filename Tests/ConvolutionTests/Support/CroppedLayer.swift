import Convolution
import ConvolutionFiles
import TestSupport

@testable import LayerCases

extension LayerCase {
  /// One image of a layer of the lists, with normally distributed data as ``RoundingErrors`` has it. A few ten thousand
  /// numbers are drawn and repeated.
  static func normal(_ descriptor: LayerDescriptor) -> LayerCase {
    func repeated(_ pool: [Float], _ count: Int) -> [Float] {
      var values: [Float] = []
      values.reserveCapacity(count)
      while values.count < count { values += pool.prefix(count - values.count) }
      return values
    }
    var layer = LayerCase(
      inputShape: [1, descriptor.inputChannels] + descriptor.input,
      weightShape: descriptor.weightShape, stride: descriptor.stride,
      dilation: descriptor.dilation, groups: descriptor.groups,
      padding: .explicit(descriptor.pads), border: descriptor.input.map { _ in .zeros }, x: [],
      w: [])
    // Numbers of values that have no divisor in common with an extent.
    var random = SplitMix64(seed: 7)
    let terms = Double(descriptor.weightShape[1...].reduce(1, *))
    layer.x = repeated(random.normals(30_011), layer.inputShape.reduce(1, *))
    layer.w = repeated(
      random.normals(20_011, deviation: 1 / terms.squareRoot()), layer.weightShape.reduce(1, *))
    return layer
  }

  /// The layer whose whole output is `region` of the first `channels` output channels of one image's first group.
  func cropped(to region: [Range<Int>], channels: Int) -> LayerCase {
    var layer = self
    var amounts: [PaddingAmount] = []
    let read = region.enumerated().map { axis, outputs in
      let first = outputs.lowerBound * stride[axis] - paddingAmount(axis: axis).before
      let end =
        first + (outputs.count - 1) * stride[axis] + (weightShape[2 + axis] - 1) * dilation[axis]
        + 1
      let inside = max(first, 0)..<min(end, inputShape[2 + axis])
      amounts.append(
        PaddingAmount(before: inside.lowerBound - first, after: end - inside.upperBound))
      return inside
    }
    layer.groups = 1
    layer.padding = .explicit(amounts)
    layer.inputShape = [1, weightShape[1]] + read.map(\.count)
    layer.weightShape[0] = channels
    layer.x = part(x, of: inputShape, [0..<1, 0..<weightShape[1]] + read)
    layer.w = Array(w.prefix(layer.weightShape.reduce(1, *)))
    return layer
  }
}
