@_spi(Tools) import Convolution
import ConvolutionFiles

/// A plain float64 convolution of single outputs, or a transposed one. Of the library's work it takes only the amounts of padding.
struct Reference {
  let descriptor: LayerDescriptor
  let activation: Activation
  let weights, bias: Tensor
  let plan: Plan

  /// The work to spend on one layer, in multiply-adds.
  private static let work = 8_000_000
  /// What a tap costs besides its channels, in multiply-adds.
  private static let tapWork = 16

  /// The largest difference of `output` to the reference, divided by the reference's largest value.
  ///
  /// All outputs of a small layer count; of a large one a sample in which every axis is as often at an end as inside.
  func maxRelativeError(of output: Tensor, for input: Tensor) -> Double {
    let (x, y, strides) = (input.span, output.span, strides(of: plan.outputShape))
    var largestDifference = 0.0
    var largestValue = 0.0
    for index in outputs() {
      let expected = value(at: index, x)
      let difference = abs(Double(y[zip(index, strides).reduce(0) { $0 + $1.0 * $1.1 }]) - expected)
      guard difference <= .infinity else { return .nan }
      largestDifference = max(largestDifference, difference)
      largestValue = max(largestValue, abs(expected))
    }
    return largestDifference == 0 ? 0 : largestDifference / largestValue
  }

  /// The outputs to compare, as N C \*spatial indices.
  private func outputs() -> [[Int]] {
    let shape = channelsFirst(plan.outputShape)
    let (count, taps) = (shape.reduce(1, *), descriptor.kernel.reduce(1, *))
    let channels = descriptor.inputChannels / descriptor.groups
    let limit = max(Self.work / (taps * (channels + Self.tapWork)), 32)
    var random = RandomFloats(seed: 3)
    return (0..<min(count, limit)).map { position in
      var rest = position
      return shape.map { extent in
        if count <= limit {
          defer { rest /= extent }
          return rest % extent
        }
        let end = Int.random(in: 0..<4, using: &random)
        return end < 2 ? end * (extent - 1) : Int.random(in: 0..<extent, using: &random)
      }
    }
  }

  private func value(at index: [Int], _ x: Span<Float>) -> Double {
    let inputStrides = strides(of: plan.inputShape)
    let groupInputs = descriptor.inputChannels / descriptor.groups
    let groupOutputs = descriptor.outputChannels / descriptor.groups
    let (group, output) = index[1].quotientAndRemainder(dividingBy: groupOutputs)
    let taps = descriptor.kernel.reduce(1, *)
    // Weights are O I \*kernel, or I O \*kernel.
    let firstWeight =
      descriptor.isTransposed
      ? (group * groupInputs * groupOutputs + output) * taps : index[1] * groupInputs * taps
    let weightStride = descriptor.isTransposed ? groupOutputs * taps : taps
    let weights = weights.span
    var sum = Double(bias[index[1]])
    for tap in 0..<taps {
      var offset = index[0] * inputStrides[0] + group * groupInputs * inputStrides[1]
      var constant: Double?
      var rest = tap
      for axis in (0..<descriptor.rank).reversed() {
        let step = rest % descriptor.kernel[axis]
        rest /= descriptor.kernel[axis]
        if let sample = sample(axis, output: index[2 + axis], tap: step) {
          offset += sample * inputStrides[2 + axis]
        } else {
          // The last axis is padded last, so its constant lies over the others'.
          constant = constant ?? Double(plan.border[axis].constantValue!)
        }
      }
      for channel in 0..<groupInputs {
        let sample = constant ?? Double(x[offset + channel * inputStrides[1]])
        sum += sample * Double(weights[firstWeight + channel * weightStride + tap])
      }
    }
    return activation.value(of: sum)
  }

  /// Which sample a tap of an output reads on an axis; nil for the border's constant, and for none at all.
  private func sample(_ axis: Int, output: Int, tap: Int) -> Int? {
    let (input, stride) = (descriptor.input[axis], descriptor.stride[axis])
    let distance = tap * descriptor.dilation[axis]
    let before = plan.padding[axis].before
    guard descriptor.isTransposed else {
      return sample(
        at: output * stride + distance - before, extent: input, border: plan.border[axis])
    }
    // Input i adds to outputs i stride - before + distance.
    let position = output + before - distance
    let isReached = position.isMultiple(of: stride) && (0..<input).contains(position / stride)
    return isReached ? position / stride : nil
  }

  /// The sample at `position`, nil for the border's constant: walks or bounces back inside step by step, as one would on
  /// paper.
  private func sample(at position: Int, extent: Int, border: Border) -> Int? {
    var position = position
    while position < 0 || position >= extent {
      let isBefore = position < 0
      switch border {
      case .replicate: position = isBefore ? 0 : extent - 1
      case .circular: position += isBefore ? extent : -extent
      case .symmetric: position = (isBefore ? -1 : 2 * extent - 1) - position
      case .reflect: position = extent == 1 ? 0 : (isBefore ? 0 : 2 * extent - 2) - position
      default: return nil
      }
    }
    return position
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
