import Convolution
import ConvolutionFiles
import Testing

@Suite struct LayerDescriptorTests {
  @Test func everyKeyIsRead() throws {
    let layer = try LayerDescriptor(
      "g2mb3_ic4id5ih6iw7_oc8od9oh10ow11_kd2kh3kw4_sd1sh2sw3_pd4ph5pw6_dd1dh0dw2_n\"all:keys*4\"")
    #expect(layer.name == "all:keys*4")
    #expect(layer.rank == 3)
    #expect(layer.groups == 2)
    #expect(layer.inputShape(in: .channelsFirst) == [3, 4, 5, 6, 7])
    #expect(layer.inputShape(in: .channelsLast) == [3, 5, 6, 7, 4])
    #expect(layer.weightShape == [8, 2, 2, 3, 4])
    #expect(layer.output == [9, 10, 11])
    #expect(layer.stride == [1, 2, 3])
    #expect(layer.dilation == [2, 1, 3])
    #expect(layer.pads.map(\.before) == [4, 5, 6])
  }

  @Test func underscoresAndWhiteSpaceMeanNothing() throws {
    let plain = try LayerDescriptor("mb1ic2ih5oc3kh3ph1n\"a_b\"")
    let spaced = try LayerDescriptor(" \tmb1_ic2ih5__oc3_kh3ph1_na_b\n")
    #expect(spaced.text == "mb1_ic2ih5__oc3_kh3ph1_na_b")
    #expect(plain.name == "a_b")
    #expect(spaced.name == "a_b")
    #expect(spaced.inputShape(in: .channelsFirst) == plain.inputShape(in: .channelsFirst))
    #expect(spaced.pads == plain.pads)
  }

  @Test func batchIsTwoAndTheRestIsOneWhenNotGiven() throws {
    let layer = try LayerDescriptor("ic4ih9oc6kh3")
    #expect(layer.name == nil)
    #expect(layer.batch == 2)
    #expect(layer.groups == 1)
    #expect(layer.stride == [1, 1])
    #expect(layer.dilation == [1, 1])
    #expect(layer.pads == [none, none])
    #expect(layer.output == [7, 7])
  }

  /// The axes that a descriptor leaves out: input, kernel, output and padding of those it has.
  @Test(arguments: [
    // Only height is a square, only width a line, only depth a cube.
    Axes(
      "ic1oc1ih5kh3ph1", input: [5, 5], kernel: [3, 3], output: [5, 5], pads: [(1, 1), (1, 1)]),
    Axes("ic1oc1iw5kw3pw1", input: [5], kernel: [3], output: [5], pads: [(1, 1)]),
    Axes("ic1oc1id5kd2", input: [5, 5, 5], kernel: [2, 2, 2], output: [4, 4, 4]),
    // An axis said to have no padding is still absent, and takes height's padding.
    Axes(
      "ic1oc1ih5kh3ph1pw0pd0", input: [5, 5], kernel: [3, 3], output: [5, 5],
      pads: [(1, 1), (1, 1)]),
    // An axis with an input and a kernel of its own stands alone: stride 1, no dilation, no padding.
    Axes(
      "ic1oc1ih9kh3sh2ph1dh0iw7kw3", input: [9, 7], kernel: [3, 3], output: [5, 5],
      pads: [(1, 1), (0, 0)]),
    // One that lacks either takes what it lacks from height.
    Axes(
      "ic1oc1ih9kh3ph1iw7", input: [9, 7], kernel: [3, 3], output: [9, 7], pads: [(1, 1), (1, 1)]),
    Axes(
      "ic1oc1id4ih9kh3ph1", input: [4, 9, 9], kernel: [3, 3, 3], output: [4, 9, 9],
      pads: [(1, 1), (1, 1), (1, 1)]),
  ])
  func missingAxesFollow(_ axes: Axes) throws {
    try axes.check()
  }

