import Convolution
import ConvolutionFiles
import Foundation
import Testing

/// `convolve apply` from files to a file, against a plain float64 reference.
struct ApplyTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let name: String
    let layer: Reference
    let flags: [String]
    var hasBias = true
    var hasResidual = false
    var activation: @Sendable (Double) -> Double = { $0 }

    var testDescription: String { name }
  }

  static let cases = [
    Case(
      name: "1-D causal, dilated, replicate",
      layer: Reference(
        images: 2, inputChannels: 3, outputChannels: 5, input: [17], kernel: [3], stride: [1],
        dilation: [2],
        before: [4], after: [0], border: [.replicate]),
      flags: [
        "--padding", "causal", "--dilation", "2", "--border", "replicate", "--activation", "relu",
      ],
      activation: { max($0, 0) }),
    Case(
      name: "1-D same, strided",
      // (ceil(16 / 3) - 1) 3 + 5 - 16 = 4 border taps.
      layer: Reference(
        inputChannels: 2, outputChannels: 4, input: [16], kernel: [5], stride: [3], dilation: [1],
        before: [2],
        after: [2], border: [.zeros]),
      flags: ["--padding", "same", "--stride", "3", "--activation", "clip:-0.5,0.25"],
      hasBias: false,
      activation: { min(max($0, -0.5), 0.25) }),
    Case(
      name: "2-D grouped, a border an axis, residual",
      layer: Reference(
        images: 2, groups: 2, inputChannels: 4, outputChannels: 6, input: [7, 6], kernel: [3, 2],
        stride: [2, 1],
        dilation: [1, 2], before: [1, 3], after: [2, 0], border: [.circular, .reflect]),
      flags: [
        "--pads", "1,2,3,0", "--stride", "2,1", "--dilation", "1,2", "--groups", "2", "--border",
        "circular,reflect", "--activation", "leakyRelu:0.1",
      ],
      hasResidual: true, activation: { $0 > 0 ? $0 : 0.1 * $0 }),
    Case(
      name: "2-D depthwise, same-lower, symmetric",
      layer: Reference(
        groups: 4, inputChannels: 4, outputChannels: 8, input: [9, 8], kernel: [4, 2],
        stride: [1, 1],
        dilation: [1, 1], before: [2, 1], after: [1, 0], border: [.symmetric, .symmetric]),
      flags: [
        "--padding", "same-lower", "--groups", "4", "--border", "symmetric", "--threads", "1",
      ]),
    Case(
      name: "2-D cropped by negative pads",
      layer: Reference(
        inputChannels: 2, outputChannels: 3, input: [8, 8], kernel: [3, 3], stride: [1, 1],
        dilation: [1, 1],
        before: [-1, 0], after: [1, -2], border: [.zeros, .zeros]),
      flags: ["--pads", "-1,1,0,-2", "--isa", "scalar", "--algorithm", "general"]),
    Case(
      name: "3-D torch-same, constant",
      layer: Reference(
        inputChannels: 2, outputChannels: 3, input: [4, 5, 6], kernel: [2, 3, 2],
        stride: [1, 1, 1],
        dilation: [1, 1, 2], before: [0, 1, 1], after: [1, 1, 1],
        border: [.constant(-0.75), .constant(-0.75), .constant(-0.75)]),
      flags: [
        "--padding", "torch-same", "--dilation", "1,1,2", "--border", "constant", "--border-value",
        "-0.75",
        "--activation", "silu",
      ],
      hasResidual: true, activation: { $0 / (1 + exp(-$0)) }),
    Case(
      name: "3-D full",
      layer: Reference(
        inputChannels: 2, outputChannels: 2, input: [3, 2, 4], kernel: [2, 2, 3],
        stride: [1, 1, 1],
        dilation: [1, 1, 1], before: [1, 1, 2], after: [1, 1, 2], border: [.zeros, .zeros, .zeros]),
      flags: ["--padding", "full"]),
  ]

  @Test(arguments: cases, ["nchw", "nhwc"])
  func resultIsTheReferences(of test: Case, layout: String) throws {
    let layer = test.layer
    let x = wave(layer.inputShape.reduce(1, *), 0.617_31)
    let w = wave(layer.weightShape.reduce(1, *), 0.271_83)
    let bias = wave(layer.outputChannels, 0.141_42)
    let residual = wave(layer.outputShape.reduce(1, *), 0.732_05)
    let plane = layer.output.reduce(1, *)
    let expected = layer.sums(x, w).enumerated().map { index, sum in
      test.activation(
        sum + (test.hasBias ? Double(bias[index / plane % layer.outputChannels]) : 0)
          + (test.hasResidual ? Double(residual[index]) : 0))
    }

    let folder = try TemporaryFolder()
    func write(_ name: String, _ values: [Float], _ shape: [Int]) throws -> String {
      layout == "nchw"
        ? try folder.npy(name, values, shape)
        : try folder.npy(name, channelsLast(values, shape), [shape[0]] + shape[2...] + [shape[1]])
    }
    var arguments = [
      "apply", "--layout", layout, "--input", try write("x.npy", x, layer.inputShape),
      "--weights", try folder.npy("w.npy", w, layer.weightShape), "--output", folder.path("y.npy"),
    ]
    if test.hasBias {
      arguments += ["--bias", try folder.npy("b.npy", bias, [layer.outputChannels])]
    }
    if test.hasResidual {
      arguments += ["--residual", try write("r.npy", residual, layer.outputShape)]
    }
    let result = try convolve(arguments + test.flags)
    #expect(result.status == 0)
    #expect(result.errors == "")
    #expect(result.output.contains(folder.path("y.npy")))

    let y = try Tensor(npyFile: folder.path("y.npy"))
    // Bring the reference into the file's order rather than the file into the reference's.
    let shape = layer.outputShape
    #expect(y.shape == (layout == "nchw" ? shape : [shape[0]] + shape[2...] + [shape[1]]))
    let ordered =
      layout == "nchw" ? expected.map(Float.init) : channelsLast(expected.map(Float.init), shape)
    #expect(y.count == ordered.count)
    for (value, reference) in zip(y.elements, ordered) {
      #expect(abs(value - reference) <= 1e-5, "got \(value), the reference is \(reference)")
    }
  }

  /// Worked out by hand: each input adds the weights, times itself, two outputs further on.
  @Test(
    arguments: [
      ([], [1.5, 10.5, 102.5, 20.5, 200.5]),
      (["--padding", "same"], [1.5, 10.5, 102.5, 20.5]),
      (["--padding", "same-lower"], [10.5, 102.5, 20.5, 200.5]),
      (["--padding", "same-upper"], [1.5, 10.5, 102.5, 20.5]),
      (["--padding", "same-lower", "--output-padding", "1"], [10.5, 102.5, 20.5, 200.5]),
      (["--pads", "1,-1"], [10.5, 102.5, 20.5, 200.5, 0.5]),
      (["--pads", "1,1", "--output-padding", "1"], [10.5, 102.5, 20.5, 200.5]),
      (["--output-padding", "1"], [1.5, 10.5, 102.5, 20.5, 200.5, 0.5]),
      (["--output-shape", "4"], [10.5, 102.5, 20.5, 200.5]),
      (["--output-shape", "4", "--padding", "same-upper"], [1.5, 10.5, 102.5, 20.5]),
      // One output more than inputs reach: before all others, or after them.
      (
        ["--output-shape", "6", "--padding", "same-upper"], [0.5, 1.5, 10.5, 102.5, 20.5, 200.5]
      ),
      (
        ["--output-shape", "6", "--padding", "same-upper", "--onnx-sense", "onnxruntime"],
        [1.5, 10.5, 102.5, 20.5, 200.5, 0.5]
      ),
    ] as [([String], [Float])])
  func aTransposedLayerAddsItsTaps(padding: [String], expected: [Float]) throws {
    let folder = try TemporaryFolder()
    let result = try convolve(
      [
        "apply", "--transpose", "--stride", "2",
        "--input", try folder.npy("x.npy", [1, 2], [1, 1, 2]),
        "--weights", try folder.npy("w.npy", [1, 10, 100, 0, 0, 0], [1, 2, 3]),
        "--bias", try folder.npy("b.npy", [0.5, 0], [2]), "-o", folder.path("y.npy"),
      ] + padding)
    #expect(result.status == 0)
    let y = try Tensor(npyFile: folder.path("y.npy"))
    #expect(y.shape == [1, 2, expected.count])
    #expect(Array(y.elements.prefix(expected.count)) == expected)
  }

  /// Worked out by hand: the channels are 1 3 2 6 and 10 50 20 100, of which the first are left out.
  @Test func aTransposedLayerHasGroupsAndLayouts() throws {
    let folder = try TemporaryFolder()
    let result = try convolve([
      "apply", "--transpose", "--layout", "nhwc", "--groups", "2", "--stride", "1,2", "--pads",
      "0,0,1,0", "--activation", "clip:0,60",
      "--input", try folder.npy("x.npy", [1, 10, 2, 20], [1, 1, 2, 2]),
      "--weights", try folder.npy("w.npy", [1, 3, 1, 5], [2, 1, 1, 2]), "-o", folder.path("y.npy"),
    ])
    #expect(result.status == 0)
    #expect(result.errors == "")
    let y = try Tensor(npyFile: folder.path("y.npy"))
    #expect(y.shape == [1, 1, 3, 2])
    #expect(y.elements == [3, 50, 2, 20, 6, 60])
  }

  @Test func anOldOutputIsReplaced() throws {
    let folder = try TemporaryFolder()
    let y = try folder.file("y.npy", Array("old".utf8))
    let result = try convolve([
      "apply", "--input", try folder.npy("x.npy", [1, 2, 3], [1, 1, 3]),
      "--weights", try folder.npy("w.npy", [2], [1, 1, 1]), "-o", y,
    ])
    #expect(result.status == 0)
    #expect(try Tensor(npyFile: y).elements == [2, 4, 6])
    #expect(try folder.names == ["w.npy", "x.npy", "y.npy"])
  }

  /// The last two of three rows and the middle column, with what the circular border reads of the first row.
  @Test(arguments: ["nchw", "nhwc"])
  func aRegionIsAPartOfTheOutput(layout: String) throws {
    let folder = try TemporaryFolder()
    let arguments = [
      "apply", "--layout", layout, "--padding", "causal", "--border", "circular",
      "--input",
      try folder.npy(
        "x.npy", [1, 2, 3, 4, 5, 6, 7, 8, 9], layout == "nchw" ? [1, 1, 3, 3] : [1, 3, 3, 1]),
      "--weights", try folder.npy("w.npy", [1, 1], [1, 1, 2, 1]),
      "--residual",
      try folder.npy(
        "r.npy", [0, 1, 0, 0, 2, 0, 0, 3, 0], layout == "nchw" ? [1, 1, 3, 3] : [1, 3, 3, 1]),
      "-o", folder.path("y.npy"),
    ]
    let result = try convolve(arguments + ["--region", "1:3,1:2"])
    #expect(result.status == 0, "\(result.errors)")
    let y = try Tensor(npyFile: folder.path("y.npy"))
    #expect(y.shape == (layout == "nchw" ? [1, 1, 2, 1] : [1, 2, 1, 1]))
    #expect(y.elements == [9, 16])
    for region in ["2:1,0:1", "0:1,,0:1"] {
      try expectFailure(arguments + ["--region", region], ["--region"])
    }
    try expectFailure(arguments + ["--region", "0:4,0:1"], ["region"])
  }
}
