import Foundation
import Testing

@testable import Convolution

/// Measured times choose how a layer is computed, where they know it and as far as the caller allows.
struct MeasuredTimesTests {
  private static let isa = Machine.instructionSet.rawValue
  /// Of a layer of 64 channels, 3x3, on 60x60: the model would take F(4x4, 3x3), or F(6x6, 3x3) where it may.
  private static let line =
    "mb1_ic64ih60_oc64oh60_kh3 nchw \(isa) "
    + "F(6x6,3x3)=100.0us F(2x2,3x3)=200.0us F(4x2,3x3)=300.0us direct=400.5us"
  private static let layer = try! Conv2D(weights: Tensor(shape: [64, 64, 3, 3]), padding: .same)

  private func plan(
    _ text: String = Self.line, accuracy: Accuracy = .standard, algorithm: Algorithm = .automatic,
    maximumPackedBytes: Int? = nil, images: Int = 1
  ) throws -> Plan {
    try Planner(
      accuracy: accuracy, algorithm: algorithm, maximumPackedBytes: maximumPackedBytes,
      measuredTimes: MeasuredTimes(text)
    ).plan(Self.layer, for: [images, 64, 60, 60])
  }

  // MARK: - What is chosen

  @Test func theFastestWayThatIsAllowedIsTaken() throws {
    #expect(try plan(accuracy: .fast).winograd?.tile == [6, 6])
    #expect(try plan().winograd?.tile == [2, 2])
    #expect(try plan(accuracy: .exactOrder).winograd == nil)
    #expect(try plan(algorithm: .direct).winograd == nil)
    let direct = Self.line.replacing("direct=400.5us", with: "direct=1us")
    #expect(try plan(direct).winograd == nil)
    #expect(try plan(direct, algorithm: .winograd).winograd?.tile == [2, 2])
    let bytes = try plan().packedBytes
    #expect(try plan(accuracy: .fast, maximumPackedBytes: bytes).winograd?.tile == [2, 2])
    #expect(try plan(maximumPackedBytes: bytes - 1).winograd == nil)
  }

  /// Times of nothing that is allowed leave the choice as it would be without them.
  @Test func elsewhereTheModelChooses() throws {
    let free = try plan("")
    #expect(free.winograd?.tile == [4, 4])
    let large = "mb1_ic64ih60_oc64oh60_kh3 nchw \(Self.isa) F(6x6,3x3)=1us"
    #expect(try plan(large).description == free.description)
    let isa = InstructionSet.allCases.first { $0 != Machine.instructionSet }!
    for (word, other) in [
      ("nchw", "nhwc"), (Self.isa, isa.rawValue), ("ic64", "ic32"), ("oc64", "oc32"),
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
    #expect(try plan(text).winograd?.tile == [2, 2])
  }

  @Test(arguments: [Border.zeros, .constant(2), .reflect, .circular])
  func borderDoesNotMatter(border: Border) throws {
    let layer = try Conv2D(
      weights: Tensor(shape: [64, 64, 3, 3]), padding: .same, border: .all(border))
    let planner = Planner(measuredTimes: try MeasuredTimes(Self.line))
    #expect(try planner.plan(layer, for: [1, 64, 60, 60]).winograd?.tile == [2, 2])
  }

  @Test func threadsBatchAndRegionDoNotChangeTheChoice() throws {
    for threads in [1, 2, 32] {
      for images in [0, 1, 50] {
        for region in [nil, [1..<2, 3..<5], [1..<1, 3..<5]] {
          let planner = Planner(threads: threads, measuredTimes: try MeasuredTimes(Self.line))
          let plan = try planner.plan(Self.layer, for: [images, 64, 60, 60], region: region)
          #expect(plan.winograd?.tile == [2, 2])
        }
      }
    }
  }

  /// Infinite weights are not transformed, whatever was measured.
  @Test func theLayersOwnRulesStay() throws {
    let weights = try Tensor(repeating: .infinity, shape: [64, 64, 3, 3])
    let layer = try Conv2D(weights: weights, padding: .same)
    let planner = Planner(measuredTimes: try MeasuredTimes(Self.line))
    #expect(try planner.plan(layer, for: [1, 64, 60, 60]).algorithm == .general)
  }

  @Test func aPlanSaysWhatWasMeasured() throws {
    #expect(
      try plan().description.contains(
        "winograd F(2x2, 3x3): measured 200.0 us, F(4x2, 3x3) 300.0 us, direct 400.5 us\n"))
    let direct = Self.line.replacing("direct=400.5us", with: "direct=1us")
    #expect(try plan(direct).description.contains("direct: measured 1.0 us, F(2x2, 3x3) 200.0 us"))
  }

