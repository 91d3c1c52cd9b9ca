import TestSupport
import Testing

@_spi(Tools) @testable import Convolution
@testable import LayerCases

/// Two layers as one plan, the image between them in the workspace: separable layers, and any other pair.
struct SeparableTests {
  /// Both layouts on every instruction set.
  private static let settings = Layout.allCases.flatMap { layout in
    InstructionSet.available.map { (layout, $0) }
  }

  @Test(arguments: 0..<70)
  func bothWeightOrdersAgreeWithTheReference(seed: Int) throws {
    let separable = PairCase.randomSeparable(seed: 30_000 + seed)
    let reference = separable.reference
    let layers = try [WeightOrder.outputInputKernel, .kernelInputOutput].map {
      try separable.separable($0)
    }
    for (layout, set) in Self.settings {
      let outputs = try layers.map { layer in
        let planner = Planner(
          threads: 1 + seed % 3, accuracy: .exactOrder, instructionSet: set, costModel: .arithmetic)
        let shape = arrange(shape: separable.first.inputShape, in: layout)
        let plan = try layer.plan(for: shape, layout: layout, with: planner)
        #expect(try plan.outputShape == layer.outputShape(for: shape, layout: layout))
        return try separable.run(plan)
      }
      let error = largestDifference(outputs[0], reference.values)
      #expect(error <= reference.tolerance, "\(separable) \(layout) \(set)")
      expectSame(outputs[1], outputs[0], "\(separable) \(layout) \(set)")
    }
  }

  /// Of any two layers, whichever ways they are computed in, on any number of threads.
  @Test(arguments: 0..<60)
  func onePlanGivesTheBitsOfTwo(seed: Int) throws {
    let pairCase =
      seed % 2 == 0 ? PairCase.random(seed: 31_000 + seed) : .randomSeparable(seed: 31_000 + seed)
    let pair = try pairCase.pair()
    var random = SplitMix64(seed: seed)
    for (layout, set) in Self.settings {
      func ways(of layer: ConvolutionLayer, _ shape: [Int]) throws -> [Plan] {
        try layer.alternatives(
          for: arrange(shape: shape, in: layout), layout: layout,
          with: Planner(threads: 1, accuracy: .fast, instructionSet: set))
      }
      var planner = Planner(threads: 1, accuracy: .fast, instructionSet: set)
      planner.costModel = .arithmetic
      for (layer, shape) in [
        (pair.first, pairCase.first.inputShape), (pair.second, pairCase.second.inputShape),
      ] {
        let way = try ways(of: layer, shape).randomElement(using: &random)!
        planner.measuredTimes.record([way.wayName: 1], of: way.explanation.measuredLayer)
      }
      let expected = try pairCase.runApart(layout, planner)
      for threads in [1, 2, 5] {
        planner.threads = threads
        let plan = try pairCase.plan(layout, planner)
        expectSame(
          try pairCase.run(plan), expected,
          "\(pairCase) \(layout) \(set) \(threads) threads \(plan)")
      }
    }
  }

