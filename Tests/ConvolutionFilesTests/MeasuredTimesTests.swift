import ConvolutionFiles
import Foundation
import Testing

@_spi(Tools) @testable import Convolution

/// Measured times choose how a layer is computed, where they know it and as far as the caller allows.
struct MeasuredTimesTests {
  private static let isa = Machine.instructionSet.description
  /// Of a layer of 64 channels, 3x3, on 60x60, of which the model would take another form.
  private static let line =
    "mb1_ic64ih60_oc64oh60_kh3 nchw \(isa) "
    + "F(6x6,3x3)=100.0us F(2x2,3x3)=200.0us F(4x2,3x3)=300.0us dense_turned=400.5us"
  private static let layer = try! Conv2D(weights: Tensor(shape: [64, 64, 3, 3]), padding: .same)
  private static let shape = [1, 64, 60, 60]

  private func plan(
    _ text: String = Self.line, accuracy: Accuracy = .standard, algorithm: Algorithm = .automatic,
    maximumPackedBytes: Int? = nil
  ) throws -> Plan {
    try Self.layer.plan(
      for: Self.shape,
      with: Planner(
        accuracy: accuracy, algorithm: algorithm, maximumPackedBytes: maximumPackedBytes,
        measuredTimes: MeasuredTimes(text)))
  }

  // MARK: - What is chosen

  @Test func theFastestWayThatIsAllowedIsTaken() throws {
    #expect(try plan(accuracy: .fast).wayName == "F(6x6,3x3)")
    #expect(try plan().wayName == "F(2x2,3x3)")
    #expect(try plan(accuracy: .exactOrder).wayName == "dense_turned")
    #expect(try plan(algorithm: .direct).wayName == "dense_turned")
    let direct = Self.line.replacing("dense_turned=400.5us", with: "dense_turned=1us")
    #expect(try plan(direct).wayName == "dense_turned")
    #expect(try plan(direct, algorithm: .winograd).wayName == "F(2x2,3x3)")
    let bytes = try plan().packedBytes
    #expect(try plan(accuracy: .fast, maximumPackedBytes: bytes).wayName == "F(2x2,3x3)")
    #expect(try plan(maximumPackedBytes: bytes - 1).winograd == nil)
  }

  /// A kernel family that the model would not take is taken where it was measured to be faster.
  @Test func familiesAreChosenToo() throws {
    let text = Self.line.replacing("dense_turned=400.5us", with: "general=1us dense_turned=2us")
    #expect(try plan("").wayName != "general")
    #expect(try plan(text).wayName == "general")
    #expect(try plan(text, algorithm: .direct).wayName == "dense_turned")
  }

  /// Times of nothing that is allowed leave the choice as it would be without them.
  @Test func elsewhereTheModelChooses() throws {
    let free = try plan("")
    let large = try plan("mb1_ic64ih60_oc64oh60_kh3 nchw \(Self.isa) F(6x6,3x3)=1us another=1us")
    #expect(large.wayName == free.wayName)
    #expect(!large.description.contains("measured to be fastest"))
    let isa = InstructionSet.allCases.first { $0 != Machine.instructionSet }!
    for (word, other) in [
      ("nchw", "nhwc"), (Self.isa, isa.description), ("ic64", "ic32"), ("oc64", "oc32"),
      ("mb1", "g2mb1"), ("ih60_oc64oh60", "ih60_oc64oh58"), ("ih60_oc64oh60", "ih62_oc64oh60"),
      ("ih60_oc64oh60", "ih60iw61_oc64oh60ow61"), ("kh3", "kh3dh1"),
      ("kh3", "kh3sh2"),
    ] {
      let text = Self.line.replacing(word, with: other)
      #expect(try plan(text).description == free.description, "\(text)")
    }
  }

  @Test(arguments: [
    #"mb8_ic64ih60_oc64oh60_kh3ph1_n"batch""#, "g1mb1ic64ih60iw60oc64oh60ow60kh3kw3sh1ph1",
    "mb1_ic64ih60_oc64oh60_kh3ph2",
  ])
  func batchNameAndPaddingDoNotMatter(descriptor: String) throws {
    let text = Self.line.replacing("mb1_ic64ih60_oc64oh60_kh3", with: descriptor)
    #expect(try plan(text).wayName == "F(2x2,3x3)")
  }

