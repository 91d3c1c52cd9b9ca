import Convolution

/// A plain float64 transposed convolution: every sample adds its weights to a full output, of which a part is taken.
package struct TransposedReference {
  /// N C \*spatial.
  package let shape: [Int]
  package let values: [Double]
  /// Of each output the sum of |input x weight|, |bias| and |residual|.
  package let magnitudes: [Double]
  /// The largest of them.
  package let magnitude: Double

  package init(_ layer: TransposedCase) {
    let rank = layer.rank
    let missing = Array(repeating: 1, count: 3 - rank)
    let input: [Int] = missing + layer.inputShape[2...]
    let kernel: [Int] = missing + layer.weightShape[2...]
    let stride: [Int] = missing + layer.stride
    let dilation: [Int] = missing + layer.dilation
    let sides = (0..<rank).map { Self.side(of: layer, axis: $0) }
    let before: [Int] = missing.map { _ in 0 } + sides.map(\.before)
    let output: [Int] = missing + sides.map(\.output)
    let images = layer.inputShape[0]
    let (inputs, outputs) = (layer.inputShape[1] / layer.groups, layer.weightShape[1])
    let taps = kernel.reduce(1, *)
    let plane = output.reduce(1, *)
    var values = Array(repeating: 0.0, count: images * layer.outputChannels * plane)
    var magnitudes = values
    for image in 0..<images {
      for channel in 0..<layer.inputShape[1] {
        let group = channel / inputs
        for z in 0..<input[0] {
          for y in 0..<input[1] {
            for x in 0..<input[2] {
              let sample =
                (((image * layer.inputShape[1] + channel) * input[0] + z) * input[1] + y) * input[2]
                + x
              for tap in 0..<taps {
                let kz = tap / (kernel[1] * kernel[2])
                let ky = tap / kernel[2] % kernel[1]
                let kx = tap % kernel[2]
                let atZ = z * stride[0] + kz * dilation[0] - before[0]
                let atY = y * stride[1] + ky * dilation[1] - before[1]
                let atX = x * stride[2] + kx * dilation[2] - before[2]
                guard atZ >= 0, atZ < output[0], atY >= 0, atY < output[1], atX >= 0,
                  atX < output[2]
                else { continue }
                for o in 0..<outputs {
                  let product =
                    Double(layer.x[sample]) * Double(layer.w[(channel * outputs + o) * taps + tap])
                  let place =
                    (image * layer.outputChannels + group * outputs + o) * plane
                    + (atZ * output[1] + atY) * output[2] + atX
                  values[place] += product
                  magnitudes[place] += abs(product)
                }
              }
            }
          }
        }
      }
    }
    for place in values.indices {
      let bias = Double(layer.bias?[place / plane % layer.outputChannels] ?? 0)
      let residual = Double(layer.residual?[place] ?? 0)
      magnitudes[place] += abs(bias) + abs(residual)
      values[place] = layer.activation.reference(values[place] + bias + residual)
    }
    shape = [images, layer.outputChannels] + output.suffix(rank)
    self.values = values
    self.magnitudes = magnitudes
    magnitude = magnitudes.reduce(0) { max($0, $1) }
  }

  /// The output's extents.
  package static func outputExtents(of layer: TransposedCase) -> [Int] {
    (0..<layer.rank).map { side(of: layer, axis: $0).output }
  }

  /// How many full outputs are left out before the first, and how many remain: as the frameworks' documents define it.
  private static func side(of layer: TransposedCase, axis: Int) -> (before: Int, output: Int) {
    let (n, k, s) = (layer.inputShape[2 + axis], layer.weightShape[2 + axis], layer.stride[axis])
    let e = layer.dilation[axis] * (k - 1) + 1
    let full = (n - 1) * s + e
    func added(_ list: [Int]) -> Int { list.isEmpty ? 0 : list.count == 1 ? list[0] : list[axis] }
    switch layer.padding {
    case .valid: return (0, (n - 1) * s + max(e, s))
    case .same: return (max(e - s, 0) / 2, n * s)
    case .explicit(let amounts, let outputPadding):
      let amount = amounts.count == 1 ? amounts[0] : amounts[axis]
      return (amount.before, full - amount.before - amount.after + added(outputPadding))
    case .halved(let extents, let oddSide, let outputPadding, let sense):
      let wanted = extents?[axis] ?? n * s
      let total = full + added(outputPadding) - wanted
      if total < 0, sense == .onnxruntime { return (0, extents == nil ? wanted + total : wanted) }
      let lesser = Int((Double(total) / 2).rounded(.down))
      return (oddSide == .after ? lesser : total - lesser, wanted)
    }
  }
}
