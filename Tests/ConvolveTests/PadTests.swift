import Convolution
import Testing

@testable import convolve

struct PadTests {
  /// The lines under a convention's name, up to the next empty one.
  private func spelling(_ convention: String, of output: String) -> [Substring] {
    Array(
      output.split(separator: "\n", omittingEmptySubsequences: false)
        .drop { $0 != convention }.dropFirst().prefix { !$0.isEmpty })
  }

  @Test func theForumsQuestion() throws {
    let result = try convolve(["pad", "--input", "100x20", "--kernel", "4x1"])
    #expect(result.status == 0)
    #expect(result.errors == "")
    let answer = try #require(result.output.split(separator: "\n").first)
    for mention in [
      "1 before (top) and 2 after (bottom) on the height", "none on the width", "100x20 out",
    ] {
      #expect(answer.contains(mention))
    }
    let same = spelling("same", of: result.output)
    #expect(same.count == 4)
    #expect(same.contains { $0.contains("TensorFlow, Keras") && $0.contains("padding=\"same\"") })
    #expect(same.contains { $0.contains("PyTorch") && $0.contains("F.pad(x, (0, 0, 1, 2))") })
    #expect(
      same.contains {
        $0.contains("ONNX") && $0.contains("SAME_UPPER") && $0.contains("pads=[1, 0, 2, 0]")
      })
    #expect(same.contains { $0.contains("Swift") && $0.contains("padding: .same") })
    let rows = result.output.split(separator: "\n").map { $0.split(separator: " ") }
    #expect(rows.contains(["same", "1", "2", "0", "0", "100x20"]))
    #expect(rows.contains(["same-lower", "2", "1", "0", "0", "100x20"]))
    #expect(rows.contains(["valid", "0", "0", "0", "0", "97x20"]))
    #expect(rows.contains(["causal", "3", "0", "0", "0", "100x20"]))
    #expect(rows.contains(["full", "3", "3", "0", "0", "103x20"]))
  }

  /// What Swift is told is a case of the library's.
  @Test func everyConventionIsSpeltInSwift() throws {
    let result = try convolve(["pad", "--input", "9", "--kernel", "3"])
    for (word, name) in [
      ("valid", "valid"), ("same", "same"), ("same-lower", "sameLower"),
      ("torch-same", "sameTorch"), ("causal", "causal"), ("full", "full"),
    ] {
      let line = try #require(spelling(word, of: result.output).last)
      #expect(line.split(separator: " ") == ["Swift", "padding:", ".\(name)"])
    }
  }

  @Test func frameworksWithoutAWordGetAmounts() throws {
    let result = try convolve(["pad", "--input", "100x20", "--kernel", "4x1"])
    let lower = spelling("same-lower", of: result.output).joined(separator: "\n")
    #expect(lower.contains("tf.pad(x, [[0, 0], [2, 1], [0, 0], [0, 0]]), then padding=\"valid\""))
    #expect(lower.contains("SAME_LOWER"))
    #expect(!lower.contains("padding=\"same\""))
    let full = spelling("full", of: result.output).joined(separator: "\n")
    #expect(full.contains("padding=(3, 0)"))
  }

  @Test func pytorchRefusesItsSameWithAStride() throws {
    let result = try convolve(["pad", "--input", "101", "--kernel", "4", "--stride", "2"])
    #expect(result.status == 0)
    let lines = result.output.split(separator: "\n")
    #expect(lines.contains { $0.hasPrefix("torch-same") && $0.contains("PyTorch refuses") })
    // ceil(101 / 2) = 51 outputs need (51 - 1) 2 + 4 - 101 = 3 border taps.
    #expect(lines.map { $0.split(separator: " ") }.contains(["same", "1", "2", "51"]))
    // With a stride PyTorch has no word for TensorFlow's "same".
    #expect(
      !spelling("same", of: result.output).contains {
        $0.contains("PyTorch") && $0.contains("\"same\"")
      })
    #expect(spelling("causal", of: result.output).contains { $0.contains("padding=\"causal\"") })
  }

  @Test func aKernelThatDoesNotFitIsSaidInItsRow() throws {
    let report = try PaddingReport(input: [3], kernel: 5)
    let valid = try #require(report.rows.first { $0.convention == .valid })
    #expect(valid.output == nil)
    #expect(valid.refusal?.contains("larger") == true)
    #expect(report.rows.first { $0.convention == .full }?.output == [7])
  }

  @Test func dilationSpreadsTheKernel() throws {
    // Five samples are spanned by three taps two apart, on all three axes.
    let report = try PaddingReport(input: [8, 9, 10], kernel: 3, dilation: 2)
    let same = try #require(report.rows.first { $0.convention == .same })
    #expect(same.amounts == Array(repeating: PaddingAmount(before: 2, after: 2), count: 3))
    #expect(report.rows.first { $0.convention == .valid }?.output == [4, 5, 6])
    // F.pad has the last axis first, ONNX all befores first.
    let lines = Spelling.lines(
      PaddingReport.Row(
        convention: .explicit([]),
        amounts: [
          PaddingAmount(before: 1, after: 2), PaddingAmount(before: 3, after: 4),
          PaddingAmount(before: 5, after: 6),
        ]),
      stride: [1, 1, 1])
    #expect(lines.contains { $0[0] == "PyTorch" && $0[1].contains("(5, 6, 3, 4, 1, 2)") })
    #expect(lines.contains { $0[0] == "ONNX" && $0[1] == "pads=[1, 3, 5, 2, 4, 6]" })
  }

  @Test func aHugeKernelNeedsNoMemory() throws {
    let report = try PaddingReport(input: [10], kernel: 1_000_000_000_000)
    #expect(
      report.rows.first { $0.convention == .causal }?.amounts?.first?.before == 999_999_999_999)
  }
}
