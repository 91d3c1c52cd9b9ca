import CConvolution

/// `BatchNormalization` where nothing is trained: (x - mean) / sqrt(variance + epsilon) scale + bias, each of them one
/// value a channel.
struct BatchNormalisation: Operator {
  let epsilon: Float
  var channelAxis = 1
  let description = "BatchNormalization"

  /// The inputs' numbers.
  enum Input: Int, CaseIterable {
    case x, scale, bias, mean, variance
  }

  init(epsilon: Float, channelAxis: Int) {
    self.epsilon = epsilon
    self.channelAxis = channelAxis
  }

  init(_ reader: inout NodeReader) {
    epsilon = reader.float("epsilon", default: 1e-5)
    reader.ignore("momentum")
    reader.ignore("is_test")
    if reader.bool("training_mode") { reader.reject("attribute training_mode 1") }
    if !reader.bool("spatial", default: true) { reader.reject("attribute spatial 0") }
    reader.removeOutputs(from: 1)
  }

  func outputTypes(for arguments: Arguments) throws(NetworkError) -> [TensorType] {
    let x = try arguments.floatShape(0, "x")
    let channels = x.count > channelAxis ? x[channelAxis] : 1
    for input in Input.allCases.dropFirst() {
      let shape = try arguments.floatShape(input.rawValue, "\(input)")
      guard shape == [channels] else {
        throw NetworkError(
          .shapeMismatch, argument: "\(input)", received: "shape \(shape)",
          expected: "one value for each of \(channels) channels")
      }
    }
    return [TensorType(.float32, x)]
  }

  func step(
    for arguments: Arguments, outputs: [TensorType], context: PlanningContext
  ) throws(NetworkError) -> any Step {
    let shape = outputs[0].shape
    let ofChannel = shape.indices.map { $0 == channelAxis ? 1 : 0 }
    let axes = try CollapsedAxes(
      shape, strides: [CollapsedAxes.strides(of: shape), ofChannel, ofChannel, ofChannel])
    let chain = Elementwise(
      description, inputs: 4,
      [
        .init(CONV_ELEMENTWISE_SUB, [0, 1]), .init(CONV_ELEMENTWISE_MUL, [4, 2]),
        .init(CONV_ELEMENTWISE_ADD, [5, 3]),
      ])
    return BatchNormalisationStep(
      epsilon: epsilon, channels: try arguments.type(Input.scale.rawValue, "scale").count,
      chain: ElementwiseStep(chain, axes, context))
  }

  func permuted(by permutation: [Int], _ arguments: Arguments) -> Permuted? {
    guard permutation.count > channelAxis else { return nil }
    var operation = self
    operation.channelAxis = permutation.place(of: channelAxis)
    return Permuted(operation: operation, inputs: [permutation, nil, nil, nil, nil])
  }
}

private struct BatchNormalisationStep: Step {
  let epsilon: Float
  let channels: Int
  /// Of x, mean, factor and bias.
  let chain: ElementwiseStep

  /// A factor for each channel.
  var workspaceBytes: Int { channels * MemoryLayout<Float>.stride }
  var reusableInputs: [Int] { [BatchNormalisation.Input.x.rawValue] }

  func run(_ operands: Operands) {
    func elements(_ input: BatchNormalisation.Input) -> UnsafePointer<Float>? {
      operands.floats(input.rawValue)
    }
    let factors = operands.workspace?.assumingMemoryBound(to: Float.self)
    for channel in 0..<channels {
      factors![channel] =
        elements(.scale)![channel] / (elements(.variance)![channel] + epsilon).squareRoot()
    }
    chain.run(
      input: {
        switch $0 {
        case 0: elements(.x)
        case 1: elements(.mean)
        case 2: UnsafePointer(factors)
        default: elements(.bias)
        }
      }, operands.outputFloats(0))
  }
}
