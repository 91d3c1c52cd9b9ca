import CConvolution
import Foundation
import TestSupport
import Testing

@_spi(Tools) @testable import Convolution
@testable import LayerCases

/// Every kernel of the C table by itself, with all that it reads and writes against inaccessible pages, on whatever it
/// says that it takes.
struct KernelTableTests {
  /// Layers of every kind that there are kernels for.
  private static let layers: [LayerCase] = (4000..<4060).flatMap { seed in
    let drawn = LayerCase.random(seed: seed, work: 30_000)
    let depthwise = drawn.depthwise(seed: seed)
    var zeroColumns = depthwise
    zeroColumns.border[drawn.rank - 1] = .zeros
    return [drawn, depthwise, zeroColumns, drawn.pointwise(seed: seed)]
      + [seed, seed + 60].map { LayerCase.randomWinograd(seed: $0, work: 30_000) }
  }
  private static let references = layers.map(Reference.init)

  @Test(arguments: Kernel.available)
  func kernelsStayWithinTheirMemoryAndComputeTheReference(kernel: Kernel) throws {
    var taken: Set<Int> = []
    for (index, layerCase) in Self.layers.enumerated() {
      for layout in Layout.allCases {
        for side in GuardedSide.allCases {
          let run = try GuardedRun(layerCase, layout: layout, side: side)
          run.forEachWay(of: kernel) { way in
            taken.insert(index)
            for order in [WeightOrder.outputInputKernel, .kernelInputOutput] {
              let error = Self.references[index].relativeError(run.run(way, weightOrder: order))
              #expect(
                error <= Reference.bound(of: way.winograd),
                "\(way.name) \(layerCase) \(layout) \(order), guard \(side)")
            }
          }
        }
      }
    }
    #expect(taken.count >= 60, "it takes \(taken.count) layers only")
  }

  // MARK: - What kernels say of themselves

  @Test func everyFamilyHasAScalarKernelFirst() {
    #expect(!Kernel.all.isEmpty)
    for (family, kernels) in Dictionary(grouping: Kernel.all, by: \.family) {
      let sets = kernels.map(\.instructionSet)
      #expect(sets.first == .scalar, "\(family)")
      #expect(zip(sets, sets.dropFirst()).allSatisfy { $0 < $1 }, "\(family): \(sets)")
      #expect(Set(kernels.map(\.algorithm)).count == 1, "\(family)")
    }
    // Family by family.
    let families = Kernel.all.map(\.family)
    let begun = zip(families, [""] + families).filter { $0 != $1 }
    #expect(begun.count == Set(families).count)
    for set in InstructionSet.allCases {
      let widest = Kernel.families(upTo: set)
      #expect(widest.count == Set(families).count)
      for kernel in widest {
        let sets = Kernel.all.filter { $0.family == kernel.family }.map(\.instructionSet)
        #expect(kernel.instructionSet == sets.last { $0 <= set })
      }
    }
  }

  @Test(arguments: Kernel.all)
  func anEntryNamesWhatUsersAskFor(kernel: Kernel) {
    #expect(!kernel.family.isEmpty && !kernel.family.contains { $0.isWhitespace })
    #expect(Algorithm.allCases.contains(kernel.algorithm) && kernel.algorithm != .automatic)
    #expect(kernel.entry.pointee.lanes > 0)
  }

  @Test(arguments: Kernel.available)
  func anObstacleIsAClause(kernel: Kernel) throws {
    var clauses: Set<String> = []
    for layerCase in Self.layers {
      for layout in Layout.allCases {
        let run = try GuardedRun(layerCase, layout: layout, side: .after)
        for isFinite in [true, false] {
          if let clause = run.obstacle(of: kernel, hasFiniteWeights: isFinite) {
            clauses.insert(clause)
          }
        }
      }
    }
    for clause in clauses {
      #expect(!clause.isEmpty && clause == clause.trimmingCharacters(in: .whitespacesAndNewlines))
      #expect(clause.first?.isUppercase == false && !clause.hasSuffix("."), "\(clause)")
    }
  }

  @Test(arguments: Kernel.available)
  func formsAndSizesAreUsable(kernel: Kernel) throws {
    try forEachWay(of: kernel) { layerCase, ways in
      #expect(ways.count <= Int(CONV_MOST_FORMS))
      #expect(Set(ways.map(\.identity)).count == ways.count, "\(layerCase)")
      for way in ways {
        let grain = way.grain
        let sizes = [
          grain.outputs.0, grain.outputs.1, grain.outputs.2, grain.least_of_row,
          grain.tile_pixels, grain.tile_channels,
        ]
        #expect(sizes.allSatisfy { $0 > 0 }, "\(way.name) \(layerCase): \(sizes)")
        #expect(way.panelCount > 0 && way.packedBytes > 0)
      }
    }
  }

  @Test(arguments: Kernel.available)
  func workIsCounted(kernel: Kernel) throws {
    try forEachWay(of: kernel) { layerCase, ways in
      for way in ways {
        let counts = way.work(.fromZero(way.ends)).counts
        #expect(counts.allSatisfy { $0.isFinite && $0 >= 0 }, "\(way.name) \(layerCase): \(counts)")
        #expect(counts[Int(CONV_TASKS.rawValue)] == 1)
        let isEmpty = way.ends.contains(0)
        #expect(counts.count { $0 > 0 } > (isEmpty ? 0 : 3), "\(way.name) \(layerCase): \(counts)")
      }
    }
  }

  /// Twice the panels, planes or rows are no less to do, and take no less time; but a larger task may meet more bytes in a
  /// cache, and have tiles of another size, with fewer look-ups.
  @Test(arguments: Kernel.available)
  func workGrowsWithTheTask(kernel: Kernel) throws {
    let row = CostModel.closest(to: kernel.instructionSet, Machine.caches).row(for: kernel)
    try forEachWay(of: kernel, LayerCase.large) { layerCase, ways in
      for way in ways {
        let grain = way.grain
        let units = [1, grain.outputs.0, grain.outputs.1]
        for (direction, unit) in units.enumerated() {
          var (once, twice) = (way.ends, way.ends)
          once[direction] = way.ends[direction] / (2 * unit) * unit
          twice[direction] = 2 * once[direction]
          guard once[direction] > 0 else { continue }
          let works = [once, twice].map { way.work(.fromZero($0)) }
          let name: Comment = """
            \(once) and \(twice), \(way.name) \(way.problem.layout == CONV_CHANNELS_FIRST ? "nchw" : "nhwc") \(layerCase)
            """
          for (term, (less, more)) in zip(CostModel.terms, zip(works[0].counts, works[1].counts))
          where !term.hasSuffix("bytes") && term != "lookups" {
            #expect(more >= less * (1 - 1e-9), "\(term): \(less) and \(more) of \(name)")
          }
          #expect(works[1].time(row) >= works[0].time(row), name)
        }
      }
    }
  }

  @Test(arguments: Kernel.available)
  func packedWeightsAreThoseOfEveryInputSize(kernel: Kernel) throws {
    for layerCase in Self.layers {
      var larger = layerCase
      for axis in 0..<layerCase.rank { larger.inputShape[2 + axis] += 3 + axis }
      var random = SplitMix64(seed: 1)
      larger.x = random.floats(larger.inputShape.reduce(1, *))
      larger.residual = nil
      for layout in Layout.allCases {
        let one = try GuardedRun(layerCase, layout: layout, side: .before)
        let other = try GuardedRun(larger, layout: layout, side: .after)
        one.forEachWay(of: kernel) { way in
          other.forEachWay(of: kernel) { same in
            guard same.identity == way.identity else { return }
            #expect(way.panelCount == same.panelCount && way.packedBytes == same.packedBytes)
            let (packed, other) = (one.pack(way), other.pack(same))
            #expect(
              memcmp(packed.bytes.baseAddress!, other.bytes.baseAddress!, way.packedBytes) == 0,
              "\(way.name) \(layerCase) \(layout)")
          }
        }
      }
    }
  }

  /// Calls `body` with the ways of each layer, in both layouts, that a kernel takes.
  private func forEachWay(
    of kernel: Kernel, _ layers: [LayerCase] = layers, _ body: (LayerCase, [Way]) -> Void
  ) throws {
    for layerCase in layers {
      for layout in Layout.allCases {
        let run = try GuardedRun(layerCase, layout: layout, side: .after)
        var ways: [Way] = []
        run.forEachWay(of: kernel) { ways.append($0) }
        withExtendedLifetime(run) { body(layerCase, ways) }
      }
    }
  }

  // MARK: - Threads

  /// Of more tasks than that.
  @Test(arguments: Kernel.available)
  func moreThreadsThanThereMayBeComputeTheSame(kernel: Kernel) throws {
    var random = SplitMix64(seed: 1)
    let layerCase = LayerCase(
      inputShape: [6000, 1, 2, 3], weightShape: [5, 1, 1, 1], stride: [1, 1], dilation: [1, 1],
      border: [.zeros, .zeros], x: [], w: [], bias: []
    ).filled(&random)
    for layout in Layout.allCases {
      let run = try GuardedRun(layerCase, layout: layout, side: .after)
      run.forEachWay(of: kernel) { way in
        expectSame(run.run(way, threads: 5000), run.run(way), "\(layout)")
      }
    }
  }
}

extension Way {
  /// All panels, and the output's depth, height and width.
  fileprivate var ends: [Int32] {
    let axes = problem.axis
    return [Int32(panelCount), axes.0.output, axes.1.output, axes.2.output]
  }
}

extension conv_task {
  /// The panels and the outputs before `ends`: of panels, depth, height, width.
  fileprivate static func fromZero(_ ends: [Int32]) -> conv_task {
    conv_task(
      first_panel: 0, end_panel: ends[0], first: (0, 0, 0), end: (ends[1], ends[2], ends[3]))
  }
}
