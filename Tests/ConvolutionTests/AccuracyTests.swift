import Testing

@testable import Convolution

/// What the caller allows is kept: how sums may be ordered, and how much memory transformed weights may take.
struct AccuracyTests {
  private static let layers = try! LayerLists.names.filter { $0 != "profile" }
    .flatMap(LayerLists.layers)

  @Test(arguments: Layout.allCases)
  func exactOrderIsNeverWinograd(layout: Layout) throws {
    for layer in Self.layers {
      let plan = try layer.plan(layout: layout, threads: 2, accuracy: .exactOrder)
      #expect(plan.winograd == nil && plan.algorithm != .winograd, "\(layer.text)")
    }
  }

  @Test(arguments: Layout.allCases)
  func standardHasAtMostSixPointsAndIsTheDefault(layout: Layout) throws {
    var forms: Set<WinogradForm?> = []
    for layer in Self.layers {
      let plan = try layer.plan(layout: layout, threads: 2, accuracy: .standard)
      #expect(plan.winograd?.points.allSatisfy { $0 <= 6 } ?? true, "\(layer.text)")
      forms.insert(plan.winograd)
    }
    #expect(forms.count > 2)
    let layer = try Conv2D(weights: Tensor(shape: [64, 64, 3, 3]), padding: .same)
    let plan = try layer.plan(for: [1, 64, 60, 60])
    #expect(plan.winograd?.points == [6, 6])
    #expect(Planner().accuracy == .standard)
    #expect(try layer.plan(for: [1, 64, 60, 60], accuracy: .fast).winograd?.points == [8, 8])
  }

  /// Without a cap, up to what direct summation takes, and for every amount between.
  @Test func packedWeightsStayUnderTheirCap() throws {
    let layer = try Conv2D(weights: Tensor(shape: [64, 64, 3, 3]), padding: .same)
    func plan(_ bytes: Int?) throws -> Plan {
      try layer.plan(for: [1, 64, 60, 60], accuracy: .fast, maximumPackedBytes: bytes)
    }
    let direct = try layer.plan(for: [1, 64, 60, 60], accuracy: .exactOrder).packedBytes
    let free = try plan(nil)
    #expect(free.packedBytes == 64 * 64 * 64 * 4)
    #expect(try plan(free.packedBytes).winograd == free.winograd)
    var forms: Set<WinogradForm?> = []
    for bytes in stride(from: free.packedBytes - 1, to: 0, by: -20_000) {
      let capped = try plan(bytes)
      forms.insert(capped.winograd)
      #expect(capped.winograd == nil || capped.packedBytes <= bytes)
    }
    #expect(forms.count > 3)
    #expect(try plan(0).winograd == nil)
    #expect(try plan(0).packedBytes == direct)
  }

  /// Every plan of the layer lists, with all other settings as they come.
  @Test(arguments: LayerLists.names, Layout.allCases)
  func threadsBatchAndRegionDoNotChangeTheChoice(list: String, layout: Layout) throws {
    for layer in try LayerLists.layers(list) {
      let one = try layer.plan(layout: layout, threads: 1, accuracy: .standard)
      for threads in [2, 32] {
        let plan = try layer.plan(layout: layout, threads: threads, accuracy: .standard)
        #expect(plan.winograd == one.winograd && plan.kernel == one.kernel, "\(layer.text)")
      }
    }
    let layer = try Conv2D(weights: Tensor(shape: [64, 64, 3, 3]), padding: .same)
    func plan(images: Int, region: [Range<Int>]? = nil) throws -> Plan {
      try layer.plan(
        for: layout == .channelsFirst ? [images, 64, 21, 30] : [images, 21, 30, 64],
        layout: layout, region: region)
    }
    let one = try plan(images: 1)
    #expect(one.winograd != nil)
    #expect(try plan(images: 0).winograd == one.winograd)
    #expect(try plan(images: 50).winograd == one.winograd)
    #expect(try plan(images: 1, region: [1..<2, 3..<5]).winograd == one.winograd)
    #expect(try plan(images: 1, region: [1..<1, 3..<5]).winograd == one.winograd)
  }

  @Test func aPlannerIsItsSettings() throws {
    let layer = try Conv2D(weights: Tensor(shape: [32, 32, 3, 3]), padding: .same)
    let planner = Planner(
      threads: 1, accuracy: .fast, algorithm: .winograd, instructionSet: .scalar,
      maximumPackedBytes: 36 * 32 * 32 * 4)
    let plan = try planner.plan(layer, for: [1, 60, 60, 32], layout: .channelsLast)
    #expect(plan.threads == 1 && plan.instructionSet == .scalar)
    #expect(plan.winograd?.points == [6, 6])
    #expect(try Planner(accuracy: .exactOrder).plan(layer, for: [1, 32, 60, 60]).winograd == nil)
  }

  @Test func aPlanSaysWhatItTakesAndWhy() throws {
    let layer = try Conv2D(weights: Tensor(shape: [64, 64, 3, 3]), padding: .same)
    let plan = try layer.plan(for: [1, 64, 60, 60])
    let lines = plan.description.split(separator: "\n").map(String.init)
    let algorithm = try #require(lines.first { $0.hasPrefix("algorithm") })
    #expect(algorithm.contains("winograd F(4x4, 3x3): expected "))
    #expect(algorithm.contains(" us, direct "))
    // Sorted: the chosen one first.
    let weighed = try #require(lines.first { $0.hasPrefix("weighed") })
    #expect(weighed.dropFirst(7).drop { $0 == " " }.hasPrefix("F(4x4, 3x3) "))
    for form in ["F(2x2, 3x3) ", "F(4x2, 3x3) ", "F(2x4, 3x3) ", "direct "] {
      #expect(weighed.contains(form))
    }
    let direct = try layer.plan(for: [1, 64, 60, 60], accuracy: .exactOrder)
    #expect(!direct.description.contains("F("))
    #expect(!direct.description.contains("weighed"))
  }

  /// Few channels a group are mostly transforms.
  @Test func fewChannelsAreSummedDirectly() throws {
    for (groups, inputs, outputs) in [(1, 3, 64), (1, 64, 3), (64, 64, 64), (32, 256, 256)] {
      let layer = try Conv2D(
        weights: Tensor(shape: [outputs, inputs / groups, 3, 3]), groups: groups, padding: .same)
      #expect(try layer.plan(for: [1, inputs, 60, 60]).winograd == nil)
      // But may be asked for.
      #expect(try layer.plan(for: [1, inputs, 60, 60], algorithm: .winograd).winograd != nil)
    }
  }
}
