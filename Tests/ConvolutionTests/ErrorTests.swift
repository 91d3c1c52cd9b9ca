@_spi(Tools) import Convolution
import Testing

/// A mistake in a layer's description or input shape is an error that says what came and what was expected.
struct ErrorTests {
  /// 4 -> 6 channels, kernel 3 x 2.
  private func layer(
    _ shape: [Int] = [6, 4, 3, 2], bias: [Int]? = nil, stride: some PerAxis<Int> = 1,
    dilation: some PerAxis<Int> = 1,
    groups: Int = 1, padding: Padding = .valid, border: some PerAxis<Border> = .zeros,
    activation: Activation = .identity
  ) throws -> Conv2D {
    try Conv2D(
      weights: Tensor(shape: shape), bias: bias.map { try Tensor(shape: $0) }, stride: stride,
      dilation: dilation,
      groups: groups, padding: padding, border: border, activation: activation)
  }

  // MARK: The layer

  @Test(arguments: [-1, 0, 4])
  func anotherNumberOfAxes(rank: Int) {
    expectError(.rankMismatch, "rank", ["\(rank)", "1, 2 or 3"]) {
      _ = try ConvolutionLayer(rank: rank, weights: Tensor(shape: [6, 4, 3, 2]))
    }
  }

  @Test func weightsOfAnotherRank() {
    expectError(.rankMismatch, "weights", ["[6, 4, 3]", "4 axes"]) { _ = try layer([6, 4, 3]) }
    expectError(.rankMismatch, "weights", ["[6, 4, 3, 2, 1]", "4 axes"]) {
      _ = try layer([6, 4, 3, 2, 1])
    }
  }

  @Test(arguments: 0..<4)
  func emptyWeights(axis: Int) {
    var shape = [6, 4, 3, 2]
    shape[axis] = 0
    expectError(.nonPositiveSize, "weights", ["0", "\(shape)", "positive"]) { _ = try layer(shape) }
  }

  @Test func outputChannelsThatGroupsDoNotDivide() {
    expectError(.shapeMismatch, "groups", ["4", "6 output channels"]) { _ = try layer(groups: 4) }
  }

  @Test(arguments: [0, -2])
  func sizesThatAreNotPositive(size: Int) {
    expectError(.nonPositiveSize, "groups", ["\(size)", "at least 1"]) {
      _ = try layer(groups: size)
    }
    expectError(.nonPositiveSize, "stride", ["\(size)", "at least 1"]) {
      _ = try layer(stride: [1, size])
    }
    expectError(.nonPositiveSize, "dilation", ["\(size)", "at least 1"]) {
      _ = try layer(dilation: size)
    }
  }

  @Test func settingsForAnotherNumberOfAxes() {
    expectError(.rankMismatch, "stride", ["3 values", "2"]) { _ = try layer(stride: [1, 1, 1]) }
    expectError(.rankMismatch, "dilation", ["1 values", "2"]) { _ = try layer(dilation: [1]) }
    expectError(.rankMismatch, "border", ["3 values", "2"]) {
      _ = try layer(border: [.zeros, .reflect, .zeros])
    }
    let amount = PaddingAmount(before: 1, after: 1)
    expectError(.rankMismatch, "padding", ["3 amounts", "2"]) {
      _ = try layer(padding: .explicit([amount, amount, amount]))
    }
    expectError(.rankMismatch, "padding", ["0 amounts", "2"]) {
      _ = try layer(padding: .explicit([]))
    }
  }

  @Test(arguments: [[4], [6, 1], [7], []])
  func aBiasOfAnotherShape(shape: [Int]) {
    expectError(.shapeMismatch, "bias", ["\(shape)", "[6]"]) { _ = try layer(bias: shape) }
  }

  @Test func aClipWithoutARange() {
    expectError(.invalidValue, "activation", ["clip:2.0,1.0", "not above"]) {
      _ = try layer(activation: .clip(minimum: 2, maximum: 1))
    }
    expectError(.invalidValue, "activation", ["nan"]) {
      _ = try layer(activation: .clip(minimum: .nan, maximum: 1))
    }
  }

  @Test func aDilationThatOverflows() throws {
    let layer = try layer(dilation: Int.max)
    expectError(.integerOverflow, "dilation", ["\(Int.max)", "64 bits"]) {
      _ = try layer.paddingAmounts(for: [8, 8])
    }
    expectError(.integerOverflow, "dilation", ["\(Int.max)"]) {
      _ = try layer.plan(for: [1, 4, 8, 8])
    }
  }

  // MARK: The input's shape

  @Test func anInputOfAnotherRank() throws {
    let layer = try layer()
    expectError(.rankMismatch, "input", ["[4, 8, 8]", "N C and 2 of space"]) {
      _ = try layer.plan(for: [4, 8, 8])
    }
    expectError(.rankMismatch, "input", ["[1, 8, 8, 8, 4]", "2 of space and C"]) {
      _ = try layer.outputShape(for: [1, 8, 8, 8, 4], layout: .channelsLast)
    }
    expectError(.rankMismatch, "spatial", ["[8]", "2"]) { _ = try layer.paddingAmounts(for: [8]) }
  }

