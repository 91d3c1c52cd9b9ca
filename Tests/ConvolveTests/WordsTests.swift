import ArgumentParser
import Convolution
import Testing

@testable import ConvolutionOptions
@testable import convolve

/// Words and lists of the command line.
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
      ("silu", .silu), ("hardSwish", .hardSwish),
      ("hardSigmoid:0.2,0.5", .hardSigmoid(slope: 0.2, offset: 0.5)), ("gelu", .gelu),
    ]
    #expect(expected.count == Activation.words.count)
    for (word, activation) in expected {
      #expect(Activation(word) == activation)
      #expect(try LayerOptions.parse(["--activation", word]).activation == activation)
    }
    #expect(try LayerOptions.parse([]).activation == .identity)
  }

  @Test(arguments: [
    "", "ReLU", "relu:1", "clip", "clip:", "clip:1", "clip:1,2,3", "leakyRelu", "leakyRelu:a",
  ])
  func thingsThatAreNoActivations(word: String) {
    #expect(Activation(word) == nil)
    #expect(throws: (any Error).self) { try LayerOptions.parse(["--activation", word]) }
  }

  @Test func everyDescriptionIsAWord() {
    func expectRoundTrip<Value: LosslessStringConvertible & Equatable>(_ values: [Value]) {
      for value in values { #expect(Value(value.description) == value) }
      #expect(Set(values.map(\.description)).count == values.count)
      #expect(Value("") == nil)
      #expect(Value("other") == nil)
    }
    expectRoundTrip(Layout.allCases)
    expectRoundTrip(Accuracy.allCases)
    expectRoundTrip(Algorithm.allCases)
    expectRoundTrip(InstructionSet.allCases)
    expectRoundTrip(Planner.Effort.allCases)
    expectRoundTrip(
      [
        .zeros, .constant(1.5), .constant(-1e-30), .constant(.infinity), .replicate, .reflect,
        .symmetric, .circular,
      ] as [Border])
    expectRoundTrip(
      [
        .identity, .relu, .relu6, .clip(minimum: -0.1, maximum: 1e20), .leakyRelu(slope: 0.01),
        .sigmoid, .tanh, .silu, .hardSwish, .hardSigmoid(slope: 0.2, offset: 0.5), .gelu,
      ] as [Activation])
    expectRoundTrip(
      Padding.conventions.map(\.value) + [
        .explicit([PaddingAmount(before: 1, after: -2)]),
        .explicit([PaddingAmount(before: 0, after: 0), PaddingAmount(before: 3, after: 4)]),
      ])
  }

  @Test func tablesAreAligned() {
    #expect(
      table([["a", "bcd", "e"], ["fgh", "", "ij"]], indent: " ") == " a    bcd  e\n fgh       ij")
  }
}
