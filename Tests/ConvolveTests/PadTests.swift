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
    #expect(same.count == 7)
    #expect(same.contains { $0.contains("TensorFlow, Keras") && $0.contains("padding=\"same\"") })
    #expect(same.contains { $0.contains("PyTorch") && $0.contains("F.pad(x, (0, 0, 1, 2))") })
    #expect(
      same.contains {
        $0.contains("ONNX") && $0.contains("SAME_UPPER") && $0.contains("pads=[1, 0, 2, 0]")
      })
    for line in [
      "  Core ML            pad_type=\"custom\", pad=[1, 2, 0, 0]",
      "  JAX                padding=\"SAME\", or padding=[(1, 2), (0, 0)]",
      "  MLX                padding=([1, 0], [2, 0])",
    ] {
      #expect(same.contains(Substring(line)))
    }
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
    let report = try PaddingReport(Window(input: [3], kernel: 5))
    let valid = try #require(report.rows.first { $0.convention == .valid })
    #expect(valid.output == nil)
    #expect(valid.refusal?.contains("larger") == true)
    #expect(report.rows.first { $0.convention == .full }?.output == [7])
  }

  @Test func dilationSpreadsTheKernel() throws {
    // Five samples are spanned by three taps two apart, on all three axes.
    let report = try PaddingReport(Window(input: [8, 9, 10], kernel: 3, dilation: 2))
    let same = try #require(report.rows.first { $0.convention == .same })
    #expect(same.amounts == Array(repeating: PaddingAmount(before: 2, after: 2), count: 3))
    #expect(report.rows.first { $0.convention == .valid }?.output == [4, 5, 6])
    // F.pad has the last axis first, ONNX all befores first.
    let lines = try Spelling.lines(
      PaddingReport.Row(
        convention: .explicit([]),
        amounts: [
          PaddingAmount(before: 1, after: 2), PaddingAmount(before: 3, after: 4),
          PaddingAmount(before: 5, after: 6),
        ]),
      of: Window(input: [8, 9, 10], kernel: 3))
    #expect(lines.contains { $0[0] == "PyTorch" && $0[1].contains("(5, 6, 3, 4, 1, 2)") })
    #expect(lines.contains { $0[0] == "ONNX" && $0[1] == "pads=[1, 3, 5, 2, 4, 6]" })
  }

  @Test func aHugeKernelNeedsNoMemory() throws {
    let report = try PaddingReport(Window(input: [10], kernel: 1_000_000_000_000))
    #expect(
      report.rows.first { $0.convention == .causal }?.amounts?.first?.before == 999_999_999_999)
  }

  // MARK: - Transposed layers

  private func rows(_ output: String) -> [[Substring]] {
    output.split(separator: "\n").map { $0.split(separator: " ") }
  }

  @Test func whichSideOfATransposedLayer() throws {
    let result = try convolve([
      "pad", "--transpose", "--input", "10x12", "--kernel", "3x4", "--stride", "2",
    ])
    #expect(result.status == 0)
    #expect(result.errors == "")
    // 9 x 2 + 3 = 21 full outputs along the height, 11 x 2 + 4 = 26 along the width.
    #expect(
      result.output.hasPrefix(
        "\"same\" of a transposed layer leaves out 0 before (top) and 1 after (bottom) on the height, "
          + "1 on each side of the width: 10x12 in, 20x24 out.\n\n"))
    let rows = rows(result.output)
    #expect(rows.contains(["valid", "0", "0", "0", "0", "21x26"]))
    #expect(rows.contains(["same", "0", "1", "1", "1", "20x24"]))
    #expect(rows.contains(["same-upper", "0", "1", "1", "1", "20x24"]))
    #expect(rows.contains(["same-lower", "1", "0", "1", "1", "20x24"]))
    #expect(!result.output.contains("onnxruntime"))
    #expect(
      spelling("same", of: result.output) == [
        "  TensorFlow, Keras  padding=\"same\"",
        "  PyTorch            padding=(0, 1), then y[..., 0:20, :]",
        "  ONNX               auto_pad=\"SAME_UPPER\", or pads=[0, 1, 1, 1]",
        "  Swift              padding: .same",
      ])
    #expect(
      spelling("same-lower", of: result.output) == [
        "  TensorFlow, Keras  padding=\"valid\", then y[:, 1:21, 1:25]",
        "  PyTorch            padding=(1, 1), output_padding=(1, 0)",
        "  ONNX               auto_pad=\"SAME_LOWER\", or pads=[1, 1, 0, 1]",
        "  Swift              padding: .sameLower",
      ])
  }

  /// A kernel of 1 with a stride of 3: of every three outputs one is reached.
  @Test func whoDisagreesOnKernelsShorterThanTheStride() throws {
    let result = try convolve([
      "pad", "--transpose", "--input", "4", "--kernel", "1", "--stride", "3",
    ])
    #expect(result.status == 0)
    #expect(
      result.output.contains("none on the length, where it adds 2 after (end): 4 in, 12 out."))
    for mention in ["Keras", "ONNX's specification", "onnxruntime"] {
      #expect(result.output.split(separator: "\n")[1].contains(mention))
    }
    let rows = rows(result.output)
    #expect(rows.contains(["valid", "0", "-2", "12"]))
    #expect(rows.contains(["same", "0", "-2", "12"]))
    #expect(rows.contains(["same-upper", "-1", "-1", "12"]))
    #expect(rows.contains(["same-lower", "-1", "-1", "12"]))
    #expect(rows.contains(["same-upper", "onnxruntime", "0", "0", "10"]))
    #expect(rows.contains(["same-lower", "onnxruntime", "0", "0", "10"]))
    #expect(
      spelling("same", of: result.output) == [
        "  TensorFlow, Keras  padding=\"same\"",
        "  PyTorch            padding=0, output_padding=2",
        "  ONNX               pads=[0, 0], output_padding=[2]",
        "  Swift              padding: .same",
      ])
    #expect(
      spelling("same-upper", of: result.output) == [
        "  TensorFlow, Keras  tf.pad(x, [[0, 0], [1, 0], [0, 0]]), then padding=\"valid\", then y[:, 2:14]",
        "  PyTorch            F.pad(x, (1, 0)), then padding=0, output_padding=1, then y[..., 2:14]",
        "  ONNX               auto_pad=\"SAME_UPPER\" in the sense of the specification",
        "  Swift              padding: .sameUpper",
      ])
    #expect(
      spelling("same-lower onnxruntime", of: result.output) == [
        "  TensorFlow, Keras  padding=\"valid\", then y[:, 0:10]",
        "  PyTorch            padding=0",
        "  ONNX               auto_pad=\"SAME_LOWER\" in the sense of onnxruntime, or pads=[0, 0]",
        "  Swift              padding: .halved(oddSide: .before, sense: .onnxruntime)",
      ])
  }

  /// PyTorch's output padding is smaller than the stride or the dilation.
  @Test func pytorchTakesASliceWhereItAddsNoOutputs() throws {
    // Seven full outputs for four: two before, one after.
    let report = try TransposedPaddingReport(Window(input: [4], kernel: 4))
    let lower = try #require(report.rows.first { $0.convention == .sameLower })
    #expect(lower.amounts == [PaddingAmount(before: 2, after: 1)])
    #expect(report.spelling(lower).contains(["PyTorch", "padding=1, then y[..., 1:5]"]))
  }
}
