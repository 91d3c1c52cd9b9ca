import CConvolution

@testable import Convolution

/// A plan's tasks on as many cores as it was made for: how long the busiest works, in cycles of a multiply-add unit.
struct Makespan {
  /// The work of all tasks, were they one, by each core.
  let ideal: Double
  let longest: Double

  var efficiency: Double { ideal / longest }

  init(_ layer: LayerDescriptor, _ plan: Plan) {
    let tile = Tile(layer, plan)
    let tasks = Array(plan.resolved.tasks!.buffer)
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

/// What register tiles cost. A core has two multiply-add units, and a sum follows on itself after four cycles: fewer
/// than eight sums take as long as eight.
private struct Tile {
  let lanes, pixels, channels, outputChannels: Int
  /// Multiply-adds of a sum.
  let depth: Double
  let isLanesOfPixels: Bool
  /// Turning a pixel's samples, where that is done.
  let turning: Double

  init(_ layer: LayerDescriptor, _ plan: Plan) {
    lanes = plan.instructionSet.lanes
    pixels = plan.explanation.tilePixels
    channels = plan.explanation.tileChannels
    outputChannels = layer.outputChannels
    depth = Double(layer.kernel.reduce(1, *) * layer.inputChannels / layer.groups)
    isLanesOfPixels = plan.kernel == "dense_channels_first"
    turning =
      plan.kernel == "dense_transposed"
      ? 1.4 * Double(layer.inputChannels * layer.stride.reduce(1, *) + layer.outputChannels) : 0
  }

  func cost(_ task: conv_task) -> Double {
    let extents = [
      task.end.0 - task.first.0, task.end.1 - task.first.1, task.end.2 - task.first.2,
    ]
    let count = Int(extents.reduce(1, *))
    let tiles = (count + pixels - 1) / pixels
    var cost = 500 * Double(tiles) + turning * Double(count)
    for index in 0..<tiles {
      let present = (index + 1) * count / tiles - index * count / tiles
      for panel in Int(task.first_panel)..<Int(task.end_panel) {
        let panels = (outputChannels + channels - 1) / channels
        let sums: Int
        if isLanesOfPixels {
          let width = (panel + 1) * outputChannels / panels - panel * outputChannels / panels
          sums = width * ((present + lanes - 1) / lanes)
        } else {
          let width = min(channels, outputChannels - panel * channels)
          sums = present * ((width + lanes - 1) / lanes)
        }
        cost += Double(max(sums, 8)) * depth
      }
    }
    return cost
  }
}
