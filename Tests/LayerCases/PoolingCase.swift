import Convolution
import TestSupport

/// A pooling layer and its input, channels-first whatever layout it is run in.
package struct PoolingCase: Sendable {
  /// N C \*spatial.
  package var inputShape: [Int]
  package var kind: PoolingLayer.Kind
  package var kernel, stride, dilation: [Int]
  package var padding = Padding.valid
  package var ceilMode = false
  package var x: [Float]

  package var rank: Int { inputShape.count - 2 }

  package func paddingAmount(axis: Int) -> PaddingAmount {
    paddingByDefinition(
      padding, n: inputShape[2 + axis], k: kernel[axis], s: stride[axis], d: dilation[axis],
      axis: axis)
  }

  /// For every axis the windows in order, and for each of them the positions of its taps, 0 being the first sample.
  ///
  /// In ceil mode a window counts that begins in the input or before it, if the one a stride before it does not reach the
  /// end of the padding.
  package var windows: [[[Int]]] {
    (0..<rank).map { axis in
      let amount = paddingAmount(axis: axis)
      let (first, end) = (-amount.before, inputShape[2 + axis] + amount.after)
      let reach = dilation[axis] * (kernel[axis] - 1)
      var windows: [[Int]] = []
      var begin = first
      while ceilMode
        ? begin < inputShape[2 + axis] && begin - stride[axis] + reach < end - 1
        : begin + reach < end
      {
        windows.append((0..<kernel[axis]).map { begin + $0 * dilation[axis] })
        begin += stride[axis]
      }
      return windows
    }
  }

  /// N C \*spatial.
  package var outputShape: [Int] { inputShape[..<2] + windows.map(\.count) }
}

extension PoolingCase: CustomStringConvertible {
  package var description: String {
    "\(inputShape) \(kind) \(kernel) stride \(stride) dilation \(dilation) \(padding) "
      + (ceilMode ? "ceil" : "floor")
  }
}

// MARK: - Through the library

extension PoolingCase {
  package func layer() throws(ConvolutionError) -> PoolingLayer {
    try PoolingLayer(
      rank: rank, kind, kernel: kernel, stride: stride, dilation: dilation, padding: padding,
      ceilMode: ceilMode)
  }

  /// Both layouts on every instruction set of this CPU.
  package static let settings: [(layout: Layout, set: InstructionSet)] = Layout.allCases.flatMap {
    layout in
    InstructionSet.available.map { (layout, $0) }
  }

  package func plan(
    _ setting: (layout: Layout, set: InstructionSet), threads: Int = 1,
    region: [Range<Int>]? = nil, buffers: Plan.Buffers = .whole
  ) throws(ConvolutionError) -> PoolingPlan {
    try layer().plan(
      for: arrange(shape: inputShape, in: setting.layout), layout: setting.layout,
      with: Planner(threads: threads, instructionSet: setting.set), region: region,
      buffers: buffers)
  }

  package func input(in layout: Layout) throws(ConvolutionError) -> Tensor {
    try Tensor(arranging: x, shape: inputShape, in: layout)
  }

  /// The output of `plan`, N C \*spatial.
  package func run(_ plan: PoolingPlan) throws(ConvolutionError) -> [Float] {
    let output = try plan.run(input(in: plan.layout))
    return channelsFirst(output.elements, shape: outputShape, from: plan.layout)
  }

  /// The output of `plan`, and its indices, which are small enough for floats; both N C \*spatial.
  package func runWithIndices(
    _ plan: PoolingPlan
  ) throws(ConvolutionError) -> (values: [Float], indices: [Float]) {
    let (values, indices) = try plan.runWithIndices(input(in: plan.layout))
    return (
      channelsFirst(values.elements, shape: outputShape, from: plan.layout),
      channelsFirst(indices.map { Float($0) }, shape: outputShape, from: plan.layout)
    )
  }
}

// MARK: - Random layers

extension PoolingCase {
  /// A random layer with random data whose windows all have samples and read at most `work` of them.
  package static func random(seed: Int, kind: PoolingLayer.Kind? = nil, work: Int = 20_000)
    -> PoolingCase
  {
    var random = SplitMix64(seed: seed)
    while true {
      var drawn = draw(kind, &random)
      let windows = drawn.windows
      let haveSamples = windows.enumerated().allSatisfy { axis, windows in
        windows.allSatisfy { $0.contains { (0..<drawn.inputShape[2 + axis]).contains($0) } }
      }
      let outputs = drawn.outputShape.reduce(1, *)
      guard outputs > 0, haveSamples, outputs * drawn.kernel.reduce(1, *) <= work else { continue }
      // Half of them of small integers, so that several samples of a window are the largest.
      let isCoarse = Bool.random(using: &random)
      drawn.x = random.floats(drawn.inputShape.reduce(1, *), scale: isCoarse ? 3 : 1)
      if isCoarse { drawn.x = drawn.x.map { $0.rounded() } }
      return drawn
    }
  }

  private static func draw(_ kind: PoolingLayer.Kind?, _ random: inout SplitMix64) -> PoolingCase {
    let rank = Int.random(in: 1...3, using: &random)
    let extents = (0..<rank).map { _ in Int.random(in: 1...[100, 24, 9][rank - 1], using: &random) }
    let kernel = (0..<rank).map { _ in Int.random(in: 1...[9, 5, 3][rank - 1], using: &random) }
    let dilation = (0..<rank).map { _ in [1, 1, 1, 2, 3].randomElement(using: &random)! }
    let paddings: [Padding] = [
      .valid, .same, .sameLower, .causal, .full,
      .explicit(
        zip(kernel, dilation).map { kernel, dilation in
          let reach = dilation * (kernel - 1)
          return PaddingAmount(
            before: Int.random(in: 0...reach, using: &random),
            after: Int.random(in: 0...reach, using: &random))
        }),
    ]
    let padding = paddings.randomElement(using: &random)!
    return PoolingCase(
      inputShape: [
        [1, 1, 2, 3].randomElement(using: &random)!,
        [1, 2, 3, 5, 8, 16, 17, 31, 32, 65, 80].randomElement(using: &random)!,
      ] + extents,
      kind: kind
        ?? [
          .max, .max, .average(), .average(countsPadding: true), .lp(1), .lp(2), .lp(3), .lp(4),
        ].randomElement(using: &random)!,
      kernel: kernel,
      stride: (0..<rank).map { _ in [1, 2, 2, 3, 4].randomElement(using: &random)! },
      dilation: dilation, padding: padding, ceilMode: Bool.random(using: &random), x: [])
  }
}
