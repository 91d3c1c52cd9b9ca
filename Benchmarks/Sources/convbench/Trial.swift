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
  /// Where a step of training is timed, not the output alone.
  private let training: TrainingStep?
  private(set) var rounds: [Round] = []

  /// The runs of one round, and the peak measured beside them: a shared machine's speed changes from round to round.
  struct Round {
    let times: [Duration]
    let peakGFLOPS: Double
  }

  private static let roundTime = Duration.milliseconds(60)
  private static let peakTime = Duration.milliseconds(4)

  init(_ line: LayerLine, planner: Planner, buffers: SharedBuffers, trains: Bool) throws {
    self.line = line
    let layer = try BenchmarkLayer(line)
    let clock = ContinuousClock()
    // The first plan of a layer packs the weights.
    let packAndPlanTime = try clock.measure { _ = try layer.plan(planner) }
    let start = clock.now
    plan = try layer.plan(planner)
    planTime = clock.now - start
    packTime = max(packAndPlanTime - planTime, .zero)
    training = trains ? try TrainingStep(layer, planner: planner) : nil
    threads = planner.threads ?? Machine.coreCount
    try buffers.reserve(for: plan)
    firstRunTime = try buffers.time(plan)

    let reference = Reference(
      descriptor: line.descriptor, activation: line.options.activation, weights: layer.weights,
      bias: layer.bias, plan: plan)
    maxRelativeError = reference.maxRelativeError(of: buffers.output, for: buffers.input)
  }

  /// Runs for one round's time, at least once, after a run that warms the caches, between two measurements of the peak.
  mutating func runRound(buffers: SharedBuffers) throws {
    func peak() -> Double {
      MachineBenchmarks.fmaPeak(plan.instructionSet, threads: threads, time: Self.peakTime)
    }
    let before = peak()
    _ = try time(buffers)
    var times: [Duration] = []
    var total = Duration.zero
    while total < Self.roundTime {
      let time = try time(buffers)
      times.append(time)
      total += time
    }
    rounds.append(Round(times: times, peakGFLOPS: (before + peak()) / 2))
  }

  private func time(_ buffers: SharedBuffers) throws -> Duration {
    try training?.time() ?? buffers.time(plan)
  }

  /// Of what is timed; the gradients by input and weights are as many as the output.
  var floatingPointOperations: Double {
    plan.floatingPointOperations * (training == nil ? 1 : 3)
  }
}
