@_spi(Tools) import Convolution
import ConvolutionFiles
import ConvolutionOptions

/// The ways to compute layers, timed.
///
/// On one image and one thread: a choice must not depend on the batch or the number of threads, which never change a
/// bit of a result. The ways of a layer take turns in rounds, so that a noisy moment falls on all alike, and the fastest
/// run of each counts.
struct Tuning {
  let planner: Planner
  let rounds: Int
  /// The planner's own times, taken as they are.
  private let known: MeasuredTimes
  /// Whether ways that the cost model expects to be slow are timed as well.
  let timesSlowWays: Bool
  /// A file to keep the times in, written after each layer.
  let file: String?

  /// How long a way runs each round, and at least twice: the first run warms the caches.
  private static let roundTime = Duration.milliseconds(10)
  /// A way this many times slower than the fastest is not worth more time.
  private static let slow = 4.0
  /// Of a layer that takes all other ways some milliseconds, the exact one is not worth a run.
  private static let mostExactOperations = 1e8

  init(_ planner: Planner, rounds: Int, timesSlowWays: Bool, file: String?) {
    known = planner.measuredTimes
    var planner = planner
    planner.threads = 1
    planner.effort = .estimate
    planner.measuredTimes = MeasuredTimes()
    self.planner = planner
    self.rounds = rounds
    self.timesSlowWays = timesSlowWays
    self.file = file
  }

  /// Times layers one after another.
  func tune(_ layers: [LayerLine]) throws -> [TunedLayer] {
    var progress = ProgressBar(steps: layers.count * rounds)
    defer { progress.clear() }
    let buffers = SharedBuffers()
    return try layers.mapByName { line in
      try tune(line, buffers: buffers) { progress.step(line.name) }
    }
  }

  private func tune(
    _ line: LayerLine, buffers: SharedBuffers, beginRound: () -> Void
  ) throws -> TunedLayer {
    let plans = try BenchmarkLayer(line).alternatives(planner)
    var times = known[plans[0]]
    let unknown = plans.filter {
      times[$0.wayName] == nil && isWorthwhile($0, fastest: plans[0].predictedTime)
    }
    for round in 0..<rounds {
      beginRound()
      for plan in unknown {
        let limit = Self.slow * (times.values.min() ?? .infinity)
        if round > 0, times[plan.wayName]! > limit { continue }
        try buffers.reserve(for: plan)
        let time = try fastestRun(plan, limit: limit, buffers: buffers)
        times[plan.wayName] = min(times[plan.wayName] ?? .infinity, time)
      }
    }
    if let file {
      let measured = MeasuredTimes()
      measured[plans[0]] = times
      try measured.write(
        toFile: file,
        comment:
          "What each way to compute a layer took: one image, one thread, \(Machine.processorName).")
    }
    let ways = plans.compactMap { plan in
      times[plan.wayName].map { TimedWay(plan, time: $0) }
    }
    return TunedLayer(
      line: line, ways: ways.sorted { $0.time < $1.time },
      skipped: plans.map(\.wayName).filter { times[$0] == nil }, modelChoice: plans[0].wayName)
  }

  private func isWorthwhile(_ plan: Plan, fastest: Double) -> Bool {
    guard timesSlowWays else { return plan.predictedTime <= Self.slow * fastest }
    return plan.algorithm != .general || plan.floatingPointOperations <= Self.mostExactOperations
  }

  /// Nanoseconds. A long run beyond `limit` is not repeated.
  private func fastestRun(
    _ plan: Plan, limit: Double, buffers: SharedBuffers
  ) throws -> Double {
    var (fastest, total, runs) = (Double.infinity, Duration.zero, 0)
    while total < Self.roundTime || (runs < 2 && fastest <= limit) {
      let time = try buffers.time(plan)
      fastest = min(fastest, time / .nanoseconds(1))
      total += time
      runs += 1
    }
    return fastest
  }
}

/// What a layer's ways took.
struct TunedLayer {
  let line: LayerLine
  /// The fastest first.
  var ways: [TimedWay]
  /// Ways that were not timed.
  let skipped: [String]
  /// The way that a planner without measured times takes.
  let modelChoice: String

  var name: String { "\(line.name) \(line.layout)" }

  /// How many times as long as the fastest way another one takes.
  func slowdown(of way: TimedWay) -> Double { way.time / ways[0].time }
}

/// A way to compute a layer, and what it took.
struct TimedWay {
  let name, family: String
  let form: WinogradForm?
  /// Of each of ``CostModel/terms``.
  let work: [Double]
  /// Nanoseconds.
  let time: Double

  init(_ plan: Plan, time: Double) {
    name = plan.wayName
    family = plan.kernel
    form = plan.winograd
    work = plan.work
    self.time = time
  }

  /// What it takes by a cost model's row.
  func time(_ row: [Double]) -> Double { zip(row, work).reduce(0) { $0 + $1.0 * $1.1 } }
}