  /// On buffers that hold nothing but the region and what it needs, against inaccessible pages.
  @Test(arguments: 0..<40)
  func regionsGiveTheSameBits(seed: Int) throws {
    let pairCase =
      seed % 2 == 0 ? PairCase.random(seed: 32_000 + seed) : .randomSeparable(seed: 32_000 + seed)
    var random = SplitMix64(seed: seed)
    let shape = pairCase.second.outputShape
    for layout in Layout.allCases {
      let planner = Planner(threads: 1 + seed % 3, costModel: .arithmetic)
      let expected = try pairCase.run(pairCase.plan(layout, planner))
      for _ in 0..<3 {
        let region = shape[2...].map { extent in
          let ends = (0..<2).map { _ in Int.random(in: 0...extent, using: &random) }.sorted()
          return ends[0]..<ends[1]
        }
        let plan = try pairCase.plan(layout, planner, region: region, buffers: .region)
        let needed = try pairCase.pair().inputRegion(
          for: region, of: arrange(shape: pairCase.first.inputShape, in: layout), layout: layout)
        #expect(
          zip(plan.inputRegion, needed).allSatisfy { $1.isEmpty || $0.contains($1) },
          "\(pairCase) \(layout) \(region)")
        for side in GuardedSide.allCases {
          expectSame(
            try plan.runGuarded(
              pairCase.first.x, of: pairCase.first.inputShape,
              residual: pairCase.second.residual, to: pairCase.second.outputShape, region: region,
              side),
            part(expected, of: shape, [0..<shape[0], 0..<shape[1]] + region),
            "\(pairCase) \(layout) \(region) guard \(side)")
        }
      }
    }
  }

  // MARK: - What users see

  private func layer(
    depthwise: [Int] = [3, 3, 8, 2], pointwise: [Int] = [1, 1, 16, 5],
    _ order: WeightOrder = .kernelInputOutput, multiplier: Int? = nil, bias: Int? = nil,
    stride: Int = 1
  ) throws -> SeparableConv2D {
    try SeparableConv2D(
      depthwiseWeights: Tensor(repeating: 1, shape: depthwise),
      pointwiseWeights: Tensor(repeating: 1, shape: pointwise), weightOrder: order,
      depthMultiplier: multiplier, bias: bias.map { try Tensor(shape: [$0]) }, stride: stride,
      padding: .same)
  }

  @Test func theLayerSaysWhatItIs() throws {
    let layer = try layer(stride: 2)
    #expect(layer.inputChannels == 8 && layer.depthMultiplier == 2 && layer.outputChannels == 5)
    #expect(
      layer.description
        == "SeparableConv2D 8 -> 5, kernel 3x3, stride 2x2, dilation 1x1, multiplier 2, same, identity"
    )
    #expect(try layer.outputShape(for: [1, 8, 10, 10]) == [1, 5, 5, 5])
    #expect(
      try layer.paddingAmounts(for: [10, 10])
        == Array(repeating: PaddingAmount(before: 0, after: 1), count: 2))
    #expect(try layer.inputRegion(for: [1..<2, 0..<5], of: [1, 8, 10, 10]) == [2..<5, 0..<10])
    let plan = try layer.plan(for: [1, 8, 10, 10])
    #expect(plan.floatingPointOperations == 2 * 25 * (16 * 9 + 16 * 5))
    for words in [
      "SeparableConv2D 8 -> 5", "Conv2D 8 -> 16", "ways of the first layer", "ways of the second",
    ] {
      #expect(plan.description.contains(words))
    }
  }

  /// Of an image of 64 MB between the layers, a thread has a part that fits a cache.
  @Test func theImageBetweenIsNeverWhole() throws {
    let layer = try SeparableConv2D(
      depthwiseWeights: Tensor(shape: [64, 1, 3, 3]),
      pointwiseWeights: Tensor(shape: [8, 64, 1, 1]),
      padding: .same)
    for layout in Layout.allCases {
      let shape = arrange(shape: [1, 64, 512, 512], in: layout)
      let plan = try layer.plan(for: shape, layout: layout, with: Planner(threads: 1))
      #expect(plan.workspaceBytes < 16 << 20, "\(plan)")
    }
  }

  @Test func emptyInputsGiveEmptyOutputs() throws {
    #expect(try layer()(Tensor(shape: [0, 8, 4, 4])).shape == [0, 5, 4, 4])
    #expect(try layer()(Tensor(shape: [1, 8, 0, 4])).shape == [1, 5, 0, 4])
  }

  @Test func errorsNameTheArgument() throws {
    expectError(.rankMismatch, "depthwiseWeights", ["[3, 8, 2]", "multiplier"]) {
      _ = try layer(depthwise: [3, 8, 2])
    }
    expectError(.nonPositiveSize, "depthwiseWeights", ["[3, 0, 8, 2]"]) {
      _ = try layer(depthwise: [3, 0, 8, 2])
    }
    expectError(.shapeMismatch, "depthwiseWeights", ["[16, 2, 3, 3]"]) {
      _ = try layer(depthwise: [16, 2, 3, 3], pointwise: [5, 16, 1, 1], .outputInputKernel)
    }
    expectError(.shapeMismatch, "pointwiseWeights", ["[1, 1, 8, 5]", "16 input channels"]) {
      _ = try layer(pointwise: [1, 1, 8, 5])
    }
    expectError(.shapeMismatch, "pointwiseWeights", ["[3, 3, 16, 5]", "one tap"]) {
      _ = try layer(pointwise: [3, 3, 16, 5])
    }
    expectError(.rankMismatch, "pointwiseWeights", ["[1, 16, 5]"]) {
      _ = try layer(pointwise: [1, 16, 5])
    }
    expectError(.shapeMismatch, "depthMultiplier", ["3", "2"]) { _ = try layer(multiplier: 3) }
    expectError(.nonPositiveSize, "depthMultiplier", ["0"]) { _ = try layer(multiplier: 0) }
    expectError(.shapeMismatch, "depthMultiplier", ["3", "16"]) {
      _ = try layer(
        depthwise: [16, 1, 3, 3], pointwise: [5, 16, 1, 1], .outputInputKernel, multiplier: 3)
    }
    expectError(.shapeMismatch, "bias", ["[16]", "[5]"]) { _ = try layer(bias: 16) }
    expectError(.nonPositiveSize, "stride", ["0"]) { _ = try layer(stride: 0) }
    expectError(.shapeMismatch, "input", ["5 channels"]) {
      _ = try layer().plan(for: [1, 5, 8, 8])
    }
    expectError(.invalidValue, "region", ["0..<9"]) {
      _ = try layer().plan(for: [1, 8, 8, 8], region: [0..<9, 0..<8])
    }
  }
}