  /// What lies after an axis is what the output needs.
  @Test(arguments: [
    Axes("ic1oc1iw224ow112kw3sw2pw0", input: [224], kernel: [3], output: [112], pads: [(0, 1)]),
    Axes("ic1oc1iw1kw3ow100pw100", input: [1], kernel: [3], output: [100], pads: [(100, 1)]),
    // Without an output the last samples that no window reaches are cropped.
    Axes("ic1oc1iw8kw3sw4", input: [8], kernel: [3], output: [2], pads: [(0, -1)]),
    // Without a padding the output decides both sides, the odd one after; half of a negative rounds to zero.
    Axes("ic1oc1iw10ow10kw4", input: [10], kernel: [4], output: [10], pads: [(1, 2)]),
    Axes("ic1oc1iw56ow28kw1sw2", input: [56], kernel: [1], output: [28], pads: [(0, -1)]),
    Axes("ic1oc1iw10ow3kw3", input: [10], kernel: [3], output: [3], pads: [(-2, -3)]),
    // Dilation counts from 0: this kernel spans 7 samples.
    Axes("ic1oc1iw33kw3dw2pw3", input: [33], kernel: [3], output: [33], pads: [(3, 3)]),
  ])
  func paddingAfterFollowsFromTheOutput(_ axes: Axes) throws {
    try axes.check()
  }

  /// What the output of a transposed layer lacks of what its taps reach.
  @Test(arguments: [
    Axes("ic1oc1iw5kw4sw2", input: [5], kernel: [4], output: [12]),
    Axes("ic1oc1iw5kw4sw2pw1", input: [5], kernel: [4], output: [10], pads: [(1, 1)]),
    Axes("ic1oc1iw5ow10kw4sw2pw1", input: [5], kernel: [4], output: [10], pads: [(1, 1)]),
    Axes("ic1oc1iw5ow10kw4sw2pw0", input: [5], kernel: [4], output: [10], pads: [(0, 2)]),
    // Output padding.
    Axes("ic1oc1iw5ow10kw3sw2pw1", input: [5], kernel: [3], output: [10], pads: [(1, 0)]),
    Axes("ic1oc1iw5ow12kw3sw2pw0", input: [5], kernel: [3], output: [12], pads: [(0, -1)]),
    Axes("ic1oc1iw5ow11kw1sw2pw0", input: [5], kernel: [1], output: [11], pads: [(0, -2)]),
    // Without a padding half before, the odd one after, rounded towards zero.
    Axes("ic1oc1iw5ow10kw5sw2", input: [5], kernel: [5], output: [10], pads: [(1, 2)]),
    Axes("ic1oc1iw5ow14kw3sw2", input: [5], kernel: [3], output: [14], pads: [(-1, -2)]),
    // Dilation counts from 0: this kernel spans 5 samples.
    Axes("ic1oc1iw4kw3dw1sw3pw2", input: [4], kernel: [3], output: [10], pads: [(2, 2)]),
    Axes(
      "ic1oc1ih4kh2sh2iw3kw3", input: [4, 3], kernel: [2, 3], output: [8, 5],
      pads: [(0, 0), (0, 0)]),
  ])
  func transposedOutputsLackTheirPadding(_ axes: Axes) throws {
    try axes.check(isTransposed: true)
  }

  /// A transposed layer goes back from what a convolution of the same padding makes to what it takes.
  @Test(arguments: ["3_sw2pw1", "4_sw2pw1", "5_sw3pw0", "2_sw2pw0", "7_sw1pw3dw1"])
  func aTransposedLayerUndoesTheShapesOfAConvolution(kernel: String) throws {
    for extent in 20...26 {
      let convolution = try LayerDescriptor("ic2oc4iw\(extent)kw\(kernel)")
      let transposed = try LayerDescriptor(
        "ic4oc2iw\(convolution.output[0])ow\(extent)kw\(kernel)", isTransposed: true)
      #expect(transposed.pads == convolution.pads)
      #expect(transposed.weightShape == convolution.weightShape)
      #expect(transposed.floatingPointOperations == convolution.floatingPointOperations)
    }
  }