  // MARK: - Measuring

  @Test func alternativesAreAllThatIsWeighed() throws {
    let plans = try Planner(threads: 1).alternatives(Self.layer, for: [1, 64, 60, 60])
    let forms = ["F(2x2, 3x3)", "F(2x4, 3x3)", "F(4x2, 3x3)", "F(4x4, 3x3)", "direct"]
    #expect(plans.map { $0.winograd?.description ?? $0.algorithm.rawValue }.sorted() == forms)
    let fast = try Planner(accuracy: .fast).alternatives(Self.layer, for: [1, 64, 60, 60])
    #expect(fast.count == 10)
    let exact = try Planner(accuracy: .exactOrder).alternatives(Self.layer, for: [1, 64, 60, 60])
    #expect(exact.map(\.algorithm) == [.direct])
  }

  /// Every layer of the lists: what is recorded is found again, for each of its ways, also after a way through text.
  @Test(arguments: LayerLists.names, Layout.allCases)
  func whatIsRecordedIsChosen(list: String, layout: Layout) throws {
    for descriptor in try LayerLists.layers(list) {
      switch descriptor.rank {
      case 1: try expectRecorded(Conv1D.self, descriptor, layout)
      case 2: try expectRecorded(Conv2D.self, descriptor, layout)
      default: try expectRecorded(Conv3D.self, descriptor, layout)
      }
    }
  }

  private func expectRecorded<let rank: Int>(
    _: ConvolutionLayer<rank>.Type, _ descriptor: LayerDescriptor, _ layout: Layout
  ) throws {
    let layer = try ConvolutionLayer<rank>(
      weights: Tensor(shape: descriptor.weightShape), stride: .each(descriptor.stride),
      dilation: .each(descriptor.dilation), groups: descriptor.groups,
      padding: .explicit(descriptor.pads))
    var planner = Planner(threads: 1)
    let shape = descriptor.inputShape(in: layout)
    let plans = try planner.alternatives(layer, for: shape, layout: layout)
    for fastest in plans {
      var times = MeasuredTimes()
      try times.record(
        plans.map { (plan: $0, time: .microseconds($0.winograd == fastest.winograd ? 3 : 5)) })
      let read = try MeasuredTimes(times.description)
      #expect(read.description == times.description)
      for times in [times, read] {
        planner.measuredTimes = times
        let plan = try planner.plan(layer, for: shape, layout: layout)
        #expect(plan.winograd == fastest.winograd, "\(times)")
        #expect(plan.description.contains("measured 3.0 us") == (plans.count > 1), "\(plan)")
      }
    }
  }

  @Test func recordingKeepsOtherLines() throws {
    let text = """
      # By hand.

      mb1_ic32ih60_oc32oh60_kh3 nhwc avx2 direct=7us  # why
      \(Self.line)
      mb1_ic16iw99_oc16ow99_kw2 nchw scalar F(3,2)=2.5us direct=8us

      """
    var times = try MeasuredTimes(text)
    #expect(times.description == text)
    let plans = try Planner().alternatives(Self.layer, for: [1, 64, 60, 60])
    try times.record(plans.filter { $0.winograd == nil }.map { (plan: $0, time: .milliseconds(2)) })
    let line = "mb1_ic64ih60_oc64oh60_kh3 nchw \(Self.isa) direct=2000.0us"
    #expect(times.description == text.replacing(Self.line, with: line))
    let other = try Planner().alternatives(Self.layer, for: [1, 64, 6, 60])
    try times.record(
      zip(other, 1...).map { (plan: $0, time: .nanoseconds(1500 * (10 - $1))) })
    let last = try #require(times.description.split(separator: "\n").last)
    #expect(last.hasPrefix("mb1_ic64ih6iw60_oc64oh6ow60_kh3kw3 nchw \(Self.isa) "))
    #expect(last.split(separator: "=").count == other.count + 1)
    #expect(last.contains("=7.5us ") && last.hasSuffix("=13.5us"))
  }

