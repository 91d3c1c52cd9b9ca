import Testing

@_spi(Tools) @testable import Convolution
@testable import LayerCases

/// How a planner chooses: by what was measured, or by what its cost model predicts; and what it says of it.
struct ChoiceTests {
  private static let layer = try! Conv2D(weights: Tensor(shape: [16, 16, 3, 3]), padding: .same)

  private static func shape(_ layout: Layout, images: Int = 1) -> [Int] {
    arrange(shape: [images, 16, 21, 22], in: layout)
  }

  private static func plan(
    _ planner: Planner, _ layout: Layout, images: Int = 1, region: [Range<Int>]? = nil
  ) throws -> Plan {
    try layer.plan(
      for: shape(layout, images: images), layout: layout, with: planner, region: region)
  }

  /// What the layer's times are known by.
  private static func key(_ layout: Layout) throws -> MeasuredLayer {
    MeasuredLayer(
      try layer.geometry(for: shape(layout), layout: layout), on: Machine.instructionSet)
  }

  // MARK: - Weights that change

  /// Winograd's weights are several times as many: they are worth packing for images enough.
  @Test(arguments: Layout.allCases)
  func packingCountsWhereWeightsChange(layout: Layout) throws {
    let layer = try Conv2D(weights: Tensor(shape: [256, 256, 3, 3]), padding: .same)
    let shape = arrange(shape: [1, 256, 14, 14], in: layout)
    func plan(images: Int?, _ times: MeasuredTimes = MeasuredTimes()) throws -> Plan {
      try layer.plan(
        for: shape, layout: layout,
        with: Planner(imagesPerWeightUpdate: images, measuredTimes: times))
    }
    let free = try plan(images: nil)
    #expect(free.winograd != nil, "the test shows nothing")
    #expect(!free.description.contains("to pack"))
    #expect(try plan(images: 1_000_000).wayName == free.wayName)
    let once = try plan(images: 1)
    #expect(once.packedBytes < free.packedBytes)
    #expect(once.description.contains("an image to pack"))
    #expect(try plan(images: 0).wayName == once.wayName)
    // As it does where times were measured.
    let times = MeasuredTimes()
    times.record(
      [free.wayName: 1000, once.wayName: 2000],
      of: MeasuredLayer(
        try layer.geometry(for: shape, layout: layout), on: Machine.instructionSet))
    #expect(try plan(images: nil, times).wayName == free.wayName)
    #expect(try plan(images: 1, times).wayName == once.wayName)
  }

  /// The phases of a transposed layer, and so the gradient by the input.
  @Test func packingCountsInPhases() throws {
    let layer = try TransposedConv2D(weights: Tensor(shape: [256, 256, 3, 3]), padding: .same)
    let packed = try [nil, 1].map {
      try layer.plan(for: [1, 256, 14, 14], with: Planner(imagesPerWeightUpdate: $0)).packedBytes
    }
    #expect(packed[1] < packed[0])
  }

  // MARK: - Measured times

  @Test(arguments: Layout.allCases)
  func recordedTimesDecide(layout: Layout) throws {
    let planner = Planner(accuracy: .fast)
    let ways = try Self.layer.alternatives(
      for: Self.shape(layout), layout: layout, with: planner
    ).map(\.wayName)
    #expect(ways.count > 9)
    for fastest in ways {
      planner.measuredTimes.record(
        Dictionary(uniqueKeysWithValues: ways.map { ($0, $0 == fastest ? 3000 : 5000) }),
        of: try Self.key(layout))
      for threads in [1, 2, 32] {
        for images in [0, 1, 8] {
          var planner = planner
          planner.threads = threads
          let plan = try Self.plan(planner, layout, images: images)
          #expect(plan.wayName == fastest)
          #expect(plan.description.contains("measured to be fastest"))
          #expect(plan.description.contains("measured 3.0 us"))
        }
      }
    }
  }

