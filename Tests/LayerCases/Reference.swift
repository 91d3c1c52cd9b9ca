@_spi(Tools) import Convolution

/// A plain float64 convolution over an input that is padded in memory, one axis after another. A zero border is nothing at
/// all, whatever the weights are.
package struct Reference {
  /// N C \*spatial.
  package let shape: [Int]
  package let values: [Double]
  /// Of each output the sum of |input x weight|, |bias| and |residual|: what rounding errors are measured by.
  package let magnitudes: [Double]
  /// The largest of them.
  package let magnitude: Double
  /// The largest absolute value.
  package let largest: Double

  package init(_ layer: LayerCase) {
    let images = layer.inputShape[0]
    let missing = Array(repeating: 1, count: 3 - layer.rank)
    let kernel: [Int] = missing + layer.weightShape[2...]
    let stride: [Int] = missing + layer.stride
    let dilation: [Int] = missing + layer.dilation

    let (padded, extents) = layer.padded(layer.x.map(Double.init))
    // Where a weight is infinite or NaN it counts whether a zero is a sample or a border's.
    let isSample =
      layer.w.allSatisfy(\.isFinite)
      ? nil : layer.padded(layer.x.map { _ in 1 }, constant: 1).values
    let output = (0..<3).map { (axis: Int) -> Int in
      let span = dilation[axis] * (kernel[axis] - 1) + 1
      return (extents[axis] - span) / stride[axis] + 1
    }

    // Where each weight of one output channel finds its sample, counted from the window's first.
    let plane = extents.reduce(1, *)
    let groupInputs = layer.weightShape[1]
    let groupOutputs = layer.weightShape[0] / layer.groups
    var offsets: [Int] = []
    for channel in 0..<groupInputs {
      for z in 0..<kernel[0] {
        for y in 0..<kernel[1] {
          for x in 0..<kernel[2] {
            let row = z * dilation[0] * extents[1] + y * dilation[1]
            offsets.append(channel * plane + row * extents[2] + x * dilation[2])
          }
        }
      }
    }

    var values: [Double] = []
    var magnitudes: [Double] = []
    values.reserveCapacity(images * layer.weightShape[0] * output.reduce(1, *))
    magnitudes.reserveCapacity(values.capacity)
    let weights = layer.w.map(Double.init)
    padded.withUnsafeBufferPointer { padded in
      for image in 0..<images {
        for channel in 0..<layer.weightShape[0] {
          let first = (image * layer.inputShape[1] + channel / groupOutputs * groupInputs) * plane
          let bias = Double(layer.bias?[channel] ?? 0)
          for z in 0..<output[0] {
            for y in 0..<output[1] {
              for x in 0..<output[2] {
                let row = z * stride[0] * extents[1] + y * stride[1]
                let window = first + row * extents[2] + x * stride[2]
                let (sum, absolute) =
                  isSample.map {
                    dot(padded, from: window, offsets, weights, from: channel, where: $0)
                  } ?? dot(padded, from: window, offsets, weights, from: channel)
                let residual = Double(layer.residual?[values.count] ?? 0)
                values.append(layer.activation.reference(sum + bias + residual))
                magnitudes.append(absolute + abs(bias) + abs(residual))
              }
            }
          }
        }
      }
    }
    shape = [images, layer.weightShape[0]] + output[missing.count...]
    self.values = values
    self.magnitudes = magnitudes
    magnitude = magnitudes.reduce(0) { max($0, $1) }
    largest = values.reduce(0) { max($0, abs($1)) }
  }
}

extension LayerCase {
  /// Values of the input's shape, padded as numpy.pad does it, so that the constant of the last axis wins in the corners;
  /// and the extents of depth, height and width.
  ///
  /// - Parameter constant: what a constant border that is not zero reads; nil: its value.
  fileprivate func padded(
    _ values: [Double], constant: Double? = nil
  ) -> (values: [Double], extents: [Int]) {
    var padded = values
    var extents: [Int] = Array(repeating: 1, count: 3 - rank) + inputShape[2...]
    for axis in 0..<rank {
      let place = 3 - rank + axis
      let amount = paddingAmount(axis: axis)
      let value = Double(border[axis].constantValue ?? 0)
      padded = NumpyPad.pad(
        padded, outer: inputShape[0] * inputShape[1] * extents[..<place].reduce(1, *),
        extent: extents[place], inner: extents[(place + 1)...].reduce(1, *),
        before: amount.before, after: amount.after, border: border[axis],
        constant: value == 0 ? 0 : constant ?? value)
      extents[place] += amount.before + amount.after
    }
    return (padded, extents)
  }
}

/// The sum of samples times weights, and of its terms' absolute values. Bare pointers and unchecked arithmetic: tests run
/// unoptimised.
private func dot(
  _ samples: UnsafeBufferPointer<Double>, from window: Int, _ offsets: [Int], _ weights: [Double],
  from channel: Int
) -> (sum: Double, absolute: Double) {
  offsets.withUnsafeBufferPointer { offsets in
    weights.withUnsafeBufferPointer { weights in
      guard !offsets.isEmpty else { return (0, 0) }
      let count = offsets.count
      let samples = samples.baseAddress! + window
      let weights = weights.baseAddress! + channel * count
      let offsets = offsets.baseAddress!
      var sum = 0.0
      var absolute = 0.0
      var tap = 0
      while tap < count {
        let product = samples[offsets[tap]] * weights[tap]
        sum += product
        absolute += product < 0 ? -product : product
        tap &+= 1
      }
      return (sum, absolute)
    }
  }
}

/// The same of the taps alone where `isSample` is not 0.
private func dot(
  _ samples: UnsafeBufferPointer<Double>, from window: Int, _ offsets: [Int], _ weights: [Double],
  from channel: Int, where isSample: [Double]
) -> (sum: Double, absolute: Double) {
  var sum = 0.0
  var absolute = 0.0
  for (tap, offset) in offsets.enumerated() where isSample[window + offset] != 0 {
    let product = samples[window + offset] * weights[channel * offsets.count + tap]
    sum += product
    absolute += abs(product)
  }
  return (sum, absolute)
}
