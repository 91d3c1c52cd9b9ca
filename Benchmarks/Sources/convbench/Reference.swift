import Convolution

/// A plain float64 convolution of single outputs. Of the library's work it takes only the amounts of padding.
struct Reference {
  let descriptor: LayerDescriptor
  let plan: Plan
  let input: UnsafeBufferPointer<Float>
  let weights, bias: [Float]

  /// The work to spend on one layer, in multiply-adds.
  private static let work = 8_000_000
  /// What a tap costs besides its channels, in multiply-adds.
  private static let tapWork = 16

  /// The largest difference of `output` to the reference, divided by the reference's largest value.
  ///
  /// All outputs of a small layer count; of a large one a sample in which every axis is as often at an end as inside.
  func maxRelativeError(of output: UnsafeMutableBufferPointer<Float>) -> Double {
    let strides = strides(of: plan.outputShape)
    var largestDifference = 0.0
    var largestValue = 0.0
    for index in outputs() {
      let expected = value(at: index)
      let difference = abs(
        Double(output[zip(index, strides).reduce(0) { $0 + $1.0 * $1.1 }]) - expected)
      guard difference <= .infinity else { return .nan }
      largestDifference = max(largestDifference, difference)
      largestValue = max(largestValue, abs(expected))
    }
    return largestDifference == 0 ? 0 : largestDifference / largestValue
  }

  /// The outputs to compare, as N C \*spatial indices.
  private func outputs() -> [[Int]] {
    let shape = channelsFirst(plan.outputShape)
    let count = shape.reduce(1, *)
    let taps = descriptor.kernel.reduce(1, *)
    let limit = Self.work / (taps * (descriptor.inputChannels / descriptor.groups + Self.tapWork))
    guard count > max(limit, 32) else {
      return (0..<count).map { position in
        var rest = position
        return shape.map { extent in
          defer { rest /= extent }
          return rest % extent
        }
      }
    }
    var random = RandomFloats(seed: 3)
    return (0..<max(limit, 32)).map { _ in
      shape.map { extent in
        switch Int.random(in: 0..<4, using: &random) {
        case 0: 0
        case 1: extent - 1
        default: Int.random(in: 0..<extent, using: &random)
        }
      }
    }
  }

  private func value(at index: [Int]) -> Double {
    let rank = descriptor.rank
    let inputStrides = strides(of: plan.inputShape)
    let groupInputs = descriptor.inputChannels / descriptor.groups
    let group = index[1] / (descriptor.outputChannels / descriptor.groups)
    let taps = descriptor.kernel.reduce(1, *)
    var sum = Double(bias[index[1]])
    for tap in 0..<taps {
      var offset = index[0] * inputStrides[0] + group * groupInputs * inputStrides[1]
      var constant: Double?
      var rest = tap
      for axis in (0..<rank).reversed() {
        let step = rest % descriptor.kernel[axis]
        rest /= descriptor.kernel[axis]
        let position =
          index[2 + axis] * descriptor.stride[axis] + step * descriptor.dilation[axis]
          - plan.padding[axis].before
        switch sample(position, extent: descriptor.input[axis], border: plan.border[axis]) {
        case .inside(let position): offset += position * inputStrides[2 + axis]
        // The last axis is padded last, so its constant lies over the others'.
        case .constant(let value): constant = constant ?? value
        }
      }
      let weight = index[1] * groupInputs * taps + tap
      for channel in 0..<groupInputs {
        let x = constant ?? Double(input[offset + channel * inputStrides[1]])
        sum += x * Double(weights[weight + channel * taps])
      }
    }
    return sum
  }

  private enum Sample {
    case inside(Int)
    case constant(Double)
  }

  /// What a tap at `position` reads on an axis: walks or bounces back inside step by step, as one would on paper.
  private func sample(_ position: Int, extent: Int, border: Border) -> Sample {
    var position = position
    while position < 0 || position >= extent {
      let isBefore = position < 0
      switch border {
      case .zeros: return .constant(0)
      case .constant(let value): return .constant(Double(value))
      case .replicate: position = isBefore ? 0 : extent - 1
      case .circular: position += isBefore ? extent : -extent
      case .symmetric: position = (isBefore ? -1 : 2 * extent - 1) - position
      case .reflect: position = extent == 1 ? 0 : (isBefore ? 0 : 2 * extent - 2) - position
      }
    }
    return .inside(position)
  }

  /// A shape in the plan's layout as N C \*spatial.
  private func channelsFirst(_ shape: [Int]) -> [Int] {
    plan.layout == .channelsFirst
      ? shape : [shape[0], shape[shape.count - 1]] + shape[1..<shape.count - 1]
  }

  /// The distances in memory between neighbours on N C \*spatial, for a shape in the plan's layout.
  private func strides(of shape: [Int]) -> [Int] {
    var strides = Array(repeating: 1, count: shape.count)
    for axis in (0..<shape.count - 1).reversed() {
      strides[axis] = strides[axis + 1] * shape[axis + 1]
    }
    return channelsFirst(strides)
  }
}