  /// A way whose time is known is taken before one that is only predicted; one that is not allowed is not.
  @Test func knownTimesComeBeforePredictedOnes() throws {
    let planner = Planner()
    let predicted = try Self.plan(planner, .channelsLast).wayName
    let other = try #require(
      try Self.layer.alternatives(for: Self.shape(.channelsLast), layout: .channelsLast)
        .map(\.wayName).first { $0 != predicted })
    let key = try Self.key(.channelsLast)
    planner.measuredTimes.record([other: 1e12], of: key)
    #expect(try Self.plan(planner, .channelsLast).wayName == other)
    planner.measuredTimes.record(["F(6x6,3x3)": 1], of: key)
    #expect(try Self.plan(planner, .channelsLast).wayName == predicted)
  }

  // MARK: - Effort

  @Test(arguments: Layout.allCases)
  func aPlannerThatMeasuresTakesTheFastest(layout: Layout) throws {
    let planner = Planner(threads: 2, accuracy: .fast, effort: .measure)
    let key = try Self.key(layout)
    #expect(planner.measuredTimes.times(of: key).isEmpty)
    let first = try Self.plan(planner, layout, images: 2)
    let known = planner.measuredTimes.times(of: key)
    #expect(!known.isEmpty && known.values.allSatisfy { $0.isFinite && $0 > 0 })
    let ways = try Self.layer.alternatives(
      for: Self.shape(layout), layout: layout, with: planner
    ).map(\.wayName)
    #expect(Set(known.keys).isSubset(of: ways))
    #expect(known[first.wayName] == known.values.min())
    #expect(first.description.contains("measured to be fastest"))
    // What is known is not measured again, whatever the batch, the threads and the region.
    for plan in try [
      Self.plan(planner, layout), Self.plan(planner, layout, images: 8),
      Self.plan(planner, layout, region: [3..<4, 0..<0]),
      Self.plan(
        Planner(threads: 1, accuracy: .fast, measuredTimes: planner.measuredTimes), layout),
    ] { #expect(plan.wayName == first.wayName) }
    #expect(planner.measuredTimes.times(of: key) == known)
    // Copies of a planner share what they know.
    let slowest = try #require(known.max { $0.value < $1.value }).key
    planner.measuredTimes.record([slowest: 1], of: key)
    #expect(try Self.plan(planner, layout).wayName == slowest)
  }

  /// However fast something else is said to be.
  @Test func measuringKeepsToWhatIsAllowed() throws {
    let planner = Planner(
      accuracy: .exactOrder, effort: .measure, costModel: Self.model(favouring: "winograd"))
    #expect(try Self.plan(planner, .channelsLast).winograd == nil)
    let known = planner.measuredTimes.times(of: try Self.key(.channelsLast))
    #expect(!known.isEmpty && known.keys.allSatisfy { !$0.hasPrefix("F(") })
  }

  @Test func nothingToMeasureIsNoMistake() throws {
    let planner = Planner(effort: .measure)
    #expect(try Self.layer(Tensor(shape: [1, 16, 0, 22]), with: planner).count == 0)
    #expect(planner.measuredTimes.all.isEmpty)
    #expect(try Self.layer(Tensor(shape: [0, 16, 21, 22]), with: planner).count == 0)
    #expect(planner.measuredTimes.all.count == 1)
    let infinite = try Conv2D(
      weights: Tensor(repeating: .infinity, shape: [16, 16, 3, 3]), padding: .same)
    #expect(try infinite.plan(for: [1, 16, 9, 9], with: planner).algorithm == .general)
  }

  // MARK: - Prediction

  /// A model by which one family costs next to nothing.
  private static func model(favouring family: String) -> CostModel {
    CostModel(
      machine: "made up", instructionSet: Machine.instructionSet, caches: Machine.caches,
      coefficients: [family: CostModel.terms.map { _ in 1e-3 }],
      team: CostModel.Team(pair: 0, doubling: 0, lag: 0))
  }

  @Test(arguments: Layout.allCases)
  func theLeastPredictedTimeIsTaken(layout: Layout) throws {
    let families = Set(
      try Self.layer.alternatives(for: Self.shape(layout), layout: layout).map(\.kernel))
    #expect(families.count > 2)
    for family in families {
      let planner = Planner(costModel: Self.model(favouring: family))
      #expect(try Self.plan(planner, layout).kernel == family)
    }
  }

  // MARK: - What is said

  @Test(arguments: Layout.allCases, Accuracy.allCases)
  func aPlanListsEveryWay(layout: Layout, accuracy: Accuracy) throws {
    let plan = try Self.plan(Planner(accuracy: accuracy), layout)
    let lines = plan.description.split(separator: "\n").map(String.init)
    let heading = try #require(lines.firstIndex { $0.hasPrefix("ways") })
    let ways = lines[(heading + 1)...].map { $0.drop { $0 == " " } }
    func line(_ way: String) -> Substring? { ways.first { $0.hasPrefix(way + " ") } }

    // Whatever the accuracy.
    let all = try Self.layer.alternatives(
      for: Self.shape(layout), layout: layout, with: Planner(accuracy: .fast))
    let families = Kernel.families(upTo: Machine.instructionSet).map(\.family)
    let others = Set(families).subtracting(all.map(\.kernel))
    #expect(ways.count == all.count + others.count)
    for family in others {
      #expect(line(family)?.contains("not for a layer that has ") == true, "\(family)")
    }
    for other in all {
      let text = try #require(line(other.wayName), "\(other.wayName)")
      #expect(text.contains("predicted ") && text.contains(" us"))
      let isAllowed = other.winograd.map(accuracy.allows) ?? true
      #expect(text.contains("not accurate enough for \(accuracy)") == !isAllowed)
      // Where it lost, why.
      #expect(
        text.dropFirst(other.wayName.count).contains(",") == (other.wayName != plan.wayName),
        "\(text)")
    }
    #expect(lines.contains { $0.hasPrefix("algorithm") && $0.hasSuffix("predicted to be fastest") })
  }
}
