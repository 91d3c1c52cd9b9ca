import Foundation
import Testing

struct ExplainTests {
  @Test func aPlanIsExplained() throws {
    let result = try convolve(["explain", "mb1ic64ih56oc64kh3ph1"])
    #expect(result.status == 0)
    #expect(result.errors == "")
    // 2 x 64 x 64 x 56 x 56 x 3 x 3 operations.
    for mention in [
      "mb1ic64ih56oc64kh3ph1", "[1, 64, 56, 56]", "direct", "tile", "tasks",
      "height 1 before, 1 after",
      "workspace", "0.231211 GFLOP",
    ] {
      #expect(result.output.contains(mention), "\(mention) in \(result.output)")
    }
  }

  @Test func flagsOverrideTheDescriptor() throws {
    let result = try convolve([
      "explain", "mb1ic8ih10oc8kh4ph0", "--padding", "same", "--border", "circular,reflect",
      "--layout", "nhwc",
      "--threads", "1", "--isa", "scalar", "--algorithm", "general", "--activation", "relu6",
    ])
    #expect(result.status == 0)
    for mention in [
      "[1, 10, 10, 8]", "height 1 before, 2 after (circular)", "width 1 before, 2 after (reflect)",
      "1 thread",
      "scalar", "general", "relu6",
    ] {
      #expect(result.output.contains(mention), "\(mention) in \(result.output)")
    }
  }

  @Test(arguments: [
    ("exact-order", nil), ("standard", "F(4x4, 3x3)"), ("fast", "F(6x6, 3x3)"),
  ])
  func accuracyChoosesTheTiles(word: String, form: String?) throws {
    let result = try convolve([
      "explain", "mb1ic64ih60oc64kh3ph1", "--layout", "nhwc", "--accuracy", word,
    ])
    #expect(result.status == 0)
    let algorithm = try #require(
      result.output.split(separator: "\n").first { $0.hasPrefix("algorithm") })
    #expect(algorithm.contains(form.map { "winograd \($0): expected" } ?? "direct: "))
    #expect(result.output.contains("weighed") == (form != nil))
  }

  @Test func measuredTimesChoose() throws {
    let folder = try TemporaryFolder()
    let times = try folder.file(
      "times.txt",
      Array("mb1_ic64ih60_oc64oh60_kh3 nhwc scalar F(2x2,3x3)=2.5us direct=7us\n".utf8))
    let flags = ["--layout", "nhwc", "--isa", "scalar", "--times", times]
    let known = try convolve(["explain", "mb1ic64ih60oc64kh3ph1"] + flags)
    #expect(known.status == 0)
    #expect(known.output.contains("winograd F(2x2, 3x3): measured 2.5 us, direct 7.0 us\n"))
    let other = try convolve(["explain", "mb1ic64ih61oc64kh3ph1"] + flags)
    #expect(other.status == 0)
    #expect(!other.output.contains("measured"))
  }

  @Test func depthwiseIsChosenForOneChannelAGroup() throws {
    let result = try convolve(["explain", "g32mb1ic32ih28oc32kh3ph1", "--layout", "nhwc"])
    #expect(result.output.contains("depthwise"))
  }

  @Test(arguments: ["regression_padding", "large_padding", "tails", "1d", "3d"])
  func everyLineOfShapeFiles(name: String) throws {
    let file = Bundle.module.bundleURL.appending(path: "Descriptors/shapes_\(name)")
    let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
      .filter { !$0.hasPrefix("#") }.map(String.init)
    #expect(!lines.isEmpty)
    // A kernel of 192x192x192 taps has weights of a gigabyte.
    for line in lines where !line.contains("kd192") {
      let result = try convolve(["explain", line])
      #expect(result.status == 0, "\(line): \(result.errors)")
      #expect(result.output.hasPrefix(line.trimmingCharacters(in: .whitespaces)))
      #expect(result.output.contains("GFLOP"))
    }
  }
}
