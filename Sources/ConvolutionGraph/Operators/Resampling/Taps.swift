import CConvolution

/// The samples that each output of a resampled axis is made of, and their weights.
struct Taps: Sendable {
  let inputs, outputs: Int
  /// Samples an output.
  let count: Int
  /// outputs x count; -1 is a sample outside.
  let index: NetworkTensor
  /// Likewise; nil: the one sample is the output.
  let weights: NetworkTensor?
  let outside: Float

  /// - Throws: `.shapeMismatch` for axes that 32 bits do not count, `.outOfMemory`.
  init(_ axis: ResampledAxis, _ interpolation: Interpolation) throws(NetworkError) {
    guard axis.inputs <= Int(Int32.max) else {
      throw NetworkError(
        .shapeMismatch, argument: "x", received: "\(axis.inputs) samples",
        expected: "at most \(Int32.max) along a resampled axis")
    }
    let isNearest = interpolation.mode == .nearest
    let stretch = interpolation.antialias ? max(1 / axis.scale, 1) : 1
    (inputs, outputs, outside) = (axis.inputs, axis.outputs, interpolation.outside)
    count = isNearest ? 1 : 2 * Int((interpolation.support * stretch).rounded(.up))
    index = try NetworkTensor(uninitialized: TensorType(.int32, [outputs, count]))
    weights =
      isNearest ? nil : try NetworkTensor(uninitialized: TensorType(.float32, [outputs, count]))
    for output in 0..<outputs {
      let place = axis.place(of: output, interpolation.coordinates)
      let mayBeOutside = interpolation.coordinates == .cropAndResize
      if mayBeOutside, !(0...Double(inputs - 1)).contains(place) {
        set(output, samples: nil, weights: Array(repeating: 1 / Double(count), count: count))
      } else if isNearest {
        set(output, samples: interpolation.nearest(to: place, scale: axis.scale), weights: [1])
      } else {
        let first = place.rounded(.down) - Double(count / 2 - 1)
        var weights = (0..<count).map {
          interpolation.weight(at: (first + Double($0) - place) / stretch)
        }
        if interpolation.excludesOutside {
          for tap in 0..<count where !(0..<Double(inputs)).contains(first + Double(tap)) {
            weights[tap] = 0
          }
        }
        let sum = weights.reduce(0, +)
        let isOpen = interpolation.excludesOutside || stretch > 1
        set(
          output, samples: first, weights: isOpen && sum != 0 ? weights.map { $0 / sum } : weights)
      }
    }
  }

  /// - Parameter samples: the first sample's place, where those outside are the closest inside; nil: all are outside.
  private func set(_ output: Int, samples first: Double?, weights values: [Double]) {
    let last = Double(inputs - 1)
    let index = index.mutableBytes.bindMemory(to: Int32.self)
    let weights = weights?.mutableBytes.bindMemory(to: Float.self)
    for (tap, weight) in values.enumerated() {
      index[output * count + tap] =
        first.map { Int32(min(max($0 + Double(tap), 0), last)) } ?? -1
      weights?[output * count + tap] = Float(weight)
    }
  }

  /// As C takes it, on a tensor of outer x inputs x inner; valid as long as these taps are.
  func resampling(outer: Int, inner: Int) -> conv_resampling {
    conv_resampling(
      outer: Int64(outer), n: Int64(inputs), inner: Int64(inner), outputs: Int64(outputs),
      taps: Int32(count), index: address(of: index), weight: weights.flatMap(address),
      outside: outside)
  }

  private func address<Element>(of tensor: NetworkTensor) -> UnsafePointer<Element>? {
    UnsafePointer(tensor.mutableBytes.assumingMemoryBound(to: Element.self).baseAddress)
  }
}
