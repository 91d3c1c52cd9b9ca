import TestSupport

@_spi(Tools) @testable import Convolution

/// A transposed layer, its input and its weights, channels-first whatever layout it is run in.
struct TransposedCase: Sendable {
  /// N C \*spatial.
  var inputShape: [Int]
  /// I O/groups \*kernel.
  var weightShape: [Int]
  var stride, dilation: [Int]
  var groups = 1
  var padding = TransposedPadding.valid
  var activation = Activation.identity
  var x, w: [Float]
  var bias, residual: [Float]?

  var rank: Int { inputShape.count - 2 }
  var outputChannels: Int { weightShape[1] * groups }

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

  func layer(
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

  /// The output of `plan`, whose whole output is `shape`, N C \*spatial.
  func run(_ plan: Plan, shape: [Int]) throws(ConvolutionError) -> [Float] {
    let layout = plan.layout
    func tensor(_ values: [Float], _ shape: [Int]) throws(ConvolutionError) -> Tensor {
      try Tensor(
        arrange(values, shape: shape, in: layout), shape: arrange(shape: shape, in: layout))
    }
    var residual: Tensor?
    if let values = self.residual { residual = try tensor(values, shape) }
    let output = try plan.run(tensor(x, inputShape), residual: residual)
    return channelsFirst(output.elements, shape: shape, from: layout)
  }
}

extension TransposedCase {
  /// What a plan of a region gives of it, with all memory against inaccessible pages; N C \*spatial.
  ///
  /// - Parameter shape: of the whole output.
  func runGuarded(
    _ plan: Plan, region: [Range<Int>], of shape: [Int], _ side: GuardedSide
  ) throws(ConvolutionError) -> [Float] {
    func window(_ values: [Float], _ shape: [Int], _ ranges: [Range<Int>]) -> GuardedMemory<Float> {
      let all = [0..<shape[0], 0..<shape[1]] + ranges
      return GuardedMemory(
        arrange(part(values, of: shape, all), shape: all.map(\.count), in: plan.layout), side: side)
    }
    let input = window(x, inputShape, plan.inputRegion)
    let residual = residual.map { window($0, shape, region) }
    let output = GuardedMemory<Float>(count: plan.outputShape.reduce(1, *), side: side)
    output.buffer.update(repeating: .nan)
    let workspace = GuardedMemory<UInt8>(count: plan.workspaceBytes, side: side, alignment: 64)
    try plan.run(
      input.readOnly, residual: residual?.readOnly, into: output.buffer, workspace: workspace.bytes)
    return channelsFirst(
      Array(output.buffer), shape: shape[..<2] + region.map(\.count), from: plan.layout)
  }
}

extension TransposedCase: CustomStringConvertible {
  var description: String {
    """
    \(inputShape) * \(weightShape) stride \(stride) dilation \(dilation) groups \(groups) \(padding) \(activation)\
    \(bias == nil ? "" : " bias")\(residual == nil ? "" : " residual")
    """
  }
}

// MARK: - Random ones

extension TransposedCase {
  /// A random layer with random data, of at most `work` multiply-adds.
  static func random(seed: Int, work: Int = 60_000) -> TransposedCase {
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
    let kernel = values(1...[8, 5, 3][rank - 1], &random)
    let extents = values(1...[20, 9, 5][rank - 1], &random)
    let stride = (0..<rank).map { _ in [1, 2, 2, 3, 4].randomElement(using: &random)! }
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
      dilation: (0..<rank).map { _ in [1, 1, 2, 3].randomElement(using: &random)! },
      groups: groups, padding: padding,
      activation: [.identity, .relu, .silu, .leakyRelu(slope: 0.1)].randomElement(using: &random)!,
      x: [], w: [], bias: Bool.random(using: &random) ? [] : nil,
      residual: Bool.random(using: &random) ? [] : nil)
  }
}
