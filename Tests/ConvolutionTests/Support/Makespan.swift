import CConvolution
import ConvolutionFiles

@testable import Convolution

/// A plan's tasks on as many cores as it was made for: how long the busiest works, in cycles of a multiply-add unit.
struct Makespan {
  /// The work of all tasks, were they one, by each core.
  let ideal: Double
  let longest: Double

  var efficiency: Double { ideal / longest }

  init(_ layer: LayerDescriptor, _ plan: Plan) {
    let tile = Tile(layer, plan)
    let tasks = plan.tasks
    let costs = (0..<plan.inputShape[0]).flatMap { _ in tasks.map(tile.cost) }
    let whole = conv_task(
      first_panel: 0, end_panel: tasks.map(\.end_panel).max()!, first: (0, 0, 0),
      end: (
        tasks.map(\.end.0).max()!, tasks.map(\.end.1).max()!, tasks.map(\.end.2).max()!
      ))
    ideal = tile.cost(whole) * Double(plan.inputShape[0]) / Double(plan.threads)
    longest = Self.simulate(costs, threads: plan.threads)
  }

  /// Every thread has its share of the tasks, one after the other; one that has finished takes from the next.
  private static func simulate(_ costs: [Double], threads: Int) -> Double {
    var next = (0..<threads).map { costs.count * $0 / threads }
    let ends = (1...threads).map { costs.count * $0 / threads }
    var clock = Array(repeating: 0.0, count: threads)
    for _ in costs {
      let worker = clock.firstIndex(of: clock.min()!)!
      var share = worker
      while next[share] == ends[share] { share = (share + 1) % threads }
      clock[worker] += costs[next[share]]
      next[share] += 1
    }
    return clock.max()!
  }
}

/// What register tiles of pixels by output channels cost, a vector running over channels. A core has two multiply-add
/// units, and a sum follows on itself after four cycles: fewer than eight sums take as long as eight.
private struct Tile {
  let lanes, pixels, channels, outputChannels: Int
  /// To find a tile's samples, but where no tap is outside and all tiles lie in one row.
  let lookUps: Double
  /// Multiply-adds of a sum.
  let depth: Double

  init(_ layer: LayerDescriptor, _ plan: Plan) {
    let way = plan.way
    lanes = Int(way.kernel.entry.pointee.lanes)
    pixels = Int(way.grain.tile_pixels)
    channels = Int(way.grain.tile_channels)
    outputChannels = layer.outputChannels
    let hasWholeRows = layer.stride.allSatisfy { $0 == 1 } || layer.output.last! % pixels == 0
    lookUps = layer.kernel.allSatisfy { $0 == 1 } && hasWholeRows ? 0 : 500
    depth = Double(layer.kernel.reduce(1, *) * layer.inputChannels / layer.groups)
  }

  func cost(_ task: conv_task) -> Double {
    let tiles = (task.pixels + pixels - 1) / pixels
    var cost = lookUps * Double(tiles)
    for index in 0..<tiles {
      let present = (index + 1) * task.pixels / tiles - index * task.pixels / tiles
      for panel in Int(task.first_panel)..<Int(task.end_panel) {
        let width = min(channels, outputChannels - panel * channels)
        let sums = present * ((width + lanes - 1) / lanes)
        cost += Double(max(sums, 8)) * depth
      }
    }
    return cost
  }
}

extension Plan {
  var tasks: [conv_task] { Array(pass.tasks.buffer) }
}

extension conv_task {
  var panels: Int { Int(end_panel - first_panel) }

  var pixels: Int {
    Int((end.0 - first.0) * (end.1 - first.1) * (end.2 - first.2))
  }
}
