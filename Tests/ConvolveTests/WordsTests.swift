import ArgumentParser
import Convolution
import Testing

@testable import convolve

struct WordsTests {
  @Test func lists() throws {
    #expect(try Words.integers("2,1") == [2, 1])
    #expect(try Words.integers("100x20") == [100, 20])
    #expect(try Words.integers("-1,0,+3") == [-1, 0, 3])
    #expect(try Words.extents("7") == [7])
  }

  @Test(arguments: ["", ",", "1,", ",1", "1,,2", "1.5", "one", "1 2", "99999999999999999999"])
  func thingsThatAreNoLists(text: String) {
    #expect(throws: ValidationError.self) { try Words.integers(text) }
  }

  @Test func activations() throws {
    let expected: [(String, Activation)] = [
      ("identity", .identity), ("relu", .relu), ("relu6", .relu6),
      ("clip:-1,2.5", .clip(minimum: -1, maximum: 2.5)),
      ("leakyRelu:0.01", .leakyRelu(slope: 0.01)), ("sigmoid", .sigmoid), ("tanh", .tanh),
      ("silu", .silu),
      ("hardSwish", .hardSwish), ("gelu", .gelu),
    ]
    for (word, activation) in expected { #expect(try Activation(word: word) == activation) }
  }

  @Test(arguments: [
    "", "ReLU", "relu:1", "clip", "clip:", "clip:1", "clip:1,2,3", "leakyRelu", "leakyRelu:a",
  ])
  func thingsThatAreNoActivations(word: String) {
    #expect(throws: ValidationError.self) { try Activation(word: word) }
  }

  @Test func paddingWords() throws {
    #expect(try LayerOptions.parse([]).chosenPadding == nil)
    #expect(try LayerOptions.parse(["--padding", "same-lower"]).chosenPadding == .sameLower)
    #expect(try LayerOptions.parse(["--padding", "torch-same"]).chosenPadding == .sameTorch)
    let amounts = Padding.explicit([
      PaddingAmount(before: 1, after: 2), PaddingAmount(before: -3, after: 4),
    ])
    #expect(try LayerOptions.parse(["--pads", "1,2,-3,4"]).chosenPadding == amounts)
    #expect(
      try LayerOptions.parse(["--padding", "explicit", "--pads", "1,2,-3,4"]).chosenPadding
        == amounts)
  }

  @Test func borderWords() throws {
    #expect(try BorderOptions.parse([]).borders(default: .reflect) == .all(.reflect))
    #expect(
      try BorderOptions.parse(["--border", "circular,replicate"]).borders(default: .zeros)
        == .each([.circular, .replicate]))
    #expect(
      try BorderOptions.parse(["--border", "constant,zeros", "--border-value", "-2"]).borders(
        default: .zeros)
        == .each([.constant(-2), .zeros]))
    #expect(
      try BorderOptions.parse(["--border", "symmetric"]).borders(default: .zeros)
        == .all(.symmetric))
  }

  @Test func tablesAreAligned() {
    #expect(
      table([["a", "bcd", "e"], ["fgh", "", "ij"]], indent: " ") == " a    bcd  e\n fgh       ij")
  }
}
