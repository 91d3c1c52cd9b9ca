@_spi(Tools) import Convolution
import TestSupport

/// A transposed layer, its input and its weights, channels-first whatever layout it is run in.
package struct TransposedCase: Sendable {
  /// N C \*spatial.
  package var inputShape: [Int]
  /// I O/groups \*kernel.
  package var weightShape: [Int]
  package var stride, dilation: [Int]
  package var groups = 1
  package var padding = TransposedPadding.valid
  package var activation = Activation.identity
  package var x, w: [Float]
  package var bias, residual: [Float]?

  package init(
    inputShape: [Int], weightShape: [Int], stride: [Int], dilation: [Int], groups: Int = 1,
    padding: TransposedPadding = .valid, activation: Activation = .identity, x: [Float],
    w: [Float], bias: [Float]? = nil, residual: [Float]? = nil
  ) {
    self.inputShape = inputShape
    self.weightShape = weightShape
    self.stride = stride
    self.dilation = dilation
    self.groups = groups
    self.padding = padding
    self.activation = activation
    self.x = x
    self.w = w
    self.bias = bias
    self.residual = residual
  }

  package var rank: Int { inputShape.count - 2 }
  package var outputChannels: Int { weightShape[1] * groups }

  /// The weights in the order that `order` names.
  private func weights(in order: TransposedWeightOrder) -> [Float] {
    guard order == .kernelOutputInput else { return w }
    let (inputs, outputs) = (weightShape[0], weightShape[1])
    let taps = weightShape[2...].reduce(1, *)
    return (0..<taps).flatMap { tap in
      (0..<outputs).flatMap { output in
        (0..<inputs).map { w[($0 * outputs + output) * taps + tap] }
      }
    }
  }

  package func layer(
    _ order: TransposedWeightOrder = .inputOutputKernel
  ) throws(ConvolutionError) -> TransposedLayer {
    var biasTensor: Tensor?
    if let bias { biasTensor = try Tensor(bias, shape: [bias.count]) }
    let shape =
      order == .inputOutputKernel
      ? weightShape : weightShape[2...] + [weightShape[1], weightShape[0]]
    return try TransposedLayer(
      rank: rank, weights: Tensor(weights(in: order), shape: shape), weightOrder: order,
      bias: biasTensor, stride: stride, dilation: dilation, groups: groups, padding: padding,
      activation: activation)
  }

  /// The input in `layout`.
  package func input(in layout: Layout) throws(ConvolutionError) -> Tensor {
    try Tensor(arranging: x, shape: inputShape, in: layout)
  }

  /// The output of `plan`, whose whole output is `shape`, N C \*spatial.
  package func run(_ plan: Plan, shape: [Int]) throws(ConvolutionError) -> [Float] {
    let layout = plan.layout
    var residual: Tensor?
    if let values = self.residual {
      residual = try Tensor(arranging: values, shape: shape, in: layout)
    }
    let output = try plan.run(input(in: layout), residual: residual)
    return channelsFirst(output.elements, shape: shape, from: layout)
  }
}

extension TransposedCase: CustomStringConvertible {
  package var description: String {
    """
    \(inputShape) * \(weightShape) stride \(stride) dilation \(dilation) groups \(groups) \(padding) \(activation)\
    \(bias == nil ? "" : " bias")\(residual == nil ? "" : " residual")
    """
  }
}

// MARK: - Random ones

extension TransposedCase {
  /// A random layer with random data, of at most `work` multiply-adds.
  package static func random(seed: Int, work: Int = 60_000) -> TransposedCase {
    var random = SplitMix64(seed: seed)
    while true {
      var drawn = draw(&random)
      let reference = TransposedReference.outputExtents(of: drawn)
      let products = drawn.inputShape.reduce(1, *) * drawn.weightShape[1...].reduce(1, *)
      guard reference.allSatisfy({ $0 > 0 && $0 < 400 }), products <= work else { continue }
      drawn.x = random.floats(drawn.inputShape.reduce(1, *))
      let terms = Float(drawn.weightShape[0] / drawn.groups)
      drawn.w = random.floats(drawn.weightShape.reduce(1, *), scale: 4 / terms.squareRoot())
      if drawn.bias != nil { drawn.bias = random.floats(drawn.outputChannels) }
      if drawn.residual != nil {
        drawn.residual = random.floats(
          drawn.inputShape[0] * drawn.outputChannels * reference.reduce(1, *))
      }
      return drawn
    }
  }

  private static func draw(_ random: inout SplitMix64) -> TransposedCase {
    let rank = Int.random(in: 1...3, using: &random)
    let groups = [1, 1, 1, 2, 3, 16].randomElement(using: &random)!
    let counts =
      groups == 16 ? [1] : groups > 1 ? [1, 2, 3, 5, 8] : [1, 2, 3, 8, 15, 16, 17, 33, 48]
    let channels = (0..<2).map { _ in counts.randomElement(using: &random)! }
    func values(_ range: ClosedRange<Int>, _ random: inout SplitMix64) -> [Int] {
      (0..<rank).map { _ in Int.random(in: range, using: &random) }
    }
    var kernel = values(1...[8, 5, 3][rank - 1], &random)
    let extents = values(1...[20, 9, 5][rank - 1], &random)
    let stride = (0..<rank).map { _ in [1, 2, 2, 3, 4].randomElement(using: &random)! }
    var dilation = (0..<rank).map { _ in [1, 1, 2, 3].randomElement(using: &random)! }
    // Such phases may be merged.
    if Bool.random(using: &random) {
      kernel = stride.map { $0 * Int.random(in: 1...2, using: &random) }
      dilation = dilation.map { _ in 1 }
    }
    let amounts = values(-1...2, &random).map { before in
      PaddingAmount(before: before, after: Int.random(in: -1...2, using: &random))
    }
    let outputPadding = values(0...2, &random)
    let padding: TransposedPadding =
      [
        .valid, .same, .sameLower, .explicit(amounts, outputPadding: outputPadding),
        .explicit([PaddingAmount(before: 1, after: 0)], outputPadding: []),
        .halved(oddSide: .after),
        .halved(extents: values(1...12, &random), oddSide: .before),
        .halved(
          extents: values(1...12, &random), oddSide: .after, outputPadding: outputPadding,
          sense: .onnxruntime),
      ].randomElement(using: &random)!
    return TransposedCase(
      inputShape: [[1, 1, 2, 3].randomElement(using: &random)!, groups * channels[0]] + extents,
      weightShape: [groups * channels[0], channels[1]] + kernel, stride: stride,
      dilation: dilation, groups: groups, padding: padding,
      activation: [.identity, .relu, .silu, .leakyRelu(slope: 0.1)].randomElement(using: &random)!,
      x: [], w: [], bias: Bool.random(using: &random) ? [] : nil,
      residual: Bool.random(using: &random) ? [] : nil)
  }
}
