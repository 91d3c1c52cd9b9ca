import Convolution

/// A layer that is planned, checked and ready to be timed.
struct Trial {
  let line: LayerLine
  let plan: Plan
  private let threads: Int
  let planTime: Duration
  let packTime: Duration
  let firstRunTime: Duration
  let maxRelativeError: Double
  private(set) var rounds: [Round] = []

  /// The runs of one round, and the peak measured beside them: a shared machine's speed changes from round to round.
  struct Round {
    /// Sorted.
    let times: [Duration]
    let peakGFLOPS: Double
  }

  private static let roundTime = Duration.milliseconds(60)
  private static let peakSeconds = 0.004

  init(_ line: LayerLine, planner: Planner, buffers: inout SharedBuffers) throws {
    self.line = line
    let layer = try BenchmarkLayer(line)
    (plan, planTime, packTime) = try Self.plan(layer, planner)
    threads = planner.threads ?? Machine.coreCount
    try buffers.reserve(for: plan)
    firstRunTime = try buffers.time(plan)

    let reference = Reference(
      descriptor: line.descriptor, plan: plan, input: buffers.input(plan.inputShape.reduce(1, *)),
      weights: layer.weights.elements, bias: layer.bias.elements)
    maxRelativeError = reference.maxRelativeError(of: buffers.output(plan.outputShape.reduce(1, *)))
  }

  /// Runs for one round's time, at least once, after a run that warms the caches, between two measurements of the peak.
  mutating func runRound(buffers: borrowing SharedBuffers) throws {
    func peak() -> Double {
      Machine.measureFMAPeak(
        instructionSet: plan.instructionSet, threads: threads, seconds: Self.peakSeconds)
    }
    let before = peak()
    _ = try buffers.time(plan)
    var times: [Duration] = []
    var total = Duration.zero
    while total < Self.roundTime {
      let time = try buffers.time(plan)
      times.append(time)
      total += time
    }
    rounds.append(Round(times: times.sorted(), peakGFLOPS: (before + peak()) / 2))
  }

  /// The plan, the time to make it, and the time that the first plan of a layer takes longer: to pack the weights.
  private static func plan(
    _ layer: BenchmarkLayer, _ planner: Planner
  ) throws -> (Plan, planTime: Duration, packTime: Duration) {
    func timedPlan() throws -> (Plan, Duration) {
      let clock = ContinuousClock()
      let start = clock.now
      let plan = try layer.plan(planner)
      return (plan, clock.now - start)
    }
    let (_, packAndPlanTime) = try timedPlan()
    let (plan, planTime) = try timedPlan()
    return (plan, planTime, max(packAndPlanTime - planTime, .zero))
  }
}
