import TestSupport

@_spi(Tools) @testable import Convolution
@testable import LayerCases

/// A layer and another one on its output, channels-first whatever layout they are run in. The second's input is not given.
struct PairCase: Sendable {
  var first, second: LayerCase

  func pair() throws(ConvolutionError) -> LayerPair {
    LayerPair(first: try first.layer(), second: try second.layer())
  }

  /// The library's separable layer, made of weights in `order`.
  func separable(_ order: WeightOrder) throws(ConvolutionError) -> SeparableLayer {
    let (inputs, middle, outputs) = (
      first.inputShape[1], first.weightShape[0], second.weightShape[0]
    )
    let kernel = Array(first.weightShape[2...])
    let ones = Array(repeating: 1, count: first.rank)
    let isOutputFirst = order == .outputInputKernel
    var bias: Tensor?
    if let values = second.bias { bias = try Tensor(values, shape: [outputs]) }
    return try SeparableLayer(
      rank: first.rank,
      depthwiseWeights: Tensor(
        first.weights(in: order),
        shape: isOutputFirst ? [middle, 1] + kernel : kernel + [inputs, middle / inputs]),
      pointwiseWeights: Tensor(
        second.weights(in: order),
        shape: isOutputFirst ? [outputs, middle] + ones : ones + [middle, outputs]),
      weightOrder: order, depthMultiplier: isOutputFirst ? middle / inputs : nil, bias: bias,
      stride: first.stride, dilation: first.dilation, padding: first.padding, border: first.border,
      activation: second.activation)
  }

  func plan(
    _ layout: Layout, _ planner: Planner, region: [Range<Int>]? = nil,
    buffers: Plan.Buffers = .whole
  ) throws(ConvolutionError) -> Plan {
    try pair().plan(
      of: "a pair", for: arrange(shape: first.inputShape, in: layout), layout: layout,
      with: planner, region: region, buffers: buffers)
  }

  /// The output of a plan of both, N C \*spatial.
  func run(_ plan: Plan) throws(ConvolutionError) -> [Float] {
    let output = try plan.run(
      first.input(in: plan.layout), residual: second.residual(in: plan.layout))
    return channelsFirst(output.elements, shape: second.outputShape, from: plan.layout)
  }

  /// The output of both layers, each by a plan of its own.
  func runApart(_ layout: Layout, _ planner: Planner) throws(ConvolutionError) -> [Float] {
    let pair = try pair()
    let middle = try pair.first(first.input(in: layout), layout: layout, with: planner)
    let output = try pair.second(
      middle, residual: second.residual(in: layout), layout: layout, with: planner)
    return channelsFirst(output.elements, shape: second.outputShape, from: layout)
  }
}

extension PairCase: CustomStringConvertible {
  var description: String { "\(first), then \(second)" }
}

// MARK: - In float64

extension PairCase {
  /// The output, and what the error of a correct result is below, summed directly.
  var reference: (values: [Double], tolerance: Double) {
    let middle = Reference(first)
    var last = second
    last.x = middle.values.map { Float($0) }
    let reference = Reference(last)
    // Errors of the image between the layers go through the second's weights.
    let terms = last.w.count / last.weightShape[0]
    let sums = (0..<last.weightShape[0]).map { channel in
      last.w[channel * terms..<(channel + 1) * terms].reduce(0) { $0 + Double(abs($1)) }
    }
    let passed = max(middle.magnitude, middle.largest) * (sums.max() ?? 0)
    return (
      reference.values, Reference.bound * (max(reference.magnitude, reference.largest) + passed)
    )
  }
}

// MARK: - Random ones

extension PairCase {
  /// Depthwise, then pointwise, without a bias or an activation between them.
  static func randomSeparable(seed: Int) -> PairCase {
    draw(seed: seed) { first, random in
      first = first.depthwise(seed: seed)
      (first.bias, first.residual, first.activation) = (nil, nil, .identity)
      return Array(repeating: 1, count: first.rank)
    }
  }

  /// Any layer, then any other without groups.
  static func random(seed: Int) -> PairCase {
    draw(seed: seed) { first, random in
      first.residual = nil
      return (0..<first.rank).map { _ in Int.random(in: 1...3, using: &random) }
    }
  }

  /// - Parameter adapt: makes the first layer what it should be, and gives the second's kernel.
  private static func draw(
    seed: Int, _ adapt: (inout LayerCase, inout SplitMix64) -> [Int]
  ) -> PairCase {
    var random = SplitMix64(seed: seed)
    while true {
      var first = LayerCase.random(seed: Int.random(in: 0..<1 << 40, using: &random), work: 20_000)
      let kernel = adapt(&first, &random)
      var second = LayerCase.random(seed: Int.random(in: 0..<1 << 40, using: &random))
      let isPointwise = kernel.allSatisfy { $0 == 1 }
      let strides = isPointwise ? 1...1 : 1...2
      second.inputShape = first.outputShape
      second.weightShape = [min(second.weightShape[0], 49), first.weightShape[0]] + kernel
      second.stride = kernel.map { _ in Int.random(in: strides, using: &random) }
      second.dilation = kernel.map { _ in 1 }
      second.groups = 1
      second.padding = isPointwise ? .valid : .same
      second.border = kernel.map { _ in second.border[0] }
      let outputs = second.outputShape.reduce(1, *)
      guard second.outputShape[2...].allSatisfy({ $0 > 0 }),
        outputs * second.weightShape[1...].reduce(1, *) <= 100_000
      else { continue }
      second = second.filled(&random)
      second.x = []
      return PairCase(first: first, second: second)
    }
  }
}