  @Test func theWeightsOfATransposedLayerBeginWithItsInputs() throws {
    let layer = try LayerDescriptor("g2mb3_ic4iw5_oc6ow10_kw4sw2", isTransposed: true)
    #expect(layer.isTransposed)
    #expect(layer.weightShape == [4, 3, 4])
    #expect(layer.inputShape(in: .channelsFirst) == [3, 4, 5])
    #expect(layer.floatingPointOperations == 2 * 3 * 6 * 2 * 5 * 4)
  }

  @Test func aTransposedLayerLacksLessThanAllOutputs() {
    let text = "ic1oc1iw3kw3sw2pw4"
    expectError(.nonPositiveSize, "descriptor", ["padding 4", "7 samples"]) {
      _ = try LayerDescriptor(text, isTransposed: true)
    }
    #expect(throws: Never.self) { try LayerDescriptor(text) }
  }

  /// The list of transposed layers, by its convolutions: each makes of the output what the layer takes.
  @Test func theListOfTransposedLayersHasTheShapesOfDecoders() throws {
    let layers = try LayerLists.layers("transposed")
    #expect(layers.count >= 28)
    for layer in layers {
      #expect(layer.isTransposed)
      for axis in 0..<layer.rank {
        let span = layer.dilation[axis] * (layer.kernel[axis] - 1) + 1
        let padded = layer.output[axis] + layer.pads[axis].before + layer.pads[axis].after
        #expect((padded - span) / layer.stride[axis] + 1 == layer.input[axis], "\(layer.text)")
        #expect(layer.pads[axis].before >= 0, "\(layer.text)")
      }
    }
  }

  @Test(arguments: [
    Wrong("ic1ih5oc1kh3zz4", .invalidValue, "zz"),
    Wrong("resnet50", .invalidValue, "resnet"),
    Wrong("ic1ih5oc1kh", .invalidValue, "after \"kh\""),
    Wrong("ic1ih5oc1kh-3", .invalidValue, "kh-"),
    Wrong("ih5oc1kh3", .invalidValue, "without ic"),
    Wrong("ic1ih5kh3", .invalidValue, "without oc"),
    Wrong("ic1oc1kh3", .invalidValue, "without ih"),
    Wrong("ic1ih5oc1", .invalidValue, "without kh"),
    Wrong("ic1oc1ih0kh3", .invalidValue, "without ih"),
    Wrong("ic1oc1iw5kh3", .invalidValue, "without ih"),
    Wrong("ic1oc1id5kd3iw5kw3", .invalidValue, "without ih"),
    Wrong("ic1oc1", .invalidValue, "without iw"),
    Wrong("", .invalidValue, "without iw"),
    Wrong("ic0ih5oc1kh3", .nonPositiveSize, "ic0"),
    Wrong("g0ic1ih5oc1kh3", .nonPositiveSize, "g0"),
    Wrong("ic1ih5oc1kh3sh0", .nonPositiveSize, "sh0"),
    Wrong("g2ic3ih5oc4kh3", .shapeMismatch, "ic3"),
    Wrong("g2ic4ih5oc3kh3", .shapeMismatch, "oc3"),
    Wrong("ic1ih2oc1kh3", .kernelLargerThanInput, "3"),
  ])
  func mistakesAreNamed(_ wrong: Wrong) {
    let error = #expect(throws: ConvolutionError.self) { try LayerDescriptor(wrong.text) }
    #expect(error?.code == wrong.code)
    #expect(error?.argument == "descriptor")
    #expect(error?.received.contains(wrong.received) == true)
  }

