@testable import Convolution

/// A convolution computed plainly in float64, output by output.
struct Reference {
  var images = 1
  var groups = 1
  /// Channels of all groups.
  var inputChannels, outputChannels: Int
  /// One value for each axis of space, as in all lists here.
  var input, kernel: [Int]
  var stride, dilation: [Int]
  var before, after: [Int]
  var border: [Border]

  var rank: Int { input.count }
  var inputShape: [Int] { [images, inputChannels] + input }
  var weightShape: [Int] { [outputChannels, inputChannels / groups] + kernel }
  var outputShape: [Int] { [images, outputChannels] + output }

  var output: [Int] {
    (0..<rank).map { axis in
      let span = dilation[axis] * (kernel[axis] - 1) + 1
      return (input[axis] + before[axis] + after[axis] - span) / stride[axis] + 1
    }
  }

  /// The sums of products, N O \*spatial, from N C \*spatial and O I/groups \*kernel.
  func sums(_ x: [Float], _ w: [Float]) -> [Double] {
    let groupInputs = inputChannels / groups
    let groupOutputs = outputChannels / groups
    var sums: [Double] = []
    for image in 0..<images {
      for channel in 0..<outputChannels {
        for position in Self.positions(output) {
          var sum = 0.0
          for inputChannel in 0..<groupInputs {
            for tap in Self.positions(kernel) {
              let weight = w[Self.index([channel, inputChannel] + tap, weightShape)]
              sum +=
                Double(weight)
                * sample(
                  x, image, channel / groupOutputs * groupInputs + inputChannel, position, tap)
            }
          }
          sums.append(sum)
        }
      }
    }
    return sums
  }

  private func sample(_ x: [Float], _ image: Int, _ channel: Int, _ position: [Int], _ tap: [Int])
    -> Double
  {
    var place = [image, channel]
    var constant: Double?
    for axis in 0..<rank {
      var index = position[axis] * stride[axis] + tap[axis] * dilation[axis] - before[axis]
      let extent = input[axis]
      while !(0..<extent).contains(index) {
        switch border[axis].mode {
        case .constant(let value): (constant, index) = (Double(value), 0)
        case .replicate: index = index < 0 ? 0 : extent - 1
        case .reflect: index = index < 0 ? -index : 2 * (extent - 1) - index
        case .symmetric: index = index < 0 ? -1 - index : 2 * extent - 1 - index
        case .circular: index += index < 0 ? extent : -extent
        }
      }
      place.append(index)
    }
    return constant ?? Double(x[Self.index(place, inputShape)])
  }

  /// Every index of `shape`, the last axis fastest.
  private static func positions(_ shape: [Int]) -> [[Int]] {
    shape.reduce([[]]) { positions, extent in
      positions.flatMap { position in (0..<extent).map { position + [$0] } }
    }
  }

  private static func index(_ place: [Int], _ shape: [Int]) -> Int {
    zip(place, shape).reduce(0) { $0 * $1.1 + $1.0 }
  }
}

/// Numbers between -1 and 1 without a pattern that a convolution could hide.
func wave(_ count: Int, _ frequency: Double) -> [Float] {
  (0..<count).map { index in
    let phase = Double(index) * frequency
    return Float(2 * (phase - phase.rounded(.down)) - 1)
  }
}

/// N C \*spatial brought into N \*spatial C.
func channelsLast(_ values: [Float], _ shape: [Int]) -> [Float] {
  let plane = shape[2...].reduce(1, *)
  return (0..<shape[0]).flatMap { image in
    (0..<plane).flatMap { place in
      (0..<shape[1]).map { values[(image * shape[1] + $0) * plane + place] }
    }
  }
}
