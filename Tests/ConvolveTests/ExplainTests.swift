import Foundation
import Testing

struct ExplainTests {
  @Test func aPlanIsExplained() throws {
    let result = try convolve(["explain", "mb1ic64ih56oc64kh3ph1"])
    #expect(result.status == 0)
    #expect(result.errors == "")
    // 2 x 64 x 64 x 56 x 56 x 3 x 3 operations.
    for mention in [
      "mb1ic64ih56oc64kh3ph1", "[1, 64, 56, 56]", "algorithm", "tile", "tasks",
      "height 1 before, 1 after",
      "workspace", "0.231211 GFLOP",
    ] {
      #expect(result.output.contains(mention), "\(mention) in \(result.output)")
    }
  }

  @Test func aTransposedLayerIsExplained() throws {
    let result = try convolve(["explain", "mb1ic256ih16oc128oh32kh4sh2ph1", "--transpose"])
    #expect(result.status == 0)
    // 2 x 128 x 256 x 16 x 16 x 4 x 4 operations.
    for mention in ["[1, 256, 16, 16]", "[1, 128, 32, 32]", "0.268435 GFLOP"] {
      #expect(result.output.contains(mention), "\(mention) in \(result.output)")
    }
  }

  @Test func optionsOverrideATransposedDescriptor() throws {
    let result = try convolve([
      "explain", "mb1ic8ih10oc6kh3sh2", "--transpose", "--padding", "same-lower", "--layout",
      "nhwc",
      "--output-padding", "1", "--activation", "relu",
    ])
    #expect(result.status == 0)
    // Of 19 + 3 outputs two too many for 20: one on each side, and the added one after.
    for mention in [
      "same-lower output padding 1", "[1, 10, 10, 8]", "[1, 20, 20, 6]", "relu",
      "height 1 before, 0 after", "phases",
    ] {
      #expect(result.output.contains(mention), "\(mention) in \(result.output)")
    }
  }

  /// The ways of an explanation, by their names, and what it says of them.
  private func ways(_ output: String) throws -> [(name: String, text: String)] {
    let lines = output.split(separator: "\n")
    let start = try #require(lines.firstIndex { $0.hasPrefix("ways") })
    return lines[(start + 1)...].map { line in
      let name = line.drop { $0 == " " }.prefix { $0 != " " }
      return (String(name), line[name.endIndex...].trimmingCharacters(in: .whitespaces))
    }
  }