  @Test(arguments: [Border.zeros, .constant(2), .reflect, .circular])
  func borderDoesNotMatter(border: Border) throws {
    let layer = try Conv2D(
      weights: Tensor(shape: [64, 64, 3, 3]), padding: .same, border: border)
    let planner = Planner(measuredTimes: try MeasuredTimes(Self.line))
    #expect(try layer.plan(for: Self.shape, with: planner).wayName == "F(2x2,3x3)")
  }

  @Test func threadsBatchAndRegionDoNotChangeTheChoice() throws {
    let times = try MeasuredTimes(Self.line)
    for threads in [1, 2, 32] {
      for images in [0, 1, 50] {
        for region in [nil, [1..<2, 3..<5], [1..<1, 3..<5]] {
          let planner = Planner(threads: threads, measuredTimes: times)
          let plan = try Self.layer.plan(for: [images, 64, 60, 60], with: planner, region: region)
          #expect(plan.wayName == "F(2x2,3x3)")
        }
      }
    }
  }

  /// Infinite weights are not transformed, whatever was measured.
  @Test func theLayersOwnRulesStay() throws {
    let weights = try Tensor(repeating: .infinity, shape: [64, 64, 3, 3])
    let layer = try Conv2D(weights: weights, padding: .same)
    let planner = Planner(measuredTimes: try MeasuredTimes(Self.line))
    #expect(try layer.plan(for: Self.shape, with: planner).algorithm == .general)
  }

  @Test func aPlanSaysWhatWasMeasured() throws {
    func line(_ way: String, of plan: Plan) throws -> Substring {
      try #require(plan.description.split(separator: "\n").first { $0.hasPrefix("  \(way) ") })
    }
    let plan = try plan()
    #expect(plan.description.contains("winograd F(2x2, 3x3): measured to be fastest\n"))
    #expect(try line("F(2x2,3x3)", of: plan).contains(" measured 200.0 us, predicted "))
    #expect(try line("F(4x2,3x3)", of: plan).contains(" measured 300.0 us, predicted "))
    #expect(try line("dense_turned", of: plan).contains(" measured 400.5 us, predicted "))
    #expect(try line("F(6x6,3x3)", of: plan).hasSuffix(", not accurate enough for standard"))
    #expect(try !line("F(4x4,3x3)", of: plan).contains(" measured 4"))
  }

  // MARK: - Measuring

