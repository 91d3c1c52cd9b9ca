import ConvolutionFiles
import LayerCases
import Testing

@_spi(Tools) @testable import Convolution

/// What the caller allows is kept: how sums may be ordered, and how much memory transformed weights may take.
struct AccuracyTests {
  private static let layers = try! LayerLists.names.filter { $0 != "profile" }
    .flatMap(LayerLists.layers)

  @Test(arguments: Layout.allCases)
  func exactOrderIsNeverWinograd(layout: Layout) throws {
    for layer in Self.layers {
      let plan = try layer.plan(
        layout: layout, with: Planner(threads: 2, accuracy: .exactOrder))
      #expect(plan.winograd == nil && plan.algorithm != .winograd, "\(layer.text)")
    }
  }

  @Test(arguments: Layout.allCases)
  func standardHasAtMostSixPointsAndIsTheDefault(layout: Layout) throws {
    var forms: Set<WinogradForm?> = []
    for layer in Self.layers {
      let plan = try layer.plan(layout: layout, with: Planner(threads: 2))
      #expect(plan.winograd?.points.allSatisfy { $0 <= 6 } ?? true, "\(layer.text)")
      forms.insert(plan.winograd)
    }
    #expect(forms.count > 2)
    let layer = try Conv2D(weights: Tensor(shape: [64, 64, 3, 3]), padding: .same)
    let plan = try layer.plan(for: [1, 64, 60, 60])
    #expect(plan.winograd?.points == [6, 6])
    #expect(Planner().accuracy == .standard)
    let fast = try layer.plan(
      for: [1, 64, 60, 60], with: Planner(accuracy: .fast, costModel: .arithmetic))
    #expect(fast.winograd?.points == [8, 8])
  }

  /// Without a cap, up to what direct summation takes, and for every amount between.
  @Test func packedWeightsStayUnderTheirCap() throws {
    let layer = try Conv2D(weights: Tensor(shape: [64, 64, 3, 3]), padding: .same)
    func plan(_ bytes: Int?) throws -> Plan {
      try layer.plan(
        for: [1, 64, 60, 60],
        with: Planner(accuracy: .fast, maximumPackedBytes: bytes, costModel: .arithmetic))
    }
    let exact = Planner(accuracy: .exactOrder)
    let direct = try layer.plan(for: [1, 64, 60, 60], with: exact).packedBytes
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
    for descriptor in try LayerLists.layers(list) {
      let layer = try descriptor.layer()
      var shape = descriptor.inputShape(in: layout)
      let ways = try [(1, 1), (2, 1), (32, 1), (1, 8), (32, 8)].map { threads, images in
        shape[0] = images
        return try layer.plan(for: shape, layout: layout, with: Planner(threads: threads)).wayName
      }
      #expect(Set(ways).count == 1, "\(descriptor.text): \(ways)")
    }
    let layer = try Conv2D(weights: Tensor(shape: [64, 64, 3, 3]), padding: .same)
    func plan(images: Int, region: [Range<Int>]? = nil) throws -> Plan {
      try layer.plan(
        for: layout == .channelsFirst ? [images, 64, 21, 30] : [images, 21, 30, 64],
        layout: layout, region: region)
    }
    let one = try plan(images: 1)
    #expect(one.winograd != nil)
    for images in [0, 1, 8, 50] { #expect(try plan(images: images).wayName == one.wayName) }
    #expect(try plan(images: 1, region: [1..<2, 3..<5]).wayName == one.wayName)
    #expect(try plan(images: 1, region: [1..<1, 3..<5]).wayName == one.wayName)
  }

  @Test func aPlannerIsItsSettings() throws {
    let layer = try Conv2D(weights: Tensor(shape: [32, 32, 3, 3]), padding: .same)
    let planner = Planner(
      threads: 1, accuracy: .fast, algorithm: .winograd, instructionSet: .scalar,
      maximumPackedBytes: 36 * 32 * 32 * 4)
    let plan = try layer.plan(for: [1, 60, 60, 32], layout: .channelsLast, with: planner)
    #expect(plan.threads == 1 && plan.instructionSet == .scalar)
    #expect(plan.winograd?.points == [6, 6])
    let exact = Planner(accuracy: .exactOrder)
    #expect(try layer.plan(for: [1, 32, 60, 60], with: exact).winograd == nil)
  }

  /// One channel a group is all transforms.
  @Test(arguments: Layout.allCases)
  func depthwiseLayersAreSummedDirectly(layout: Layout) throws {
    let layer = try Conv2D(
      weights: Tensor(shape: [64, 1, 3, 3]), groups: 64, padding: .same)
    let shape = layout == .channelsFirst ? [1, 64, 60, 60] : [1, 60, 60, 64]
    #expect(try layer.plan(for: shape, layout: layout).winograd == nil)
    // But may be asked for.
    let winograd = Planner(algorithm: .winograd)
    #expect(try layer.plan(for: shape, layout: layout, with: winograd).winograd != nil)
  }
}
