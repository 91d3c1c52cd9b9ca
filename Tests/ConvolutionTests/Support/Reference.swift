import Convolution

/// A plain float64 convolution over an input that is padded in memory, one axis after another.
struct Reference {
  /// N C \*spatial.
  let shape: [Int]
  let values: [Double]
  /// The largest sum of |input x weight|, |bias| and |residual| over the outputs: what rounding errors are measured by.
  let magnitude: Double
  /// The largest absolute value.
  let largest: Double

  init(_ layer: LayerCase) {
    let images = layer.inputShape[0]
    let missing = Array(repeating: 1, count: 3 - layer.rank)
    let kernel: [Int] = missing + layer.weightShape[2...]
    let stride: [Int] = missing + layer.stride
    let dilation: [Int] = missing + layer.dilation

    // As numpy.pad does it, so that the constant of the last axis wins in the corners.
    var padded = layer.x.map(Double.init)
    var extents: [Int] = missing + layer.inputShape[2...]
    for axis in 0..<layer.rank {
      let place = missing.count + axis
      let amount = layer.paddingAmount(axis: axis)
      let outer = images * layer.inputShape[1] * extents[..<place].reduce(1, *)
      padded = NumpyPad.pad(
        padded, outer: outer, extent: extents[place], inner: extents[(place + 1)...].reduce(1, *),
        before: amount.before, after: amount.after, border: layer.border[axis])
      extents[place] += amount.before + amount.after
    }
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
    values.reserveCapacity(images * layer.weightShape[0] * output.reduce(1, *))
    var magnitude = 0.0
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
                let (sum, absolute) = dot(
                  padded, from: window, offsets, weights, from: channel * offsets.count)
                let residual = Double(layer.residual?[values.count] ?? 0)
                values.append(layer.activation.reference(sum + bias + residual))
                magnitude = max(magnitude, absolute + abs(bias) + abs(residual))
              }
            }
          }
        }
      }
    }
    shape = [images, layer.weightShape[0]] + output[missing.count...]
    self.values = values
    self.magnitude = magnitude
    largest = values.lazy.map(abs).max() ?? 0
  }
}

/// The sum of samples times weights, and of its terms' absolute values. Bare pointers and unchecked arithmetic: tests run
/// unoptimised.
private func dot(
  _ samples: UnsafeBufferPointer<Double>, from window: Int, _ offsets: [Int], _ weights: [Double],
  from first: Int
) -> (sum: Double, absolute: Double) {
  offsets.withUnsafeBufferPointer { offsets in
    weights.withUnsafeBufferPointer { weights in
      guard !offsets.isEmpty else { return (0, 0) }
      let samples = samples.baseAddress! + window
      let weights = weights.baseAddress! + first
      let count = offsets.count
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
