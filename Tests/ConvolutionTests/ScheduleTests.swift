import CConvolution
import Testing

@testable import Convolution

/// What a team of any size makes of ResNet-50, one image, channels-last, summed directly: the model of a core, `Makespan`,
/// knows register tiles of pixels.
struct ScheduleTests {
  @Test(arguments: InstructionSet.available, [2, 8])
  func fewThreadsShareTheWorkEvenly(set: InstructionSet, threads: Int) throws {
    for layer in try LayerLists.layers("resnet50") {
      let plan = try layer.plan(
        layout: .channelsLast, threads: threads, accuracy: .exactOrder, instructionSet: set)
      #expect(plan.threads == threads)
      let efficiency = Makespan(layer, plan).efficiency
      #expect(efficiency >= 0.9, "\(layer.text) on \(set), \(threads) threads")
    }
  }

  @Test(arguments: InstructionSet.available)
  func thirtyTwoThreadsShareTheWorkEvenlyWhereItCanBeCut(set: InstructionSet) throws {
    for layer in try LayerLists.layers("resnet50") {
      let plan = try layer.plan(
        layout: .channelsLast, threads: 32, accuracy: .exactOrder, instructionSet: set)
      #expect(plan.threads == 32)
      let efficiency = Makespan(layer, plan).efficiency
      #expect(
        efficiency >= 0.9 || plan.smallestTasks < 4 * 32, "\(layer.text) on \(set): \(efficiency)")
    }
  }

  /// With AVX-512, 7 x 7 pixels and 512 output channels are 16 panels by 7 rows of half a tile each: 3.5 for each of
  /// 32 threads, of which some compute 4.
  @Test(.enabled(if: InstructionSet.available.contains(.avx512)))
  func layersThatThirtyTwoThreadsCannotShareEvenly() throws {
    let uneven = try LayerLists.layers("resnet50").filter { layer in
      let plan = try layer.plan(
        layout: .channelsLast, threads: 32, accuracy: .exactOrder, instructionSet: .avx512)
      return Makespan(layer, plan).efficiency < 0.9
    }
    #expect(uneven.map(\.name) == ["res5a-3x3-stride2", "res5-3x3", "res5-reduce"])
  }

  @Test func moreThreadsAreNeverSlower() throws {
    for layer in try LayerLists.layers("resnet50") {
      let spans = try [8, 32, 128].map { threads in
        let plan = try layer.plan(
          layout: .channelsLast, threads: threads, accuracy: .exactOrder)
        return Makespan(layer, plan).longest
      }
      #expect(spans[0] >= spans[1] && spans[1] >= spans[2], "\(layer.text): \(spans)")
    }
  }

  @Test(arguments: Layout.allCases, Accuracy.allCases)
  func tasksCoverTheOutputOnce(layout: Layout, accuracy: Accuracy) throws {
    for layer in try LayerLists.layers("resnet50") + LayerLists.layers("three-dimensional") {
      let plan = try layer.plan(layout: layout, threads: 128, accuracy: accuracy)
      let volume = plan.tasks.reduce(0) { $0 + $1.panels * $1.pixels }
      #expect(volume == plan.explanation.panels * layer.output.reduce(1, *), "\(layer.text)")
    }
  }

  /// A tile that two tasks share would be computed twice.
  @Test(arguments: LayerLists.names)
  func tasksOfWinogradShareNoTile(list: String) throws {
    for layer in try LayerLists.layers(list) {
      let plan = try layer.plan(layout: .channelsLast, threads: 16, accuracy: .fast)
      guard let form = plan.winograd else { continue }
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
    #expect(try layer.plan(layout: layout, threads: 2, accuracy: .standard).threads == 1)
  }

  /// Scratch memory is a thread's own and stays in its second-level cache, whatever the size of the layer. Rows of packed
  /// weights are filled up to whole vectors; Winograd has its points in place of taps. There is no other memory.
  @Test(arguments: LayerLists.names, [Accuracy.exactOrder, .standard])
  func memoryIsTheCacheAndThePackedWeights(list: String, accuracy: Accuracy) throws {
    let cache = max(Int(conv_private_cache_bytes()), 1024 * 1024)
    for layer in try LayerLists.layers(list) {
      for layout in Layout.allCases {
        let plan = try layer.plan(layout: layout, threads: 2, accuracy: accuracy)
        #expect(plan.workspaceBytes <= plan.threads * cache, "\(layer.text) \(layout)")

        let lanes = plan.instructionSet.lanes
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
        let most = groups * filled(layer.outputChannels / groups) * weights
        #expect(plan.packedBytes <= most * MemoryLayout<Float>.stride, "\(layer.text) \(layout)")
      }
    }
  }
}

extension Plan {
  fileprivate var tasks: [conv_task] { Array(resolved.tasks!.buffer) }

  /// Tasks if every panel and every part of a row that fills half a tile were one.
  fileprivate var smallestTasks: Int {
    let width = outputShape[outputShape.count - 2]
    let rows = outputShape.dropFirst().dropLast(2).reduce(1, *)
    return explanation.panels * rows * max(width / max(explanation.tilePixels / 2, 4), 1)
  }
}

extension conv_task {
  fileprivate var panels: Int { Int(end_panel - first_panel) }

  fileprivate var pixels: Int {
    Int((end.0 - first.0) * (end.1 - first.1) * (end.2 - first.2))
  }
}
