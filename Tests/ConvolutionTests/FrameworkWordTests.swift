import Convolution
import Testing

/// Padding and border by the words of each framework.
struct FrameworkWordTests {
  @Test(arguments: ["same", "SAME", "Same"])
  func tensorFlowAndKerasWordsComeInAnyCase(word: String) throws {
    #expect(try Padding.tensorFlow(word) == .same)
    #expect(try Padding.keras(word) == .same)
  }

  @Test func paddingWordsMeanWhatTheirFrameworkMeans() throws {
    #expect(try Padding.tensorFlow("VALID") == .valid)
    #expect(try Padding.keras("valid") == .valid)
    #expect(try Padding.keras("causal") == .causal)
    #expect(try Padding.torch("same") == .sameTorch)
    #expect(try Padding.torch("valid") == .valid)
    #expect(try Padding.onnx(autoPad: "SAME_UPPER") == .same)
    #expect(try Padding.onnx(autoPad: "SAME_LOWER") == .sameLower)
    #expect(try Padding.onnx(autoPad: "VALID") == .valid)
    #expect(try Padding.coreML("same") == .same)
    #expect(try Padding.coreML("same_lower") == .sameLower)
    #expect(try Padding.coreML("valid") == .valid)
  }

  @Test func paddingNumbersAreTakenAsTheirFrameworkOrdersThem() throws {
    #expect(
      Padding.torch(1, 0)
        == .explicit([PaddingAmount(before: 1, after: 1), PaddingAmount(before: 0, after: 0)]))
    #expect(
      try Padding.onnx(pads: [1, 2, 3, 4])
        == .explicit([PaddingAmount(before: 1, after: 3), PaddingAmount(before: 2, after: 4)]))
  }

  @Test func borderWordsMeanWhatTheirFrameworkMeans() throws {
    #expect(try Border.torch(paddingMode: "zeros") == .zeros)
    #expect(try Border.torch(paddingMode: "reflect") == .reflect)
    #expect(try Border.torch(paddingMode: "replicate") == .replicate)
    #expect(try Border.torch(paddingMode: "circular") == .circular)
    #expect(try Border.onnx(mode: "constant") == .zeros)
    #expect(try Border.onnx(mode: "constant", value: 2) == .constant(2))
    #expect(try Border.onnx(mode: "reflect") == .reflect)
    #expect(try Border.onnx(mode: "edge") == .replicate)
    #expect(try Border.onnx(mode: "wrap") == .circular)
    #expect(try Border.tensorFlow(mode: "CONSTANT", value: -1) == .constant(-1))
    #expect(try Border.tensorFlow(mode: "REFLECT") == .reflect)
    #expect(try Border.tensorFlow(mode: "symmetric") == .symmetric)
  }

  @Test func transposedPaddingMeansWhatItsFrameworkMeans() throws {
    #expect(try TransposedPadding.keras("SAME") == .same)
    #expect(try TransposedPadding.keras("valid") == .valid)
    let (one, none) = (PaddingAmount(before: 1, after: 1), PaddingAmount.none)
    #expect(TransposedPadding.torch(1) == .explicit([one]))
    #expect(
      TransposedPadding.torch(1, 0, outputPadding: [1, 1])
        == .explicit([one, none], outputPadding: [1, 1]))
    #expect(try TransposedPadding.onnx() == .explicit([none]))
    #expect(try TransposedPadding.onnx(autoPad: "VALID") == .explicit([none]))
    #expect(
      try TransposedPadding.onnx(pads: [1, 2, 3, 4], outputPadding: [1])
        == .explicit(
          [PaddingAmount(before: 1, after: 3), PaddingAmount(before: 2, after: 4)],
          outputPadding: [1]))
    #expect(try TransposedPadding.onnx(autoPad: "SAME_UPPER") == .sameUpper)
    #expect(try TransposedPadding.onnx(autoPad: "SAME_LOWER") == .sameLower)
    // Without auto_pad the odd one is before; pads are not looked at.
    #expect(
      try TransposedPadding.onnx(pads: [1, 1], outputShape: [6])
        == .halved(extents: [6], oddSide: .before))
    #expect(
      try TransposedPadding.onnx(
        autoPad: "SAME_UPPER", outputPadding: [1], outputShape: [6], sense: .onnxruntime)
        == .halved(extents: [6], oddSide: .after, outputPadding: [1], sense: .onnxruntime))
  }

  @Test func unknownWordsAreRefused() {
    expectError(.invalidValue, "padding", ["\"smae\"", "\"same\""]) {
      _ = try Padding.tensorFlow("smae")
    }
    expectError(.invalidValue, "padding", ["\"full\"", "\"causal\""]) {
      _ = try Padding.keras("full")
    }
    // PyTorch has no causal, and is strict about capitals.
    expectError(.invalidValue, "padding", ["\"causal\"", "\"valid\""]) {
      _ = try Padding.torch("causal")
    }
    expectError(.invalidValue, "padding", ["\"SAME\""]) { _ = try Padding.torch("SAME") }
    expectError(.invalidValue, "autoPad", ["\"SAME\"", "\"SAME_UPPER\""]) {
      _ = try Padding.onnx(autoPad: "SAME")
    }
    // Keras has no causal transposed layer, PyTorch no words for one.
    expectError(.invalidValue, "padding", ["\"causal\"", "\"same\""]) {
      _ = try TransposedPadding.keras("causal")
    }
    expectError(.invalidValue, "autoPad", ["\"same\"", "\"NOTSET\""]) {
      _ = try TransposedPadding.onnx(autoPad: "same")
    }
    expectError(.rankMismatch, "pads", ["3 amounts"]) {
      _ = try TransposedPadding.onnx(pads: [1, 2, 3])
    }
    expectError(.invalidValue, "padType", ["\"SAME\"", "\"same_lower\""]) {
      _ = try Padding.coreML("SAME")
    }
    expectError(.invalidValue, "paddingMode", ["\"edge\"", "\"replicate\""]) {
      _ = try Border.torch(paddingMode: "edge")
    }
    expectError(.invalidValue, "mode", ["\"zeros\"", "\"wrap\""]) {
      _ = try Border.onnx(mode: "zeros")
    }
    expectError(.invalidValue, "mode", ["\"wrap\"", "\"symmetric\""]) {
      _ = try Border.tensorFlow(mode: "WRAP")
    }
  }

  @Test(arguments: [[], [1], [1, 2, 3]])
  func onnxPadsComeInPairs(pads: [Int]) {
    expectError(.rankMismatch, "pads", ["\(pads.count) amounts"]) {
      _ = try Padding.onnx(pads: pads)
    }
  }
}
