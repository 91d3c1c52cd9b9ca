import Testing

@testable import Convolution

/// Words are read as they are written.
struct WordTests {
  private func expectRoundTrip<Value: LosslessStringConvertible & Equatable>(
    _ words: [String: Value], unknown: [String]
  ) {
    for (word, value) in words {
      #expect(Value(word) == value, "\(word)")
      #expect(value.description == word)
    }
    for word in unknown + ["", " ", "no such word"] { #expect(Value(word) == nil, "\"\(word)\"") }
  }

  @Test func paddings() {
    let (none, some, crop) = (
      PaddingAmount.none, PaddingAmount(before: 1, after: 2), PaddingAmount(before: -3, after: 0)
    )
    expectRoundTrip(
      [
        "valid": Padding.valid, "same": .same, "same-lower": .sameLower, "torch-same": .sameTorch,
        "causal": .causal, "full": .full, "1,2": .explicit([some]),
        "1,2,0,0,-3,0": .explicit([some, none, crop]),
      ], unknown: ["SAME", "1", "1,2,3", "1,,2,3", "1,x", "1.5,2", "same,1"])
    #expect(Padding.conventions.count == 6)
    for (word, padding) in Padding.conventions { #expect(Padding(word) == padding) }
  }

  @Test func transposedPaddings() {
    let (one, crop) = (PaddingAmount(before: 1, after: 1), PaddingAmount(before: 0, after: -2))
    expectRoundTrip(
      [
        "valid": TransposedPadding.valid, "same": .same, "same-upper": .sameUpper,
        "same-lower": .sameLower, "pads 1,1": .explicit([one]),
        "pads 1,1,0,-2": .explicit([one, crop]),
        "pads 1,1,1,1 output padding 1,0": .explicit([one, one], outputPadding: [1, 0]),
        "output shape 6,8": .halved(extents: [6, 8], oddSide: .before),
        "same-upper output shape 6,8": .halved(extents: [6, 8], oddSide: .after),
        "same-lower output padding 1": .halved(oddSide: .before, outputPadding: [1]),
        "same-upper onnxruntime": .halved(oddSide: .after, sense: .onnxruntime),
        "output shape 8 output padding 1 onnxruntime": .halved(
          extents: [8], oddSide: .before, outputPadding: [1], sense: .onnxruntime),
      ],
      unknown: [
        "causal", "SAME", "1,1", "pads", "pads 1", "pads 1,1,1", "pads 1,1 onnxruntime",
        "same output padding 1", "valid output shape 6", "same-lower output shape 6",
        "output padding 1", "output shape 6,", "output shape a", "onnxruntime", "same-upper ",
        "same-upper  onnxruntime", "output padding 1 output shape 6",
      ])
    #expect(TransposedPadding.conventions.count == 4)
    for (word, padding) in TransposedPadding.conventions {
      #expect(TransposedPadding(word) == padding)
    }
    expectRoundTrip(
      ["specification": TransposedPadding.Sense.specification, "onnxruntime": .onnxruntime],
      unknown: ["onnx"])
  }

  @Test func borders() {
    expectRoundTrip(
      [
        "zeros": Border.zeros, "replicate": .replicate, "reflect": .reflect,
        "symmetric": .symmetric, "circular": .circular, "constant:1.5": .constant(1.5),
        "constant:-3.0": .constant(-3), "constant:inf": .constant(.infinity),
      ], unknown: ["constant", "constant:", "constant:x", "edge", "Reflect"])
    #expect(Border("constant:0") == .zeros)
    for word in Border.words.dropLast() { #expect(Border(word) != nil, "\(word)") }
    #expect(Border.words.last == "constant:value")
  }

  @Test func layouts() {
    expectRoundTrip(
      ["nchw": Layout.channelsFirst, "nhwc": .channelsLast],
      unknown: ["NCHW", "channelsFirst", "chwn"])
  }

  @Test func activations() {
    expectRoundTrip(
      [
        "identity": Activation.identity, "relu": .relu, "relu6": .relu6, "sigmoid": .sigmoid,
        "tanh": .tanh, "silu": .silu, "hardSwish": .hardSwish, "gelu": .gelu,
        "clip:-0.5,1.0": .clip(minimum: -0.5, maximum: 1), "leakyRelu:0.1": .leakyRelu(slope: 0.1),
        "hardSigmoid:0.2,0.5": .hardSigmoid(slope: 0.2, offset: 0.5),
      ],
      unknown: [
        "clip", "clip:", "clip:1", "clip:1,2,3", "clip:a,b", "leakyRelu", "leakyRelu:x",
        "leakyRelu:1,2", "ReLU", "relu:1",
      ])
    #expect(Activation("clip:0,inf") == .relu)
    for word in Activation.words where !word.contains(":") {
      #expect(Activation(word) != nil, "\(word)")
    }
  }

  @Test func accuracies() {
    expectRoundTrip(
      ["exact-order": Accuracy.exactOrder, "standard": .standard, "fast": .fast],
      unknown: ["exactOrder", "exact"])
  }

  @Test func algorithms() {
    expectRoundTrip(
      [
        "auto": Algorithm.automatic, "winograd": .winograd, "direct": .direct,
        "depthwise": .depthwise, "general": .general,
      ], unknown: ["automatic", "fft"])
    #expect(Set(Algorithm.allCases.map(\.description)).count == Algorithm.allCases.count)
  }

  @Test func instructionSets() {
    expectRoundTrip(
      ["scalar": InstructionSet.scalar, "avx2": .avx2, "avx512": .avx512],
      unknown: ["sse", "AVX2", "avx"])
    #expect(InstructionSet.allCases == InstructionSet.allCases.sorted())
  }

  /// What words stand for may be written out, or come in variables.
  @Test func settingsAreOneValueOrAListOfThem() throws {
    let weights = try Tensor(shape: [4, 2, 3, 3])
    let n = 2
    let list = [2, 1]
    let aBorder = Border.reflect
    let borders: [Border] = [.circular, .constant(1)]
    let one = try Conv2D(
      weights: weights, stride: n, dilation: n, padding: .same, border: aBorder)
    #expect(one.stride == [2, 2] && one.dilation == [2, 2] && one.border == [.reflect, .reflect])
    let each = try Conv2D(weights: weights, stride: list, dilation: list, border: borders)
    #expect(each.stride == [2, 1] && each.dilation == [2, 1] && each.border == borders)
    let written = try Conv2D(
      weights: weights, stride: [2, 1], dilation: 3, border: [.zeros, .replicate])
    #expect(written.stride == [2, 1] && written.dilation == [3, 3])
    #expect(written.border == [.zeros, .replicate])
    #expect(try Conv2D(weights: weights, border: .circular).border == [.circular, .circular])
  }

  @Test func aLayerSaysWhatItIs() throws {
    let layer = try Conv2D(
      weights: Tensor(shape: [32, 16, 4, 1]), stride: [1, 2], groups: 2, padding: .same,
      activation: .relu)
    #expect(
      layer.description
        == "Conv2D 32 -> 32, kernel 4x1, stride 1x2, dilation 1x1, groups 2, same, relu")
    let transposed = try TransposedConv2D(
      weights: Tensor(shape: [32, 16, 4, 4]), stride: 2, padding: .torch(1, outputPadding: [1, 0]))
    #expect(
      transposed.description
        == "TransposedConv2D 32 -> 16, kernel 4x4, stride 2x2, dilation 1x1, groups 1, "
        + "pads 1,1 output padding 1,0, identity")
    #expect(layer.rank == 2 && Conv2D.rank == 2 && Conv1D.rank == 1 && Conv3D.rank == 3)
  }
}
