import Convolution
import Foundation

/// Every way to compute each layer, timed for planners to choose by.
///
/// On one image and one thread: a choice must not depend on the batch or the number of threads, which never change a
/// bit of a result. The ways of a layer take turns in rounds, so that a noisy moment falls on all alike, and the fastest
/// run of each counts.
enum Tuning {
  /// How long a way runs each round, and at least so often.
  private static let roundTime = Duration.milliseconds(20)

  /// Times layers one after another, and updates the file at `path` after each of them.
  static func tune(
    _ layers: [LayerLine], planner: Planner, rounds: Int, file path: String
  ) throws -> [TunedLayer] {
    var times = try MeasuredTimes(
      """
      # What each way to compute a layer took: one image, one thread, \(Machine.processorName).

      """)
    if FileManager.default.fileExists(atPath: path) { times = try MeasuredTimes(file: path) }
    var planner = planner
    planner.threads = 1
    var progress = ProgressBar(steps: layers.count * rounds)
    var buffers = SharedBuffers()
    var tuned: [TunedLayer] = []
    for line in layers {
      do {
        let (chosen, plans) = try BenchmarkLayer(line).alternatives(planner)
        var best = Array(repeating: Duration.seconds(Int.max), count: plans.count)
        // One way alone needs no time.
        for _ in 0..<rounds {
          progress.step(line.name)
          for (index, plan) in plans.enumerated() where plans.count > 1 {
            try buffers.reserve(for: plan)
            best[index] = min(best[index], try fastestRun(plan, buffers: buffers))
          }
        }
        let runs = Array(zip(plans, best))
        if runs.count > 1 {
          try times.record(runs.map { (plan: $0.0, time: $0.1) })
          try times.write(toFile: path)
        }
        tuned.append(
          TunedLayer(line: line, ways: runs.map { ($0.way, $1) }, modelChoice: chosen.way))
      } catch {
        progress.clear()
        throw Failure("\(line.name): \(error)")
      }
    }
    progress.clear()
    return tuned
  }

  private static func fastestRun(
    _ plan: Plan, buffers: borrowing SharedBuffers
  ) throws -> Duration {
    _ = try buffers.time(plan)
    var (fastest, total) = (try buffers.time(plan), Duration.zero)
    while total < roundTime {
      let time = try buffers.time(plan)
      fastest = min(fastest, time)
      total += time
    }
    return fastest
  }
}

/// What a layer's ways took.
struct TunedLayer {
  let line: LayerLine
  /// The fastest first.
  let ways: [(name: String, time: Duration)]
  /// Which way a planner without measured times takes, and how long that took.
  let model: (name: String, time: Duration)

  init(line: LayerLine, ways: [(name: String, time: Duration)], modelChoice: String) {
    self.line = line
    self.ways = ways.sorted { $0.time < $1.time }
    model = ways.first { $0.name == modelChoice }!
  }

  /// How many times as long as the fastest way the model's choice takes; 1 where there is no choice.
  var slowdown: Double { ways.count > 1 ? model.time / ways[0].time : 1 }
}

extension Plan {
  /// `F(4x4, 3x3)`, or `direct`.
  var way: String { winograd?.description ?? algorithm.rawValue }
}
