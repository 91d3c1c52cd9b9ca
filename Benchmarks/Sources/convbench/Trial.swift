import Convolution

/// How all layers of a run are planned.
struct Setting {
  let threads: Int
  let instructionSet: InstructionSet
  let accuracy: Accuracy
  let algorithm: Algorithm
}

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

  init(_ line: LayerLine, setting: Setting, buffers: inout SharedBuffers) throws {
    self.line = line
    threads = setting.threads
    let descriptor = line.descriptor
    let weightCount = descriptor.weightShape.reduce(1) { $0 * Double($1) }
    let inputCount = descriptor.inputShape(in: .channelsFirst).reduce(1) { $0 * Double($1) }
    try SharedBuffers.check(bytes: 4 * (2 * weightCount + inputCount))

    var random = RandomFloats(seed: 2)
    let weights = try Tensor(
      (0..<Int(weightCount)).map { _ in random.next() }, shape: descriptor.weightShape)
    let bias = try Tensor(
      (0..<descriptor.outputChannels).map { _ in random.next() }, shape: [descriptor.outputChannels]
    )
    (plan, planTime, packTime) = try Self.plan(line, weights: weights, bias: bias, setting: setting)
    try buffers.reserve(
      inputCount: Int(inputCount), outputCount: plan.outputShape.reduce(1, *),
      workspaceBytes: plan.workspaceBytes)
    firstRunTime = try Self.time(plan, buffers: buffers)

    let reference = Reference(
      descriptor: descriptor, plan: plan, input: buffers.input(Int(inputCount)),
      weights: weights.elements,
      bias: bias.elements)
    maxRelativeError = reference.maxRelativeError(of: buffers.output(plan.outputShape.reduce(1, *)))
  }

  /// Runs for one round's time, at least once, after a run that warms the caches, between two measurements of the peak.
  mutating func runRound(buffers: borrowing SharedBuffers) throws {
    func peak() -> Double {
      Machine.measureFMAPeak(
        instructionSet: plan.instructionSet, threads: threads, seconds: Self.peakSeconds)
    }
    let before = peak()
    _ = try Self.time(plan, buffers: buffers)
    var times: [Duration] = []
    var total = Duration.zero
    while total < Self.roundTime {
      let time = try Self.time(plan, buffers: buffers)
      times.append(time)
      total += time
    }
    rounds.append(Round(times: times.sorted(), peakGFLOPS: (before + peak()) / 2))
  }

  private static func time(_ plan: Plan, buffers: borrowing SharedBuffers) throws -> Duration {
    let input = buffers.input(plan.inputShape.reduce(1, *))
    let output = buffers.output(plan.outputShape.reduce(1, *))
    let workspace = buffers.workspace(plan.workspaceBytes)
    return try ContinuousClock().measure {
      try plan.run(input, into: output, workspace: workspace)
    }
  }

  /// The plan, the time to make it, and the time that the first plan of a layer takes longer: to pack the weights.
  private static func plan(
    _ line: LayerLine, weights: Tensor, bias: Tensor, setting: Setting
  ) throws -> (Plan, planTime: Duration, packTime: Duration) {
    func plan<let rank: Int>(
      as _: ConvolutionLayer<rank>.Type
    ) throws -> (Plan, planTime: Duration, packTime: Duration) {
      let descriptor = line.descriptor
      let options = line.options
      let layout = (options.layout ?? .nchw).layout
      let layer = try ConvolutionLayer<rank>(
        weights: weights, bias: bias, stride: .each(descriptor.stride),
        dilation: .each(descriptor.dilation),
        groups: descriptor.groups, padding: options.padding?.padding ?? .explicit(descriptor.pads),
        border: options.border?.border ?? .zeros)
      func timedPlan() throws -> (Plan, Duration) {
        let clock = ContinuousClock()
        let start = clock.now
        let plan = try layer.plan(
          for: descriptor.inputShape(in: layout), layout: layout, threads: setting.threads,
          accuracy: setting.accuracy, algorithm: setting.algorithm,
          instructionSet: setting.instructionSet)
        return (plan, clock.now - start)
      }
      let (_, packAndPlanTime) = try timedPlan()
      let (plan, planTime) = try timedPlan()
      return (plan, planTime, max(packAndPlanTime - planTime, .zero))
    }
    switch line.descriptor.rank {
    case 1: return try plan(as: Conv1D.self)
    case 2: return try plan(as: Conv2D.self)
    default: return try plan(as: Conv3D.self)
    }
  }
}