  @Test func anInputWithOtherChannels() throws {
    let layer = try layer()
    expectError(.shapeMismatch, "input", ["3 channels", "[1, 3, 8, 8]", "4"]) {
      _ = try layer.plan(for: [1, 3, 8, 8])
    }
    expectError(.shapeMismatch, "input", ["8 channels", "4"]) {
      _ = try layer.plan(for: [1, 4, 8, 8], layout: .channelsLast)
    }
    let grouped = try self.layer(groups: 2)
    expectError(.shapeMismatch, "input", ["4 channels", "8", "groups"]) {
      _ = try grouped.outputShape(for: [1, 4, 8, 8])
    }
  }

  @Test func aNegativeInput() throws {
    let layer = try layer()
    expectError(.nonPositiveSize, "input", ["-8", "[1, 4, 8, -8]"]) {
      _ = try layer.plan(for: [1, 4, 8, -8])
    }
    expectError(.nonPositiveSize, "input", ["-1"]) {
      _ = try layer.outputShape(for: [-1, 4, 8, 8])
    }
    expectError(.nonPositiveSize, "spatial", ["-1"]) { _ = try layer.paddingAmounts(for: [8, -1]) }
  }

  @Test func aKernelLargerThanThePaddedInput() throws {
    expectError(.kernelLargerThanInput, "kernel", ["3", "axis 0", "2"]) {
      _ = try layer().plan(for: [1, 4, 2, 8])
    }
    expectError(.kernelLargerThanInput, "kernel", ["5", "4", "axis 0"]) {
      _ = try layer(dilation: 2).plan(for: [1, 4, 4, 8])
    }
    let cropped = try layer(
      padding: .explicit([PaddingAmount(before: 0, after: 0), PaddingAmount(before: -3, after: -4)])
    )
    expectError(.kernelLargerThanInput, "kernel", ["2", "1", "axis 1", "before: -3"]) {
      _ = try cropped.plan(for: [1, 4, 8, 8])
    }
  }

  @Test func torchSameWithAStride() throws {
    let layer = try layer(stride: [1, 2], padding: .torch("same"))
    expectError(.stridedTorchSame, "stride", ["2", "expected 1", ".same"]) {
      _ = try layer.plan(for: [1, 4, 8, 8])
    }
    expectError(.stridedTorchSame, "stride", ["2"]) { _ = try layer.paddingAmounts(for: [8, 8]) }
  }

  @Test(arguments: [Border.replicate, .reflect, .symmetric, .circular])
  func aBorderThatRepeatsSamplesOfAnEmptyAxis(border: Border) throws {
    let layer = try layer(
      padding: .explicit([PaddingAmount(before: 2, after: 2)]), border: border)
    expectError(.emptyAxis, "border", ["\(border)", "axis 1", "constant"]) {
      _ = try layer.plan(for: [1, 4, 8, 0])
    }
  }

  @Test func shapesThatOverflow() throws {
    expectError(.integerOverflow, "input", ["64 bits"]) {
      _ = try layer().plan(for: [1 << 40, 4, 1 << 20, 1 << 20])
    }
    // The input fits, the output does not.
    let widening = try Conv1D(weights: Tensor(shape: [64, 1, 1]), padding: .full)
    expectError(.integerOverflow, "output", ["64 bits"]) {
      _ = try widening.plan(for: [1 << 28, 1, 1 << 30])
    }
    let padded = try layer(padding: .explicit([PaddingAmount(before: .max, after: 1)]))
    expectError(.integerOverflow, "padding", ["\(Int.max)"]) {
      _ = try padded.plan(for: [1, 4, 8, 8])
    }
    // More samples than the axis maps can address.
    expectError(.integerOverflow, "input", ["32 bits"]) {
      _ = try widening.plan(for: [1, 1, 1 << 33])
    }
  }

  /// No element, but other extents whose product does not fit an integer.
  @Test func anEmptyInputWithOtherExtentsTooLarge() throws {
    let volume = try Conv3D(weights: Tensor(shape: [1, 1, 1, 1, 1]))
    expectError(.integerOverflow, "input", ["64 bits"]) {
      _ = try volume.plan(for: [0, 1, 1 << 31, 1 << 31, 1 << 31])
    }
  }

  /// The padded extent is ordinary, the amounts are not.
  @Test func amountsThatCancelOut() throws {
    let layer = try layer(padding: .explicit([PaddingAmount(before: .min, after: .max)]))
    expectError(.integerOverflow, "padding", ["\(Int.min)", "axis 0", "32 bits"]) {
      _ = try layer.plan(for: [1, 4, 8, 8])
    }
  }

  // MARK: The plan's settings