  @Test func alternativesAreAllThatIsWeighed() throws {
    func names(_ accuracy: Accuracy) throws -> [String] {
      let planner = Planner(threads: 1, accuracy: accuracy)
      let plans = try Self.layer.alternatives(for: Self.shape, with: planner)
      #expect(
        try plans.first?.wayName == Self.layer.plan(for: Self.shape, with: planner).wayName)
      #expect(Set(plans.map(\.wayName)).count == plans.count)
      return plans.map(\.wayName)
    }
    let forms = ["F(2x2,3x3)", "F(2x4,3x3)", "F(4x2,3x3)", "F(4x4,3x3)"]
    let exact = try names(.exactOrder)
    #expect(exact.contains("dense_turned") && exact.contains("general"))
    #expect(!exact.contains { $0.hasPrefix("F(") })
    #expect(try names(.standard).sorted() == (forms + exact).sorted())
    #expect(try names(.fast).filter { $0.hasPrefix("F(") }.count == 9)
  }

  /// The layers of the lists but the largest: what is recorded is found again, for each of a layer's ways, also after a way
  /// through text.
  @Test(arguments: LayerLists.names.filter { $0 != "zoo" }, Layout.allCases)
  func whatIsRecordedIsChosen(list: String, layout: Layout) throws {
    for descriptor in try LayerLists.layers(list) {
      let layer = try descriptor.layer()
      let shape = descriptor.inputShape(in: layout)
      var planner = Planner(threads: 1)
      let plans = try layer.alternatives(for: shape, layout: layout, with: planner)
      for fastest in plans {
        let times = MeasuredTimes()
        times[plans[0]] = Dictionary(
          uniqueKeysWithValues: plans.map {
            ($0.wayName, $0.wayName == fastest.wayName ? 3e3 : 5e3)
          })
        let read = try MeasuredTimes(times.text)
        #expect(read.text == times.text)
        for times in [times, read] {
          planner.measuredTimes = times
          let plan = try layer.plan(for: shape, layout: layout, with: planner)
          #expect(plan.wayName == fastest.wayName, "\(times.text)")
          #expect(plan.description.contains("measured 3.0 us"), "\(plan)")
        }
      }
    }
  }

  /// Every layer of all lists is known again by its text.
  @Test(arguments: LayerLists.names)
  func layersComeBack(list: String) throws {
    for descriptor in try LayerLists.layers(list) {
      for layout in Layout.allCases {
        for set in InstructionSet.allCases {
          let text = "\(descriptor.text.prefix { $0 != "n" }) \(layout) \(set) general=1.0us"
          let times = try MeasuredTimes(text)
          #expect(times.all.count == 1)
          #expect(try MeasuredTimes(times.text).all == times.all, "\(text)\n\(times.text)")
        }
      }
    }
  }

  /// What could not be read again is not written.
  @Test func timesThatNoRunTakesHaveNoText() throws {
    let times = MeasuredTimes()
    let plan = try plan()
    times[plan] = ["general": 1e300, "planar": .nan, "pointwise": -1, "dense_turned": 1e15]
    let text = "mb1_ic64ih60_oc64oh60_kh3 nchw \(Self.isa) dense_turned=1000000000000.0us\n"
    #expect(times.text == text)
    #expect(try MeasuredTimes(text).text == text)
    times[plan] = ["general": .infinity]
    #expect(times.text == "")
  }

  /// A layer of an empty axis can be measured; no descriptor tells of it.
  @Test func layersOfNothingHaveNoText() throws {
    let plan = try Self.layer.plan(for: [1, 64, 0, 60])
    let times = MeasuredTimes()
    times[plan] = [plan.wayName: 1e9]
    #expect(times.text == "")
  }

  // MARK: - Files

  @Test func writingKeepsOtherLines() throws {
    try withFile { path in
      let text = """
        # By hand.

        mb1_ic32ih60_oc32oh60_kh3 nhwc avx2 general=7us  # why
        \(Self.line)
        mb1_ic16iw99_oc16ow99_kw2 nchw scalar F(3,2)=2.5us another_family2=8us

        """
      try text.write(toFile: path, atomically: true, encoding: .utf8)
      let times = try MeasuredTimes(file: path)
      try times.write(toFile: path, comment: "Not for a file that is there.")
      #expect(try String(contentsOfFile: path, encoding: .utf8) == text)

      times[try plan()] = ["dense_turned": 2e6]
      try times.write(toFile: path)
      let line = "mb1_ic64ih60_oc64oh60_kh3 nchw \(Self.isa) dense_turned=2000.0us"
      let updated = text.replacing(Self.line, with: line)
      #expect(try String(contentsOfFile: path, encoding: .utf8) == updated)

      // Times that know nothing of the file's layers leave them.
      let other = MeasuredTimes()
      let thin = try Self.layer.plan(for: [1, 64, 6, 60])
      other[thin] = ["general": 4500, "F(4x4,3x3)": 1500, "dense_turned": 3000]
      try other.write(toFile: path)
      let written = try String(contentsOfFile: path, encoding: .utf8)
      #expect(written.hasPrefix(updated))
      let last = try #require(written.split(separator: "\n").last)
      // The fastest first.
      #expect(
        last == "mb1_ic64ih6iw60_oc64oh6ow60_kh3kw3 nchw \(Self.isa) "
          + "F(4x4,3x3)=1.5us dense_turned=3.0us general=4.5us")
    }
  }

  @Test func aNewFileBeginsWithTheComment() throws {
    try withFile { path in
      try MeasuredTimes(Self.line).write(toFile: path, comment: "This machine.")
      #expect(
        try String(contentsOfFile: path, encoding: .utf8) == "# This machine.\n\(Self.line)\n")
    }
  }

  @Test func aFileIsReadAsItWasWritten() throws {
    try withFile { path in
      try "# A comment\r\n\n  \(Self.line)".write(toFile: path, atomically: true, encoding: .utf8)
      try MeasuredTimes().write(toFile: path)
      #expect(
        try String(contentsOfFile: path, encoding: .utf8) == "# A comment\n\n  \(Self.line)\n")
      #expect(try MeasuredTimes(file: path).all == MeasuredTimes(Self.line).all)
      try (Self.line + " dense_turned=1us").write(toFile: path, atomically: true, encoding: .utf8)
      expectError(.unsupportedFile, "\(path):1", ["dense_turned twice"]) {
        _ = try MeasuredTimes(file: path)
      }
      // What is no file of times is not written over.
      expectError(.unsupportedFile, "\(path):1", []) {
        try MeasuredTimes(Self.line).write(toFile: path)
      }
      try Data([0x66, 0xFF]).write(to: URL(filePath: path))
      expectError(.unsupportedFile, path, ["UTF-8"]) { _ = try MeasuredTimes(file: path) }
      #expect(try Data(contentsOf: URL(filePath: path)) == Data([0x66, 0xFF]))
    }
    expectError(.inputOutput, "/missing/times", []) {
      _ = try MeasuredTimes(file: "/missing/times")
    }
    expectError(.inputOutput, "/missing/times", []) {
      try MeasuredTimes().write(toFile: "/missing/times")
    }
  }

  @Test(arguments: [
    ("ic64", ["1 word", "a descriptor, a layout"]),
    ("mb1_ic64ih60_oc64oh60_kh3 nchw avx2 # general=1us", ["3 words", "general=1330.0us"]),
    ("mb1_ic64ih60_oc64oh60 nchw avx2 general=1us", ["without kh", "the kernel's extent"]),
    ("mb1_ic64ih60_oc64_kx3 nchw avx2 general=1us", ["unknown key \"kx\""]),
    ("mb1_ic64ih60_oc64_kh3 chwn avx2 general=1us", ["\"chwn\"", "layout", "nchw or nhwc"]),
    ("mb1_ic64ih60_oc64_kh3 nchw sse general=1us", ["\"sse\"", "scalar, avx2, avx512"]),
    ("mb1_ic64ih60_oc64_kh3 nchw avx2 dense-turned=1us", ["\"dense-turned\"", "F(2x2,3x3)"]),
    ("mb1_ic64ih60_oc64_kh3 nchw avx2 =1us", ["\"\"", "a kernel family"]),
    ("mb1_ic64ih60_oc64_kh3 nchw avx2 F(4x4,5x5)=1us", ["\"F(4x4,5x5)\"", "F(2x2,3x3)"]),
    ("mb1_ic64ih60_oc64_kh3 nchw avx2 F(4,3x3)=1us", ["\"F(4,3x3)\"", "F(2x2,3x3)"]),
    ("mb1_ic64ih60_oc64_kh3 nchw avx2 F(4x0,3x3)=1us", ["\"F(4x0,3x3)\""]),
    ("mb1_ic64ih60_oc64_kh3 nchw avx2 F(4xa,3x3)=1us", ["\"F(4xa,3x3)\""]),
    ("mb1_ic64ih60_oc64_kh3 nchw avx2 F(,3x3)=1us", ["\"F(,3x3)\""]),
    ("mb1_ic64iw60_oc64_kw3 nchw avx2 F(2x2,3x3)=1us", ["\"F(2x2,3x3)\"", "F(2,3)"]),
    ("mb1_ic64ih60_oc64_kh3 nchw avx2 general", ["\"general\"", "general=1330.0us"]),
    ("mb1_ic64ih60_oc64_kh3 nchw avx2 general=1ms", ["\"general=1ms\"", "general=1330.0us"]),
    ("mb1_ic64ih60_oc64_kh3 nchw avx2 general=-1us", ["\"general=-1us\""]),
    ("mb1_ic64ih60_oc64_kh3 nchw avx2 general=nanus", ["\"general=nanus\""]),
    ("mb1_ic64ih60_oc64_kh3 nchw avx2 general=1e306us", ["\"general=1e306us\""]),
    ("mb1_ic64ih60_oc64_kh3 nchw avx2 general=1330777777777777.0us", ["11 days"]),
    ("mb1_ic64ih60_oc64_kh3 nchw avx2 general=1us general=2us", ["general twice"]),
    ("mb2_ic16iw9_oc16ow9_kw3 nhwc avx2 general=1us", ["the layer of line 2", "each layer once"]),
  ])
  func whatIsWrongIsSaid(line: String, mentions: [String]) {
    let text = "# times\nmb1_ic16iw9_oc16_kw3pw1 nhwc avx2 general=1us\n\(line)\n"
    expectError(.unsupportedFile, "line 3", mentions) { _ = try MeasuredTimes(text) }
  }

  /// Runs `body` with the path of a file that is not there, and removes it.
  private func withFile(_ body: (String) throws -> Void) throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).txt")
      .path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try body(path)
  }
}
