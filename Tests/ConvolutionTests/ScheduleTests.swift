import ConvolutionFiles
import Testing

@_spi(Tools) @testable import Convolution
@testable import LayerCases

/// What a team of any size makes of ResNet-50, one image, channels-last, by register tiles of pixels: what the model of a
/// core, `Makespan`, knows.
struct ScheduleTests {
  private static func plan(
    _ descriptor: LayerDescriptor, threads: Int, _ set: InstructionSet = Machine.instructionSet
  ) throws -> Plan {
    let layer = try descriptor.layer()
    let shape = descriptor.inputShape(in: .channelsLast)
    // The same on every machine, and Makespan knows nothing of memory.
    var model = CostModel.closest(
      to: .avx2, Caches(level1: 32 << 10, level2: 512 << 10, level3: 32 << 20))
    model.coefficients = model.coefficients.mapValues { row in
      zip(CostModel.terms, row).map { $0.hasSuffix("bytes") ? 0 : $1 }
    }
    let planner = Planner(threads: threads, instructionSet: set, costModel: model)
    let geometry = try layer.geometry(for: shape, layout: .channelsLast)
    planner.measuredTimes.record(
      ["dense_channels_last": 1], of: MeasuredLayer(geometry, on: planner.resolvedInstructionSet))
    return try layer.plan(for: shape, layout: .channelsLast, with: planner)
  }

  @Test(arguments: InstructionSet.available, [2, 8])
  func fewThreadsShareTheWorkEvenly(set: InstructionSet, threads: Int) throws {
    for layer in try LayerLists.layers("resnet50") {
      let plan = try Self.plan(layer, threads: threads, set)
      #expect(plan.threads == threads)
      let efficiency = Makespan(layer, plan).efficiency
      #expect(efficiency >= 0.9, "\(layer.text) on \(set), \(threads) threads: \(plan)")
    }
  }

  /// AVX-512's tiles are so wide that half of one takes more than half the time: 14 rows of 8 panels are three and a half
  /// for each thread, of which some compute four, 7/8.
  @Test(arguments: InstructionSet.available)
  func thirtyTwoThreadsShareTheWorkEvenlyWhereItCanBeCut(set: InstructionSet) throws {
    let least = set == .avx512 ? 0.86 : 0.9
    for layer in try LayerLists.layers("resnet50") {
      let plan = try Self.plan(layer, threads: 32, set)
      #expect(plan.threads == 32)
      let efficiency = Makespan(layer, plan).efficiency
      #expect(
        efficiency >= least || plan.smallestTasks < 4 * 32,
        "\(layer.text) on \(set): \(efficiency), \(plan)")
    }
  }

  @Test func moreThreadsAreNeverSlower() throws {
    for layer in try LayerLists.layers("resnet50") {
      let spans = try [8, 32, 128].map {
        Makespan(layer, try Self.plan(layer, threads: $0)).longest
      }
      #expect(spans[0] >= spans[1] && spans[1] >= spans[2], "\(layer.text): \(spans)")
    }
  }

  /// Whichever way the layer is computed.
  @Test(arguments: Layout.allCases)
  func tasksCoverTheOutputOnce(layout: Layout) throws {
    for layer in try LayerLists.layers("resnet50") + LayerLists.layers("three-dimensional") {
      let plans = try layer.layer().alternatives(
        for: layer.inputShape(in: layout), layout: layout,
        with: Planner(threads: 128, accuracy: .fast))
      for plan in plans {
        let volume = plan.tasks.reduce(0) { $0 + $1.panels * $1.pixels }
        #expect(
          volume == plan.explanation.panels * layer.output.reduce(1, *),
          "\(layer.text) \(plan.wayName)")
      }
    }
  }

  /// A tile that two tasks share would be computed twice.
  @Test(arguments: LayerLists.names)
  func tasksOfWinogradShareNoTile(list: String) throws {
    let planner = Planner(threads: 16, accuracy: .fast, algorithm: .winograd)
    for layer in try LayerLists.layers(list) {
      guard let plan = try? layer.plan(layout: .channelsLast, with: planner) else { continue }
      let form = try #require(plan.winograd)
      let missing = Array(repeating: 1, count: 3 - layer.rank)
      let blocks = zip(missing + form.tile, missing + layer.dilation).map { $0 == 1 ? 1 : $0 * $1 }
      for task in plan.tasks {
        let begins = [task.first.0, task.first.1, task.first.2]
        #expect(
          zip(begins, blocks).allSatisfy { Int($0).isMultiple(of: $1) },
          "\(layer.text) \(form): a task begins at \(begins)")
      }
    }
  }

  @Test(arguments: Layout.allCases)
  func aTinyLayerStaysOnOneThread(layout: Layout) throws {
    let layer = try LayerDescriptor("mb1ic8ih8oc8kh3ph1")
    #expect(try layer.plan(layout: layout, with: Planner(threads: 2)).threads == 1)
  }

  /// Scratch memory is a thread's own and stays in its second-level cache, whatever the size of the layer; with Winograd
  /// in its share of the third, where many weights would pass by often else. Rows of packed weights are filled up to whole vectors; Winograd has its points in place of taps. There is no other memory.
  @Test(arguments: LayerLists.names, [Accuracy.exactOrder, .standard])
  func memoryIsTheCacheAndThePackedWeights(list: String, accuracy: Accuracy) throws {
    let cache = max(Machine.caches.level2, 1024 * 1024)
    for layer in try LayerLists.layers(list) {
      for layout in Layout.allCases {
        let plan = try layer.plan(
          layout: layout, with: Planner(threads: 2, accuracy: accuracy))
        let scratch = plan.winograd == nil ? cache : cache + Machine.caches.level3 / 4
        #expect(plan.workspaceBytes <= plan.threads * scratch, "\(layer.text) \(layout)")

        let lanes = Int(plan.way.kernel.entry.pointee.lanes)
        func filled(_ channels: Int) -> Int { (channels + lanes - 1) / lanes * lanes }
        let inputs = layer.inputChannels / layer.groups
        let groups = plan.algorithm == .depthwise ? 1 : layer.groups
        let weights: Int
        if let form = plan.winograd {
          let isDeep = layer.rank == 3 && layer.kernel[0] > 1
          weights =
            form.points.reduce(1, *) * (isDeep ? layer.kernel[0] * filled(inputs) : inputs)
        } else {
          weights = layer.kernel.reduce(1, *) * inputs
        }
        // Where several outputs of a group, or several groups, share a vector, its lanes are permuted, and a row says how.
        let permutes = plan.algorithm == .depthwise || plan.kernel == "grouped_channels_last"
        let lanesRows = permutes ? inputs : 0
        let most = groups * filled(layer.outputChannels / groups) * (weights + lanesRows)
        #expect(plan.packedBytes <= most * MemoryLayout<Float>.stride, "\(layer.text) \(layout)")
      }
    }
  }
}

extension Plan {
  /// Tasks if every panel and every part of a row that fills half a tile were one.
  fileprivate var smallestTasks: Int {
    let width = outputShape[outputShape.count - 2]
    let rows = outputShape.dropFirst().dropLast(2).reduce(1, *)
    let tile = Int(way.grain.tile_pixels)
    return explanation.panels * rows * max(width / max(tile / 2, 4), 1)
  }
}
