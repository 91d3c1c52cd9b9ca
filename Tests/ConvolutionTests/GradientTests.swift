import TestSupport
import Testing

@_spi(Tools) @testable import Convolution
@testable import LayerCases

/// Gradients: PyTorch's, exactly; differences of a float64 reference; the same bits however the work is shared.
struct GradientTests {
  private static let planners = InstructionSet.available.flatMap { set in
    [1, 3].map { Planner(threads: $0, accuracy: .exactOrder, instructionSet: set) }
  }

  // MARK: - Fixtures

  @Test func everySettingGivesPyTorchsGradients() throws {
    let fixtures = try Fixture.cases(of: "gradients", "conv_gradient")
    #expect(fixtures.count == 160)
    for fixture in fixtures {
      let layerCase = try fixture.layerCase
      let (dy, dx) = (try #require(fixture.dy), try #require(fixture.dx))
      for order in [WeightOrder.outputInputKernel, .kernelInputOutput] {
        let layer = try layerCase.layer(order)
        for layout in Layout.allCases {
          let x = try layerCase.input(in: layout)
          let outputGradient = try Tensor(
            arranging: dy, shape: fixture.yShape, in: layout)
          // The order of the weights is settled before anything that a planner chooses.
          for planner in order == .outputInputKernel
            ? Self.planners : Array(Self.planners.suffix(1))
          {
            let plan = try layer.gradients(for: x.shape, layout: layout, with: planner)
            let gradients = try plan.run(x, outputGradient: outputGradient)
            let name: Comment = "\(fixture.id) \(layout) \(planner.resolvedInstructionSet) \(order)"
            let input = channelsFirst(
              gradients.input!.elements, shape: layerCase.inputShape, from: layout)
            expectSame(input, dx, by: .values, name)
            var weights = layerCase
            weights.w = try #require(fixture.dw)
            expectSame(gradients.weights!.elements, weights.weights(in: order), by: .values, name)
            expectSame(gradients.bias!.elements, try #require(fixture.db), by: .values, name)
          }
        }
      }
    }
  }

  /// Channels that are many vectors and several parts, of which none is a whole one.
  @Test(arguments: [(128, 40, 1, 1), (144, 20, 1, 2), (192, 35, 3, 1), (320, 17, 2, 2)])
  func manyChannelsAreExact(inputs: Int, outputs: Int, kernel: Int, stride: Int) throws {
    try expectExactSums(
      inputShape: [2, inputs, 7, 6], weightShape: [outputs, inputs, kernel, kernel], stride: stride,
      padding: .full)
  }

  /// So many outputs that their sums are cut in three, five and seven (a channel a group: in twice as many), in every
  /// order of sums.
  @Test(arguments: [24, 40, 56], [[5, 8, 1, 1], [5, 3, 3, 3], [12, 1, 3, 3]])
  func manyOutputsAreExact(rows: Int, weightShape: [Int]) throws {
    let channels = weightShape[1] == 1 ? weightShape[0] : weightShape[1]
    try expectExactSums(
      inputShape: [1, channels, rows, 112], weightShape: weightShape, stride: 1, padding: .same)
  }

  /// Small integers, so that sums are exact.
  private func expectExactSums(
    inputShape: [Int], weightShape: [Int], stride: Int, padding: Padding
  ) throws {
    var layerCase = LayerCase(
      inputShape: inputShape, weightShape: weightShape, stride: [stride, stride],
      dilation: [1, 1], groups: inputShape[1] / weightShape[1], padding: padding,
      border: [.zeros, .zeros], x: [], w: [], bias: [])
    var random = SplitMix64(seed: inputShape.reduce(0, +))
    func integers(_ count: Int) -> [Float] {
      (0..<count).map { _ in Float(Int.random(in: -3...3, using: &random)) }
    }
    layerCase.x = integers(layerCase.inputShape.reduce(1, *))
    layerCase.w = integers(layerCase.weightShape.reduce(1, *))
    layerCase.bias = nil
    let dy = integers(layerCase.outputShape.reduce(1, *))
    let reference = GradientReference(layerCase, outputGradient: dy)
    for order in [WeightOrder.outputInputKernel, .kernelInputOutput] {
      let layer = try layerCase.layer(order)
      var weights = layerCase
      weights.w = reference.weights.values.map(Float.init)
      for layout in Layout.allCases {
        let x = try layerCase.input(in: layout)
        let outputGradient = try Tensor(
          arranging: dy, shape: layerCase.outputShape, in: layout)
        for planner in Self.planners {
          let gradients = try layer.gradients(
            [.weights, .bias], for: x.shape, layout: layout, with: planner
          ).run(x, outputGradient: outputGradient)
          let name: Comment = "\(layout) \(planner.resolvedInstructionSet) \(order)"
          expectSame(gradients.weights!.elements, weights.weights(in: order), by: .values, name)
          expectSame(
            gradients.bias!.elements, reference.bias.values.map(Float.init), by: .values, name)
        }
      }
    }
  }

  // MARK: - At Winograd's points

  /// Whole and partial tiles, borders of every kind, groups, planes, and channels that are no whole parts.
  private static let tiled: [(x: [Int], w: [Int], groups: Int, padding: Padding, border: Border)] =
    [
      ([4, 32, 56, 56], [32, 32, 3, 3], 1, .same, .zeros),
      ([3, 48, 17, 19], [37, 48, 3, 3], 1, .same, .reflect),
      ([2, 64, 24, 23], [70, 32, 3, 3], 2, .full, .circular),
      (
        [1, 32, 4, 16, 17], [33, 32, 1, 3, 3], 1,
        .explicit([PaddingAmount(before: 1, after: 0)]), .constant(0.5)
      ),
      ([1, 160, 34, 38], [96, 160, 3, 3], 1, .valid, .zeros),
    ]

  /// What ``Accuracy/standard`` promises of outputs holds for the weights' gradient, and threads change none of its bits.
  @Test(arguments: tiled.indices)
  func sumsAtPointsAreAsAccurateAsOutputs(index: Int) throws {
    let (xShape, wShape, groups, padding, border) = Self.tiled[index]
    let rank = xShape.count - 2
    var layerCase = LayerCase(
      inputShape: xShape, weightShape: wShape, stride: Array(repeating: 1, count: rank),
      dilation: Array(repeating: 1, count: rank), groups: groups, padding: padding,
      border: Array(repeating: border, count: rank), x: [], w: [], bias: [])
    var random = SplitMix64(seed: 500 + index)
    layerCase.x = random.floats(xShape.reduce(1, *))
    layerCase.w = random.floats(wShape.reduce(1, *))
    layerCase.bias = nil
    let dy = random.floats(layerCase.outputShape.reduce(1, *))
    let reference = GradientReference(layerCase, outputGradient: dy).weights.values
    let largest = reference.reduce(0) { max($0, abs($1)) }
    let layer = try layerCase.layer()
    for layout in Layout.allCases {
      let x = try layerCase.input(in: layout)
      let outputGradient = try Tensor(arranging: dy, shape: layerCase.outputShape, in: layout)
      func weights(_ planner: Planner) throws -> [Float] {
        try layer.gradients([.weights], for: x.shape, layout: layout, with: planner)
          .run(x, outputGradient: outputGradient).weights!.elements
      }
      for set in InstructionSet.available {
        let name: Comment = "\(layerCase) \(layout) \(set)"
        let alone = try weights(Planner(threads: 1, instructionSet: set))
        expectSame(try weights(Planner(threads: 3, instructionSet: set)), alone, name)
        let ordered = try weights(
          Planner(threads: 1, accuracy: .exactOrder, instructionSet: set))
        #expect(alone != ordered, name)
        #expect(largestDifference(alone, reference) < 4e-6 * largest, name)
      }
    }
  }

  // MARK: - Differences

  private static let smooth: [Activation] = [.identity, .sigmoid, .tanh, .silu, .gelu]

  /// Of all rank, groups, strides, paddings and borders, through every smooth activation.
  @Test(arguments: 0..<60)
  func differencesOfTheReferenceAgree(seed: Int) throws {
    var random = SplitMix64(seed: seed)
    var layerCase = LayerCase.random(seed: 30_000 + seed, work: 4_000)
    layerCase.activation = Self.smooth[seed % Self.smooth.count]
    guard layerCase.inputShape[0] > 0 else { return }
    let dy = random.floats(layerCase.outputShape.reduce(1, *))
    func loss(_ layerCase: LayerCase) -> Double {
      zip(Reference(layerCase).values, dy).reduce(0) { $0 + $1.0 * Double($1.1) }
    }
    let layer = try layerCase.layer()
    for layout in Layout.allCases {
      let x = try layerCase.input(in: layout)
      let plan = try layer.gradients(
        [.input, .weights, .bias, .residual], for: x.shape, layout: layout,
        with: Planner(threads: 1 + seed % 3))
      let gradients = try plan.run(
        x,
        outputGradient: Tensor(
          arrange(dy, shape: layerCase.outputShape, in: layout), shape: plan.outputShape),
        output: layer(x, residual: layerCase.residual(in: layout), layout: layout),
        residual: layerCase.residual(in: layout))
      let input = channelsFirst(
        gradients.input!.elements, shape: layerCase.inputShape, from: layout)
      expect(input, \.x, "input", of: layerCase, layout, loss, &random)
      expect(gradients.weights!.elements, \.w, "weights", of: layerCase, layout, loss, &random)
      if layerCase.bias != nil {
        expect(gradients.bias!.elements, \.bias!, "bias", of: layerCase, layout, loss, &random)
      }
      if layerCase.residual != nil {
        let residual = channelsFirst(
          gradients.residual!.elements, shape: layerCase.outputShape, from: layout)
        expect(residual, \.residual!, "residual", of: layerCase, layout, loss, &random)
      }
    }
  }

  @Test(arguments: 0..<60)
  func differencesOfTheTransposedReferenceAgree(seed: Int) throws {
    var random = SplitMix64(seed: seed)
    var transposed = TransposedCase.random(seed: 31_000 + seed, work: 4_000)
    transposed.activation = Self.smooth[seed % Self.smooth.count]
    let shape = TransposedReference(transposed).shape
    let dy = random.floats(shape.reduce(1, *))
    func loss(_ transposed: TransposedCase) -> Double {
      zip(TransposedReference(transposed).values, dy).reduce(0) { $0 + $1.0 * Double($1.1) }
    }
    let layer = try transposed.layer()
    for layout in Layout.allCases {
      func tensor(_ values: [Float], _ shape: [Int]) throws -> Tensor {
        try Tensor(
          arrange(values, shape: shape, in: layout), shape: arrange(shape: shape, in: layout))
      }
      let x = try tensor(transposed.x, transposed.inputShape)
      let residual = try transposed.residual.map { try tensor($0, shape) }
      let plan = try layer.gradients(
        for: x.shape, layout: layout, with: Planner(threads: 1 + seed % 3))
      let gradients = try plan.run(
        x, outputGradient: tensor(dy, shape), output: layer(x, residual: residual, layout: layout),
        residual: residual)
      let input = channelsFirst(
        gradients.input!.elements, shape: transposed.inputShape, from: layout)
      expect(input, \.x, "input", of: transposed, layout, loss, &random)
      expect(gradients.weights!.elements, \.w, "weights", of: transposed, layout, loss, &random)
      if transposed.bias != nil {
        expect(gradients.bias!.elements, \.bias!, "bias", of: transposed, layout, loss, &random)
      }
    }
  }

  /// Expects a gradient to be the slope of the loss, at some of its elements.
  private func expect<Case>(
    _ gradient: [Float], _ path: WritableKeyPath<Case, [Float]>, _ name: String, of layer: Case,
    _ layout: Layout, _ loss: (Case) -> Double, _ random: inout SplitMix64
  ) {
    let scale = gradient.reduce(0.1) { max($0, abs(Double($1))) }
    for _ in 0..<6 {
      let index = Int.random(in: 0..<gradient.count, using: &random)
      var (above, below) = (layer, layer)
      above[keyPath: path][index] += 1 / 64
      below[keyPath: path][index] -= 1 / 64
      let step = Double(above[keyPath: path][index]) - Double(below[keyPath: path][index])
      let slope = (loss(above) - loss(below)) / step
      #expect(
        abs(slope - Double(gradient[index])) < 4e-3 * scale,
        "\(name) \(index): \(gradient[index]), not \(slope), \(layer) \(layout)")
    }
  }

  // MARK: - Activations

  /// At their kinks, and on both sides, as PyTorch has it.
  @Test func slopesOfActivationsWithKinks() throws {
    let cases: [(Activation, [Float], [Float])] = [
      (.relu, [-1, 0, 2], [0, 0, 1]),
      (.relu6, [-1, 0, 3, 6, 7], [0, 0, 1, 0, 0]),
      (.clip(minimum: -2, maximum: 1), [-3, -2, 0, 1, 2], [0, 0, 1, 0, 0]),
      (.leakyRelu(slope: 0.25), [-4, 0, 4], [0.25, 0.25, 1]),
      (.leakyRelu(slope: -0.5), [-4, 0, 4], [-0.5, -0.5, 1]),
      (.hardSwish, [-4, 0, 1.5, 4], [0, 0.5, 1, 1]),
      (.hardSigmoid(slope: 0.25, offset: 0.5), [-3, -2, 0, 2, 3], [0, 0, 0.25, 0, 0]),
    ]
    for (activation, sums, slopes) in cases {
      let layer = try Conv1D(weights: Tensor([1], shape: [1, 1, 1]), activation: activation)
      let x = try Tensor(sums, shape: [1, 1, sums.count])
      let plan = try layer.gradients([.input], for: x.shape)
      let gradients = try plan.run(
        x, outputGradient: Tensor(repeating: 1, shape: x.shape), output: layer(x))
      let error = largestDifference(gradients.input!.elements, slopes.map(Double.init))
      #expect(error < 1e-6, "\(activation): \(gradients.input!.elements), not \(slopes)")
    }
  }

  // MARK: - Same bits

  @Test(arguments: LayerCase.large.indices)
  func threadsChangeNoBit(index: Int) throws {
    var layerCase = LayerCase.large[index]
    layerCase.activation = .identity
    let layer = try layerCase.layer()
    var random = SplitMix64(seed: index)
    let dy = random.floats(layerCase.outputShape.reduce(1, *))
    for layout in Layout.allCases {
      let x = try layerCase.input(in: layout)
      let outputGradient = try Tensor(dy, shape: arrange(shape: layerCase.outputShape, in: layout))
      func run(_ threads: Int) throws -> Gradients {
        try layer.gradients(for: x.shape, layout: layout, with: Planner(threads: threads))
          .run(x, outputGradient: outputGradient)
      }
      let alone = try run(1)
      for threads in [2, 5] {
        let shared = try run(threads)
        for (name, path) in [("input", \Gradients.input), ("weights", \.weights), ("bias", \.bias)]
        {
          expectSame(
            shared[keyPath: path]!.elements, alone[keyPath: path]!.elements,
            "\(name) of \(layerCase) \(layout) on \(threads) threads")
        }
      }
    }
  }

  // MARK: - What users see

  @Test func onlyWhatIsAskedForIsComputed() throws {
    let layer = try Conv2D(weights: Tensor(shape: [4, 3, 3, 3]), padding: .same, activation: .relu)
    let x = try Tensor(shape: [2, 3, 5, 5])
    let plan = try layer.gradients([.weights], for: x.shape)
    #expect(plan.needsOutput)
    let gradients = try plan.run(x, outputGradient: layer(x), output: layer(x))
    #expect(gradients.input == nil && gradients.bias == nil && gradients.residual == nil)
    #expect(gradients.weights?.shape == [4, 3, 3, 3])
    #expect(try !layer.gradients([], for: x.shape).needsOutput)
  }

  @Test func emptyBatchesGiveZeros() throws {
    let layer = try Conv2D(weights: Tensor(repeating: 1, shape: [4, 3, 3, 3]), padding: .same)
    let plan = try layer.gradients(for: [0, 3, 5, 5])
    let gradients = try plan.run(
      Tensor(shape: [0, 3, 5, 5]), outputGradient: Tensor(shape: [0, 4, 5, 5]))
    #expect(gradients.input?.shape == [0, 3, 5, 5])
    #expect(gradients.weights == (try Tensor(shape: [4, 3, 3, 3])))
    #expect(gradients.bias == (try Tensor(shape: [4])))
  }

  @Test func errorsNameTheArgument() throws {
    let layer = try Conv2D(weights: Tensor(shape: [4, 3, 3, 3]), padding: .same, activation: .relu)
    let x = try Tensor(shape: [1, 3, 5, 5])
    let y = try Tensor(shape: [1, 4, 5, 5])
    let plan = try layer.gradients(for: x.shape)
    expectError(.invalidValue, "output", ["relu"]) { _ = try plan.run(x, outputGradient: y) }
    expectError(.shapeMismatch, "outputGradient", ["[1, 3, 5, 5]", "[1, 4, 5, 5]"]) {
      _ = try plan.run(x, outputGradient: x, output: y)
    }
    expectError(.shapeMismatch, "input", ["[1, 4, 5, 5]"]) {
      _ = try plan.run(y, outputGradient: y, output: y)
    }
    var others = try Gradients(for: layer.gradients([.bias], for: x.shape))
    var workspace = try Workspace(for: plan)
    expectError(.invalidValue, "gradients.input", ["none"]) {
      try plan.run(x, outputGradient: y, output: y, into: &others, workspace: &workspace)
    }
  }
}
