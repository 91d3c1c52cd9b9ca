import TestSupport
import Testing

@_spi(Tools) @testable import Convolution
@testable import LayerCases

/// Transposed layers: what other libraries compute exactly, and a plain float64 reference, whichever way their phases are
/// computed.
struct TransposedTests {
  private static let frameworks = ["keras", "tensorflow", "torch"]

  private static let planners: [Planner] = InstructionSet.available.flatMap { set in
    [Algorithm.automatic, .direct, .general].map { Planner(algorithm: $0, instructionSet: set) }
  }

  // MARK: - Fixtures

  @Test(arguments: frameworks)
  func everySettingGivesTheFrameworksResult(framework: String) throws {
    for fixture in try Fixture.cases(of: framework, "conv_transpose") {
      let transposed = try fixture.transposedCase
      for order in [TransposedWeightOrder.inputOutputKernel, .kernelOutputInput] {
        let layer = try transposed.layer(order)
        for layout in Layout.allCases {
          // The order of the weights is settled before anything that a planner chooses.
          for var planner in order == .inputOutputKernel
            ? Self.planners : Array(Self.planners.suffix(1))
          {
            planner.accuracy = .exactOrder
            for threads in [1, 3] {
              planner.threads = threads
              let plan = try layer.plan(
                for: arrange(shape: transposed.inputShape, in: layout), layout: layout,
                with: planner)
              #expect(
                plan.outputShape == arrange(shape: fixture.yShape, in: layout), "\(fixture.id)")
              let output = try transposed.run(plan, shape: fixture.yShape)
              expectSame(
                output, fixture.y, by: .values, "\(fixture.id) \(layout) \(order) \(plan)")
            }
          }
        }
      }
    }
  }

  @Test(arguments: frameworks)
  func referenceGivesTheFrameworksResult(framework: String) throws {
    for fixture in try Fixture.cases(of: framework, "conv_transpose") {
      let reference = TransposedReference(try fixture.transposedCase)
      #expect(reference.shape == fixture.yShape, "\(fixture.id)")
      #expect(largestDifference(fixture.y, reference.values) == 0, "\(fixture.id)")
    }
  }

  @Test func filesHoldTheCasesTheyAreKnownToHold() throws {
    let counts = try Self.frameworks.map { try Fixture.cases(of: $0, "conv_transpose").count }
    #expect(counts == [6, 15, 23])
  }

  // MARK: - Random layers

  @Test(arguments: 0..<90)
  func everySettingAgreesWithTheReference(seed: Int) throws {
    let transposed = TransposedCase.random(seed: 20_000 + seed)
    let reference = TransposedReference(transposed)
    let layer = try transposed.layer()
    for layout in Layout.allCases {
      for var planner in Self.planners {
        planner.threads = 1 + seed % 3
        planner.accuracy = .fast
        let plan = try layer.plan(
          for: arrange(shape: transposed.inputShape, in: layout), layout: layout, with: planner)
        let output = try transposed.run(plan, shape: reference.shape)
        let error = largestDifference(output, reference.values) / max(reference.magnitude, 1e-30)
        // Some phases may be computed by Winograd's algorithm.
        let bound = plan.explanation.phases.map { Reference.bound(of: $0.winograd) }.max()!
        #expect(error <= bound, "\(transposed) \(plan)")
      }
    }
  }

  /// Whichever is predicted to be fastest: in the image, on turned boxes, spread from the workspace.
  @Test(arguments: 0..<60)
  func everyMannerGivesTheReferenceAndTheSameBitsInParts(seed: Int) throws {
    try expectEveryManner(.random(seed: 22_000 + seed, work: 30_000), seed: seed)
  }

  /// A single input meets every tap once: the layer is a matrix product.
  @Test(arguments: 0..<24)
  func everyMannerOfSingleInputs(seed: Int) throws {
    var random = SplitMix64(seed: seed)
    let groups = seed % 3 + 1
    let channels = (inputs: Int.random(in: 1...9, using: &random), outputs: 1 + seed % 5)
    let kernel = (0..<2).map { _ in Int.random(in: 1...5, using: &random) }
    var transposed = TransposedCase(
      inputShape: [2, groups * channels.inputs, 1, seed % 4 == 0 ? 3 : 1],
      weightShape: [groups * channels.inputs, channels.outputs] + kernel,
      stride: kernel.map { Int.random(in: 1...$0 + 1, using: &random) }, dilation: [1, 1],
      groups: groups,
      padding: .explicit(
        kernel.map {
          PaddingAmount(
            before: Int.random(in: 0..<$0, using: &random) / 2,
            after: Int.random(in: -1..<$0, using: &random) / 2)
        }, outputPadding: []), x: [], w: [])
    transposed.x = random.floats(transposed.inputShape.reduce(1, *))
    transposed.w = random.floats(transposed.weightShape.reduce(1, *))
    try expectEveryManner(transposed, seed: seed)
  }

  private func expectEveryManner(_ transposed: TransposedCase, seed: Int) throws {
    let reference = TransposedReference(transposed)
    let layer = try transposed.layer()
    for layout in Layout.allCases {
      let shape = arrange(shape: transposed.inputShape, in: layout)
      let geometry = try layer.geometry(for: shape, layout: layout)
      for manner in TransposedLayer.manners(for: geometry) {
        for set in InstructionSet.available {
          let planner = Planner(threads: 1 + seed % 3, accuracy: .exactOrder, instructionSet: set)
          let way = try layer.candidate(geometry, manner, planner)
          func plan(_ region: [Range<Int>]?) throws -> Plan {
            try Plan(
              way.blueprint, way.choices, with: planner, region: region,
              buffers: region == nil ? .whole : .region)
          }
          let output = try transposed.run(plan(nil), shape: reference.shape)
          let error = largestDifference(output, reference.values) / max(reference.magnitude, 1e-30)
          #expect(error <= Reference.bound(of: nil), "\(transposed) \(layout) \(manner) \(set)")
          let region = reference.shape[2...].map { $0 / 3..<$0 - $0 / 4 }
          let window = try plan(region).runGuarded(
            transposed.x, of: transposed.inputShape, residual: transposed.residual,
            to: reference.shape, region: region, seed % 2 == 0 ? .before : .after)
          let channels = [0..<reference.shape[0], 0..<reference.shape[1]]
          expectSame(
            window, part(output, of: reference.shape, channels + region),
            "\(transposed) \(layout) \(manner) \(set) \(region)")
        }
      }
    }
  }

  @Test(arguments: [1, 3])
  func everyMannerHasTheSlopesOfItsChannels(groups: Int) throws {
    let channels = groups * 5
    var transposed = TransposedCase(
      inputShape: [2, groups * 4, 6, 7], weightShape: [groups * 4, 5, 4, 2], stride: [2, 2],
      dilation: [1, 1], groups: groups,
      padding: .explicit([PaddingAmount(before: 1, after: 0)], outputPadding: []), x: [], w: [])
    transposed.x = (0..<2 * groups * 4 * 42).map { Float(($0 * 37) % 101 - 50) / 16 }
    transposed.w = (0..<groups * 4 * 5 * 8).map { Float(($0 * 29) % 17 - 8) / 8 }
    let slopes = (0..<channels).map { Float($0 % 7 - 3) / 8 }
    let plain = try transposed.layer()
    let sloped = TransposedLayer(
      plain, activation: .prelu(slopes: try Tensor(slopes, shape: [channels])))
    for layout in Layout.allCases {
      let shape = arrange(shape: transposed.inputShape, in: layout)
      let geometry = try plain.geometry(for: shape, layout: layout)
      #expect(TransposedLayer.manners(for: geometry).contains(.merged))
      for manner in TransposedLayer.manners(for: geometry) {
        func output(_ layer: TransposedLayer) throws -> [Float] {
          let way = try layer.candidate(geometry, manner, Planner())
          let plan = try Plan(
            way.blueprint, way.choices, with: Planner(), region: nil, buffers: .whole)
          return try transposed.run(
            plan, shape: [2, channels] + geometry.output.spatial)
        }
        let plane = geometry.output.spatial.reduce(1, *)
        let expected = try output(plain).enumerated().map { index, sum in
          sum < 0 ? slopes[index / plane % channels] * sum : sum
        }
        expectSame(try output(sloped), expected, by: .values, "\(layout) \(manner)")
      }
    }
  }

  /// Manners and ways differ in bits, so the number of threads must not decide.
  @Test func theNumberOfThreadsChoosesNothing() throws {
    let model = CostModel.closest(
      to: .avx2, Caches(level1: 32 << 10, level2: 512 << 10, level3: 32 << 20))
    for channels in [1, 2, 3, 4, 8, 24] {
      let layer = try TransposedConv2D(
        weights: Tensor(shape: [24, channels, 2, 2]), stride: 2)
      for extent in [8, 48, 96, 192, 288] {
        func chosen(threads: Int) throws -> (manner: Blueprint.Manner, ways: [String]) {
          let best = try layer.best(
            for: [1, extent, extent, 24], layout: .channelsLast,
            with: Planner(threads: threads, costModel: model))
          return (best.blueprint.manner, best.choices.map(\.way.name))
        }
        let one = try chosen(threads: 1)
        for threads in [2, 64] {
          let several = try chosen(threads: threads)
          #expect(several == one, "\(channels) of \(extent), \(threads) threads")
        }
      }
    }
  }

  /// Threads, images apart, and rectangles give the same bits, on buffers against inaccessible pages.
  @Test(arguments: 0..<60)
  func cutsChangeNoBit(seed: Int) throws {
    let transposed = TransposedCase.random(seed: 21_000 + seed, work: 20_000)
    let layer = try transposed.layer()
    var random = SplitMix64(seed: seed)
    for layout in Layout.allCases {
      let shape = arrange(shape: transposed.inputShape, in: layout)
      let whole = try layer.plan(for: shape, layout: layout, with: Planner(threads: 1))
      let outputShape = ImageShape(whole.outputShape, layout: layout)
      let all = outputShape.shape(in: .channelsFirst)
      let expected = try transposed.run(whole, shape: all)
      for threads in [2, 5] {
        let planner = Planner(threads: threads, costModel: .arithmetic)
        let ways = try layer.plan(
          for: shape, layout: layout, with: Planner(threads: 1, costModel: .arithmetic))
        expectSame(
          try transposed.run(layer.plan(for: shape, layout: layout, with: planner), shape: all),
          try transposed.run(ways, shape: all), "\(transposed) \(layout) \(threads) threads")
      }
      let channels = [0..<all[0], 0..<all[1]]
      for _ in 0..<3 {
        let region = outputShape.spatial.map { extent in
          let ends = (0..<2).map { _ in Int.random(in: 0...extent, using: &random) }.sorted()
          return ends[0]..<ends[1]
        }
        let plan = try layer.plan(
          for: shape, layout: layout, with: Planner(threads: 1 + seed % 3), region: region,
          buffers: .region)
        for side in GuardedSide.allCases {
          let output = try plan.runGuarded(
            transposed.x, of: transposed.inputShape, residual: transposed.residual, to: all,
            region: region, side)
          expectSame(
            output, part(expected, of: all, channels + region),
            "\(transposed) \(layout) \(region) guard \(side)")
        }
      }
    }
  }

  // MARK: - What users see

  @Test func eachConventionWhereOneSeesIt() throws {
    func layer(_ padding: TransposedPadding, kernel: Int = 3, stride: Int = 2) throws
      -> TransposedConv1D
    {
      try TransposedConv1D(
        weights: Tensor(shape: [1, 1, kernel]), stride: stride, padding: padding)
    }
    #expect(try layer(.same).outputShape(for: [1, 1, 10]) == [1, 1, 20])
    #expect(try layer(.same).paddingAmounts(for: [10]) == [PaddingAmount(before: 0, after: 1)])
    #expect(try layer(.sameLower).paddingAmounts(for: [10]) == [PaddingAmount(before: 1, after: 0)])
    #expect(try layer(.valid).outputShape(for: [1, 1, 10]) == [1, 1, 21])
    #expect(try layer(.valid, kernel: 1, stride: 3).outputShape(for: [1, 1, 4]) == [1, 1, 12])
    #expect(
      try layer(.valid, kernel: 1, stride: 3).paddingAmounts(for: [4])
        == [PaddingAmount(before: 0, after: -2)])
    #expect(
      try layer(.explicit([PaddingAmount(before: 1, after: 1)], outputPadding: [1]))
        .outputShape(for: [1, 1, 10]) == [1, 1, 20])
  }

  /// Outputs that no tap reaches are the activation of the bias and the residual.
  @Test func outputsThatNoTapReachesAreTheBias() throws {
    for layout in Layout.allCases {
      let layer = try TransposedConv2D(
        weights: Tensor(repeating: .infinity, shape: [1, 2, 1, 1]),
        bias: Tensor([1, -2], shape: [2]),
        stride: 2, activation: .relu)
      let x = try Tensor(repeating: 1, shape: arrange(shape: [1, 1, 2, 2], in: layout))
      let y = try layer(x, layout: layout)
      let values = channelsFirst(y.elements, shape: [1, 2, 4, 4], from: layout)
      for (index, value) in values.enumerated() {
        let (row, column) = (index / 4 % 4, index % 4)
        let reached = row % 2 == 0 && column % 2 == 0
        #expect(value == (reached ? .infinity : index < 16 ? 1 : 0), "\(index) \(layout)")
      }
    }
  }

  @Test func emptyInputsGiveEmptyOutputs() throws {
    let layer = try TransposedConv2D(weights: Tensor(shape: [3, 2, 2, 2]), stride: 2)
    #expect(try layer(Tensor(shape: [0, 3, 4, 4])).shape == [0, 2, 8, 8])
    #expect(try layer(Tensor(shape: [1, 3, 0, 4])).shape == [1, 2, 0, 8])
  }

  @Test func errorsNameTheArgument() throws {
    let weights = try Tensor(shape: [4, 2, 3, 3])
    expectError(.shapeMismatch, "groups", ["3", "4 input channels"]) {
      _ = try TransposedConv2D(weights: weights, groups: 3)
    }
    expectError(.rankMismatch, "weights", ["[4, 2, 3, 3]"]) {
      _ = try TransposedConv1D(weights: weights)
    }
    expectError(.shapeMismatch, "bias", ["[2]"]) {
      _ = try TransposedConv2D(weights: weights, bias: Tensor(shape: [3]))
    }
    expectError(.nonPositiveSize, "stride", ["0"]) {
      _ = try TransposedConv2D(weights: weights, stride: 0)
    }
    expectError(.rankMismatch, "outputPadding", ["3 values"]) {
      _ = try TransposedConv2D(
        weights: weights,
        padding: .explicit([PaddingAmount(before: 0, after: 0)], outputPadding: [1, 1, 1]))
    }
    expectError(.nonPositiveSize, "padding", ["-1 outputs"]) {
      let layer = try TransposedConv2D(
        weights: weights,
        padding: .explicit([PaddingAmount(before: 2, after: 2)], outputPadding: []))
      _ = try layer.outputShape(for: [1, 4, 1, 1])
    }
    expectError(.shapeMismatch, "input", ["5 channels"]) {
      _ = try TransposedConv2D(weights: weights).outputShape(for: [1, 5, 8, 8])
    }
    expectError(.integerOverflow, "stride", []) {
      _ = try TransposedConv2D(weights: weights, stride: Int.max).outputShape(for: [1, 4, 8, 8])
    }
  }
}
