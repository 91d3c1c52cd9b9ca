import Convolution
import ConvolutionFiles
import ConvolutionOptions
import Testing

/// The options that both commands have.
struct OptionsTests {
  @Test func padding() throws {
    #expect(try LayerOptions.parse([]).padding == nil)
    #expect(try LayerOptions.parse(["--padding", "same-lower"]).padding == .sameLower)
    #expect(try LayerOptions.parse(["--padding", "torch-same"]).padding == .sameTorch)
    let amounts = Padding.explicit([
      PaddingAmount(before: 1, after: 2), PaddingAmount(before: -3, after: 4),
    ])
    #expect(try LayerOptions.parse(["--pads", "1,2,-3,4"]).padding == amounts)
    #expect(
      try LayerOptions.parse(["--padding", "explicit", "--pads", "1,2,-3,4"]).padding == amounts)
  }

  @Test(
    arguments: [
      ("", nil),
      ("--padding valid", .valid),
      ("--padding same", .same),
      ("--padding same-upper", .sameUpper),
      (
        "--padding same-lower --onnx-sense onnxruntime",
        .halved(oddSide: .before, sense: .onnxruntime)
      ),
      ("--pads -1,2", .explicit([PaddingAmount(before: -1, after: 2)])),
      (
        "--padding explicit --pads 1,2,0,0 --output-padding 1",
        .explicit([PaddingAmount(before: 1, after: 2), .none], outputPadding: [1, 1])
      ),
      ("--output-padding 1,0", .explicit([.none], outputPadding: [1, 0])),
      ("--output-shape 6,8", .halved(extents: [6, 8], oddSide: .before)),
      (
        "--output-shape 6 --padding same-upper --output-padding 0,1",
        .halved(extents: [6, 6], oddSide: .after, outputPadding: [0, 1])
      ),
    ] as [(String, TransposedPadding?)])
  func transposedPadding(text: String, expected: TransposedPadding?) throws {
    let options = try LayerOptions.parse(
      ["--transpose"] + text.split(separator: " ").map(String.init))
    #expect(try options.transposedPadding(rank: 2) == expected)
  }

  @Test(
    arguments: [
      ([], [.reflect, .reflect]),
      (["--border", "circular,replicate"], [.circular, .replicate]),
      (["--border", "symmetric"], [.symmetric, .symmetric]),
      (["--border", "constant"], [.zeros, .zeros]),
      (["--border", "constant,zeros", "--border-value", "-2"], [.constant(-2), .zeros]),
      (["--border", "constant:1.5"], [.constant(1.5), .constant(1.5)]),
      (
        ["--border", "constant:-1.5,constant", "--border-value", "2"],
        [.constant(-1.5), .constant(2)]
      ),
    ] as [([String], [Border])])
  func border(arguments: [String], expected: [Border]) throws {
    let border = try BorderOptions.parse(arguments).border(default: .reflect)
    #expect(try border.values(rank: 2, argument: "border") == expected)
  }

  @Test func oneValueIsForAllAxes() throws {
    #expect(try AxisValues([7]).values(rank: 3, argument: "stride") == [7, 7, 7])
    #expect(try AxisValues([7, 8, 9]).values(rank: 3, argument: "stride") == [7, 8, 9])
    for (values, rank, expected) in [([1, 2], 3, "1 or 3"), ([1, 2], 1, "1"), ([], 2, "1 or 2")] {
      let error = #expect(throws: ConvolutionError.self) {
        try AxisValues(values).values(rank: rank, argument: "stride")
      }
      #expect(error?.argument == "stride")
      #expect(error?.received == "\(values.count) values")
      #expect(error?.expected.hasPrefix(expected) == true)
    }
  }

  /// What stands behind a descriptor in a list, the command line's options, and which of them hold.
  @Test(arguments: [
    (
      "--padding same --border reflect --layout nhwc", "",
      "--padding same --border reflect --layout nhwc"
    ),
    ("", "--padding same --layout nchw", "--padding same --layout nchw"),
    ("--padding same --layout nhwc", "--padding causal", "--padding causal --layout nhwc"),
    ("--pads 1,2", "--padding full", "--padding full"),
    ("--padding full", "--pads -1,2", "--pads -1,2"),
    ("--border constant --border-value 2.0", "--border circular,zeros", "--border circular,zeros"),
    (
      "--border circular", "--border constant --border-value 2.0",
      "--border constant --border-value 2.0"
    ),
    ("--activation relu", "--activation clip:0.0,1.0", "--activation clip:0.0,1.0"),
    ("--transpose", "--padding same", "--transpose --padding same"),
    ("--padding same", "--transpose", "--transpose --padding same"),
    (
      "--transpose --pads 1,1 --output-padding 1", "--padding same",
      "--transpose --padding same"
    ),
    (
      "--transpose --layout nhwc",
      "--transpose --padding same-upper --output-padding 1,0 --output-shape 6,8 --onnx-sense onnxruntime",
      "--transpose --padding same-upper --output-padding 1,0 --output-shape 6,8 --onnx-sense onnxruntime --layout nhwc"
    ),
  ])
  func theCommandLineOverridesAFile(line: String, command: String, both: String) throws {
    func options(_ text: String) throws -> LayerOptions {
      let options = try LayerOptions.parse(text.split(separator: " ").map(String.init))
      #expect(options.description == text)
      return options
    }
    let overridden = try options(line).overridden(by: options(command))
    #expect(overridden.description == both)
    #expect(try overridden.padding == options(both).padding)
    #expect(overridden.layout == (try options(both).layout))
    #expect(overridden.activation == (try options(both).activation))
    #expect(
      try overridden.border.values(rank: 2, argument: "border")
        == options(both).border.values(rank: 2, argument: "border"))
  }

  @Test func whatTransposedLayersDoNotHaveIsRefused() throws {
    let line = try LayerOptions.parse(["--transpose"])
    for options in [["--border", "reflect"], ["--padding", "full"]] {
      #expect(throws: (any Error).self) { try LayerOptions.parse(["--transpose"] + options) }
      let command = try LayerOptions.parse(options)
      #expect(throws: (any Error).self) { try line.overridden(by: command) }
    }
  }

  @Test func aDescriptorBecomesATransposedLayer() throws {
    let descriptor = try LayerDescriptor("g2mb1ic4ih9iw8oc6oh18kh3kw2sh2dw1ph1", isTransposed: true)
    let weights = try Tensor(shape: descriptor.weightShape)
    let plain = try LayerOptions.parse(["--transpose"])
      .transposedLayer(of: descriptor, weights: weights)
    #expect(plain.padding == .explicit(descriptor.pads, outputPadding: []))
    #expect((plain.inputChannels, plain.outputChannels, plain.groups) == (4, 6, 2))
    #expect((plain.stride, plain.dilation) == ([2, 1], [1, 2]))
    let options = ["--transpose", "--padding", "same-lower", "--activation", "relu"]
    let other = try LayerOptions.parse(options).transposedLayer(of: descriptor, weights: weights)
    #expect(other.padding == .sameLower)
    #expect(other.activation == .relu)
  }

  @Test func aDescriptorBecomesALayer() throws {
    let descriptor = try LayerDescriptor("g2mb1ic4ih9iw8oc6kh3kw2sh2dw1ph1")
    let weights = try Tensor(shape: descriptor.weightShape)
    let plain = try LayerOptions.parse([]).layer(of: descriptor, weights: weights)
    #expect(plain.padding == .explicit(descriptor.pads))
    #expect(plain.border == [.zeros, .zeros])
    #expect((plain.rank, plain.groups) == (2, 2))
    #expect((plain.stride, plain.dilation) == ([2, 1], [1, 2]))
    let options = ["--padding", "causal", "--border", "reflect", "--activation", "relu"]
    let other = try LayerOptions.parse(options).layer(of: descriptor, weights: weights)
    #expect(other.padding == .causal)
    #expect(other.border == [.reflect, .reflect])
    #expect(other.activation == .relu)
  }

  @Test func aPlannerIsAsAskedFor() throws {
    let plain = try PlannerOptions.parse([]).planner()
    #expect(plain.threads == nil)
    #expect(plain.accuracy == .standard)
    #expect(plain.algorithm == .automatic)
    #expect(plain.instructionSet == nil)
    #expect(plain.effort == .estimate)
    #expect(plain.costModel == nil)
    let folder = try TemporaryFolder()
    let model = CostModel.closest(to: .scalar, Machine.caches)
    let planner = try PlannerOptions.parse([
      "--threads", "1024", "--accuracy", "fast", "--algorithm", "direct", "--isa", "scalar",
      "--effort", "measure", "--cost-model",
      folder.file("model.txt", Array(model.description.utf8)),
    ]).planner()
    #expect(planner.threads == 1024)
    #expect(planner.accuracy == .fast)
    #expect(planner.algorithm == .direct)
    #expect(planner.instructionSet == .scalar)
    #expect(planner.effort == .measure)
    #expect(planner.costModel?.description == model.description)
  }
}