  @Test(arguments: [0, -1, 1025, 2000])
  func threadsOutOfRange(threads: Int) throws {
    expectError(.nonPositiveSize, "threads", ["\(threads)", "1 to 1024"]) {
      _ = try layer().plan(for: [1, 4, 8, 8], with: Planner(threads: threads))
    }
  }

  @Test func anAlgorithmThatDoesNotComputeTheLayer() throws {
    let mentions = ["depthwise", "several input channels a group", "direct", "general"]
    expectError(.unsupportedAlgorithm, "algorithm", mentions) {
      _ = try layer().plan(for: [1, 4, 8, 8], with: Planner(algorithm: .depthwise))
    }
    // Only the general algorithm leaves the taps of a zero border out.
    let infinite = try Tensor(repeating: .infinity, shape: [6, 4, 3, 2])
    let direct = Planner(algorithm: .direct)
    for layout in Layout.allCases {
      let mentions = ["direct", "not finite beside a zero border", "general"]
      expectError(.unsupportedAlgorithm, "algorithm", mentions) {
        _ = try Conv2D(weights: infinite, padding: .same).plan(
          for: layout == .channelsFirst ? [1, 4, 8, 8] : [1, 8, 8, 4], layout: layout, with: direct)
      }
    }
    #expect(
      try Conv2D(weights: infinite).plan(for: [1, 4, 8, 8], with: direct).algorithm == .direct)
  }

  @Test func layersThatWinogradDoesNotCompute() throws {
    func plan(
      _ layer: Conv2D, accuracy: Accuracy = .standard, maximumPackedBytes: Int? = nil
    ) throws {
      let planner = Planner(
        accuracy: accuracy, algorithm: .winograd, maximumPackedBytes: maximumPackedBytes)
      _ = try layer.plan(for: [1, 4, 30, 30], with: planner)
    }
    func expectRefusal(_ mentions: [String], _ body: () throws -> Void) {
      expectError(.unsupportedAlgorithm, "algorithm", ["winograd"] + mentions, body)
    }
    let square = [6, 4, 3, 3]
    expectRefusal(["stride above 1"]) { try plan(layer(square, stride: [2, 1])) }
    for (height, width) in [(7, 1), (1, 1), (3, 2), (3, 5), (7, 7)] {
      expectRefusal(["kernel", "3x3", "5x5", "2 to 5 taps"]) {
        try plan(layer([6, 4, height, width]))
      }
    }
    expectRefusal(["accuracy", "exact-order"]) {
      try plan(layer(square), accuracy: .exactOrder)
    }
    // What would have been enough.
    let least = try layer(square).alternatives(
      for: [1, 4, 30, 30], with: Planner(accuracy: .fast, algorithm: .winograd)
    ).map(\.packedBytes).min()!
    expectRefusal(["\(least) bytes, more than 100", "maximumPackedBytes"]) {
      try plan(layer(square), maximumPackedBytes: 100)
    }
    let infinite = try Conv2D(
      weights: Tensor(repeating: .infinity, shape: [6, 4, 3, 3]), border: .reflect)
    expectRefusal(["not finite"]) { try plan(infinite) }
    let deep = try Conv3D(weights: Tensor(shape: [6, 4, 2, 3, 3]), dilation: [2, 1, 1])
    expectRefusal(["dilated depth"]) {
      _ = try deep.plan(for: [1, 4, 9, 9, 9], with: Planner(algorithm: .winograd))
    }
  }

  @Test func aRegionThatTheOutputDoesNotHave() throws {
    let layer = try layer()  // the output is 6 x 7
    func plan(_ region: [Range<Int>]) throws {
      _ = try layer.plan(for: [1, 4, 8, 8], region: region)
    }
    expectError(.rankMismatch, "region", ["[Range(0..<6)]", "2 ranges"]) { try plan([0..<6]) }
    expectError(.invalidValue, "region", ["0..<8", "axis 1", "0..<7"]) { try plan([0..<6, 0..<8]) }
    expectError(.invalidValue, "region", ["-1..<3", "axis 0", "0..<6"]) {
      try plan([-1..<3, 0..<7])
    }
    expectError(.invalidValue, "region", ["9..<9", "axis 0"]) { try plan([9..<9, 0..<7]) }
    func inputRegion(_ region: [Range<Int>]) throws {
      _ = try layer.inputRegion(for: region, of: [1, 4, 8, 8])
    }
    expectError(.rankMismatch, "region", ["[Range(0..<6)]", "2 ranges"]) {
      try inputRegion([0..<6])
    }
    expectError(.invalidValue, "region", ["0..<8", "axis 1", "0..<7"]) {
      try inputRegion([0..<6, 0..<8])
    }
    expectError(.rankMismatch, "input", ["[4, 8, 8]"]) {
      _ = try layer.inputRegion(for: [0..<6, 0..<7], of: [4, 8, 8])
    }
  }
}