  @Test(arguments: [
    "ic1ih99999999999999999999oc1kh3",
    "ic1ih5oc1kh9223372036854775807dh9223372036854775806",
    "ic1ih5oc1kh3dh9223372036854775807",
    "ic1ih5oc1kh3ph9223372036854775807",
    "ic1ih5oc1kh3oh9223372036854775807sh3",
    "ic1ih9223372036854775807oc1kh1oh1ph9223372036854775807",
  ])
  func sizesThatDoNotFitAreRefused(_ text: String) {
    let error = #expect(throws: ConvolutionError.self) { try LayerDescriptor(text) }
    #expect(error?.code == .integerOverflow)
  }

  @Test(arguments: [
    "ic1ih9223372036854775807oc1kh1sh2", "ic1ih9223372036854775807oc1kh2",
    "ic1ih5oc1kh3ph9223372036854775807",
    "ic1ih9223372036854775807oc1kh3oh9223372036854775807sh3",
  ])
  func sizesOfTransposedLayersThatDoNotFitAreRefused(_ text: String) {
    let error = #expect(throws: ConvolutionError.self) {
      try LayerDescriptor(text, isTransposed: true)
    }
    #expect(error?.code == .integerOverflow)
  }

  @Test(arguments: [
    "mb2ic4iw9oc6kw3pw1", "g2mb1ic4ih9iw5oc6oh5kh3sh2ph0kw1", "mb1ic2id4oc3kd3pd1dd0",
    "mb1ic2ih10oc3oh4kh3",
  ])
  func planHasTheShapesOfTheDescriptor(_ text: String) throws {
    let layer = try LayerDescriptor(text)
    let plan = try layer.layer(weights: Tensor(shape: layer.weightShape))
      .plan(for: layer.inputShape(in: .channelsLast), layout: .channelsLast)
    #expect(plan.inputShape == layer.inputShape(in: .channelsLast))
    #expect(plan.outputShape == [layer.batch] + layer.output + [layer.outputChannels])
    #expect(plan.padding == layer.pads)
    #expect(plan.floatingPointOperations == layer.floatingPointOperations)
  }

  @Test func aConventionReplacesTheDescriptorsPadding() throws {
    let layer = try LayerDescriptor("mb1ic2ih7oc3kh4")
    let plan = try layer.layer(weights: Tensor(shape: layer.weightShape), padding: .same)
      .plan(for: layer.inputShape(in: .channelsFirst))
    #expect(plan.outputShape == [1, 3, 7, 7])
    #expect(
      plan.padding == [PaddingAmount(before: 1, after: 2), PaddingAmount(before: 1, after: 2)])
  }
}

private let none = PaddingAmount(before: 0, after: 0)

/// A descriptor and what its axes are.
struct Axes: Sendable, CustomTestStringConvertible {
  let text: String
  let input, kernel, output: [Int]
  let pads: [PaddingAmount]

  init(
    _ text: String, input: [Int], kernel: [Int], output: [Int],
    pads: [(before: Int, after: Int)]? = nil
  ) {
    self.text = text
    self.input = input
    self.kernel = kernel
    self.output = output
    self.pads =
      pads?.map { PaddingAmount(before: $0.before, after: $0.after) }
      ?? Array(repeating: none, count: input.count)
  }

  var testDescription: String { text }

  func check(
    isTransposed: Bool = false, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let layer = try LayerDescriptor(text, isTransposed: isTransposed)
    #expect(layer.input == input, sourceLocation: sourceLocation)
    #expect(layer.kernel == kernel, sourceLocation: sourceLocation)
    #expect(layer.output == output, sourceLocation: sourceLocation)
    #expect(layer.pads == pads, sourceLocation: sourceLocation)
  }
}

/// A descriptor that is refused, and what the error says came.
struct Wrong: Sendable, CustomTestStringConvertible {
  let text: String
  let code: ConvolutionError.Code
  let received: String

  init(_ text: String, _ code: ConvolutionError.Code, _ received: String) {
    self.text = text
    self.code = code
    self.received = received
  }

  var testDescription: String { text }
}