  @Test func whatCannotBeRecorded() throws {
    var times = MeasuredTimes()
    let plans = try [60, 61].map { try Self.layer.plan(for: [1, 64, 60, $0]) }
    expectError(.shapeMismatch, "runs", ["ih60iw61", "ih60_oc64oh60"]) {
      try times.record(plans.map { (plan: $0, time: .seconds(1)) })
    }
    let empty = try Self.layer.plan(for: [1, 64, 0, 60])
    expectError(.nonPositiveSize, "runs", ["[0, 60]"]) {
      try times.record([(plan: empty, time: .seconds(1))])
    }
    #expect(times.description == "")
  }

  // MARK: - Files

  @Test func aFileIsReadAsItWasWritten() throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).txt")
      .path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let text = "# A comment\r\n\n  \(Self.line)"
    try MeasuredTimes(text).write(toFile: path)
    let times = try MeasuredTimes(file: path)
    #expect(times.description == "# A comment\n\n  \(Self.line)\n")
    try (Self.line + " direct=1us").write(toFile: path, atomically: true, encoding: .utf8)
    expectError(.unsupportedFile, "\(path):1", ["direct twice"]) {
      _ = try MeasuredTimes(file: path)
    }
    try Data([0x66, 0xFF]).write(to: URL(filePath: path))
    expectError(.unsupportedFile, path, ["UTF-8"]) { _ = try MeasuredTimes(file: path) }
    expectError(.inputOutput, "/missing/times", []) {
      _ = try MeasuredTimes(file: "/missing/times")
    }
    expectError(.inputOutput, "/missing/times", []) {
      try MeasuredTimes().write(toFile: "/missing/times")
    }
  }

  @Test(arguments: [
    ("ic64", ["1 word", "a descriptor, a layout"]),
    ("mb1_ic64ih60_oc64oh60_kh3 nchw avx2 # direct=1us", ["3 words", "direct=1330.0us"]),
    ("mb1_ic64ih60_oc64oh60 nchw avx2 direct=1us", ["without kh", "the kernel's extent"]),
    ("mb1_ic64ih60_oc64_kx3 nchw avx2 direct=1us", ["unknown key \"kx\""]),
    ("mb1_ic64ih60_oc64_kh3 chwn avx2 direct=1us", ["\"chwn\"", "layout", "nchw or nhwc"]),
    ("mb1_ic64ih60_oc64_kh3 nchw sse direct=1us", ["\"sse\"", "scalar, avx2, avx512"]),
    ("mb1_ic64ih60_oc64_kh3 nchw avx2 fft=1us", ["\"fft\"", "direct, F(2x2,3x3), F(4x2,3x3)"]),
    ("mb1_ic64ih60_oc64_kh3 nchw avx2 F(4x4,5x5)=1us", ["\"F(4x4,5x5)\"", "F(6x6,3x3)"]),
    ("mb1_ic64ih60_oc64_kh7 nchw avx2 F(2x2,7x7)=1us", ["\"F(2x2,7x7)\"", "one of direct"]),
    ("mb1_ic64ih60_oc64_kh3 nchw avx2 direct", ["\"direct\"", "direct=1330.0us"]),
    ("mb1_ic64ih60_oc64_kh3 nchw avx2 direct=1ms", ["\"direct=1ms\"", "direct=1330.0us"]),
    ("mb1_ic64ih60_oc64_kh3 nchw avx2 direct=-1us", ["\"direct=-1us\""]),
    ("mb1_ic64ih60_oc64_kh3 nchw avx2 direct=nanus", ["\"direct=nanus\""]),
    ("mb1_ic64ih60_oc64_kh3 nchw avx2 direct=1us direct=2us", ["direct twice"]),
    ("mb2_ic16iw9_oc16ow9_kw3 nhwc avx2 direct=1us", ["the layer of line 2", "each layer once"]),
  ])
  func whatIsWrongIsSaid(line: String, mentions: [String]) {
    let text = "# times\nmb1_ic16iw9_oc16_kw3pw1 nhwc avx2 direct=1us\n\(line)\n"
    expectError(.unsupportedFile, "line 3", mentions) { _ = try MeasuredTimes(text) }
  }
}