  /// Every way with the time that it is predicted to take; where it lost or does not apply, one clause that says why.
  @Test(arguments: ["nchw", "nhwc"], ["exact-order", "standard", "fast"])
  func everyWayIsListed(layout: String, accuracy: String) throws {
    let result = try convolve([
      "explain", "mb1ic64ih60oc64kh3ph1", "--layout", layout, "--accuracy", accuracy,
    ])
    #expect(result.status == 0)
    let ways = try ways(result.output)
    #expect(Set(ways.map(\.name)).count == ways.count)
    let families = [
      "dense_channels_last", "dense_turned", "pointwise", "planar", "few_outputs_channels_last",
      "grouped_channels_last", "depthwise_channels_first", "depthwise_channels_last", "general",
    ]
    #expect(Set(families).isSubset(of: ways.map(\.name)))
    // Winograd's forms of 3x3 have 2, 4 or 6 outputs along each axis.
    let forms = ways.filter { $0.name.hasPrefix("F(") }
    #expect(forms.count == 9)
    for form in forms {
      let isAllowed = accuracy == "fast" || (accuracy == "standard" && !form.name.contains("6"))
      #expect(form.text.contains("not accurate enough for \(accuracy)") == !isAllowed)
    }
    var chosen = 0
    for way in ways {
      let clauses = way.text.split(separator: ", ", maxSplits: 1)
      if clauses[0].hasPrefix("predicted ") {
        #expect(clauses[0].wholeMatch(of: /predicted \d+\.\d us/) != nil, "\(way)")
        if clauses.count == 1 { chosen += 1 }
      } else {
        #expect(way.text.wholeMatch(of: /not for a layer that has [^,]+/) != nil, "\(way)")
      }
    }
    // The one that is taken needs no excuse.
    #expect(chosen == 1, "\(result.output)")
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

  /// A file with a cost model that knows only some kernels; any other takes forever.
  private func model(_ rows: String, in folder: TemporaryFolder) throws -> String {
    let head = """
      machine of a test  # that knows little
      instruction-set scalar
      caches 32768 524288 33554432
      team pair 1000 doubling 1000 lag 0

      """
    return try folder.file("model.txt", Array((head + rows).utf8))
  }

  @Test(arguments: [
    ("exact-order", "direct: "), ("standard", "winograd F(4x4, 3x3): "),
    ("fast", "winograd F(6x6, 3x3): "),
  ])
  func accuracyChoosesTheTiles(word: String, choice: String) throws {
    let folder = try TemporaryFolder()
    // Larger tiles multiply less.
    let model = try model(
      "winograd multiply_adds 0.1\ndense_channels_last multiply_adds 0.1\n", in: folder)
    let result = try convolve([
      "explain", "mb1ic64ih60oc64kh3ph1", "--layout", "nhwc", "--accuracy", word, "--cost-model",
      model,
    ])
    #expect(result.status == 0)
    #expect(result.output.contains("\(choice)predicted to be fastest\n"), "\(result.output)")
  }

  @Test func aCostModelChooses() throws {
    let folder = try TemporaryFolder()
    for (family, algorithm) in [("general", "general"), ("planar", "direct")] {
      let result = try convolve([
        "explain", "mb1ic8ih12oc8kh3ph1", "--cost-model",
        model("\(family) multiply_adds 0.5\n", in: folder),
      ])
      #expect(result.output.contains("\(algorithm): predicted to be fastest\n"))
      #expect(result.output.contains("\(family) on "))
    }
  }

  @Test func measuredTimesChoose() throws {
    let folder = try TemporaryFolder()
    let times = try folder.file(
      "times.txt",
      Array(
        "mb1_ic64ih60_oc64oh60_kh3 nhwc scalar F(2x2,3x3)=2.5us dense_channels_last=7us\n".utf8))
    let flags = ["--layout", "nhwc", "--isa", "scalar", "--times", times]
    let known = try convolve(["explain", "mb1ic64ih60oc64kh3ph1"] + flags)
    #expect(known.status == 0)
    #expect(known.output.contains("winograd F(2x2, 3x3): measured to be fastest\n"))
    let ways = try ways(known.output)
    #expect(ways.first?.name == "F(2x2,3x3)")
    #expect(ways.first?.text.hasPrefix("measured 2.5 us, predicted ") == true)
    #expect(
      ways.contains {
        $0.name == "dense_channels_last" && $0.text.hasPrefix("measured 7.0 us, predicted ")
      })
    let other = try convolve(["explain", "mb1ic64ih61oc64kh3ph1"] + flags)
    #expect(other.status == 0)
    #expect(!other.output.contains("measured"))
  }

  /// With `--effort measure` the ways are timed, and no file tells of it.
  @Test func measuringWritesNothing() throws {
    let folder = try TemporaryFolder()
    let line = Array("mb1_ic9ih9_oc9oh9_kh3 nchw scalar general=7us\n".utf8)
    let times = try folder.file("times.txt", line)
    let result = try convolve(
      ["explain", "mb1ic8ih12oc8kh3ph1", "--effort", "measure", "--times", times], in: folder)
    #expect(result.status == 0)
    #expect(result.errors == "")
    #expect(result.output.contains(": measured to be fastest\n"))
    let first = try #require(try ways(result.output).first)
    #expect(first.text.hasPrefix("measured "))
    #expect(try folder.names == ["times.txt"])
    #expect(try Data(contentsOf: URL(filePath: times)) == Data(line))
  }

  @Test func depthwiseIsChosenForOneChannelAGroup() throws {
    let result = try convolve(["explain", "g32mb1ic32ih28oc32kh3ph1", "--layout", "nhwc"])
    #expect(result.output.contains("depthwise: predicted"))
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
