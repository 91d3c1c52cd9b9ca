import CConvolution
import Testing

@testable import Convolution

/// What a team of any size makes of ResNet-50, one image, channels-last.
struct ScheduleTests {
  @Test(arguments: InstructionSet.available, [2, 8])
  func fewThreadsShareTheWorkEvenly(set: InstructionSet, threads: Int) throws {
    for layer in try LayerLists.layers("resnet50") {
      let plan = try layer.plan(layout: .channelsLast, threads: threads, instructionSet: set)
      #expect(plan.threads == threads)
      let efficiency = Makespan(layer, plan).efficiency
      #expect(efficiency >= 0.9, "\(layer.text) on \(set), \(threads) threads")
    }
  }

  @Test(arguments: InstructionSet.available)
  func thirtyTwoThreadsShareTheWorkEvenlyWhereItCanBeCut(set: InstructionSet) throws {
    for layer in try LayerLists.layers("resnet50") {
      let plan = try layer.plan(layout: .channelsLast, threads: 32, instructionSet: set)
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
      let plan = try layer.plan(layout: .channelsLast, threads: 32, instructionSet: .avx512)
      return Makespan(layer, plan).efficiency < 0.9
    }
    #expect(uneven.map(\.name) == ["res5a-3x3-stride2", "res5-3x3", "res5-reduce"])
  }

  @Test func moreThreadsAreNeverSlower() throws {
    for layer in try LayerLists.layers("resnet50") {
      let spans = try [8, 32, 128].map { threads in
        Makespan(layer, try layer.plan(layout: .channelsLast, threads: threads)).longest
      }
      #expect(spans[0] >= spans[1] && spans[1] >= spans[2], "\(layer.text): \(spans)")
    }
  }

  @Test(arguments: Layout.allCases)
  func tasksCoverTheOutputOnce(layout: Layout) throws {
    for layer in try LayerLists.layers("resnet50") + LayerLists.layers("three-dimensional") {
      let plan = try layer.plan(layout: layout, threads: 128)
      let volume = plan.tasks.reduce(0) { $0 + $1.panels * $1.pixels }
      #expect(volume == plan.explanation.panels * layer.output.reduce(1, *), "\(layer.text)")
    }
  }

  @Test(arguments: Layout.allCases)
  func aTinyLayerStaysOnOneThread(layout: Layout) throws {
    let layer = try LayerDescriptor("mb1ic8ih8oc8kh3ph1")
    #expect(try layer.plan(layout: layout, threads: 2).threads == 1)
  }

  /// Scratch memory is a thread's own and stays in its second-level cache, whatever the size of the layer. Rows of packed
  /// weights are filled up to whole vectors. There is no other memory.
  @Test(arguments: LayerLists.names)
  func memoryIsTheCacheAndThePackedWeights(list: String) throws {
    let cache = max(Int(conv_private_cache_bytes()), 1024 * 1024)
    for layer in try LayerLists.layers(list) {
      for layout in Layout.allCases {
        let plan = try layer.plan(layout: layout, threads: 2)
        #expect(plan.workspaceBytes <= plan.threads * cache, "\(layer.text) \(layout)")

        let lanes = plan.instructionSet.lanes
        let outputs =
          plan.algorithm == .depthwise ? layer.outputChannels : layer.outputChannels / layer.groups
        let filled = (outputs + lanes - 1) / lanes * lanes
        let weights = layer.weightShape.reduce(1, *) * MemoryLayout<Float>.stride
        #expect(plan.packedBytes <= weights / outputs * filled, "\(layer.text) \(layout)")
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
