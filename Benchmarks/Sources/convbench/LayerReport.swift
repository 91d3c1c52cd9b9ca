import Convolution

struct LayerReport: Encodable {
  let name, descriptor: String
  /// The options that stand behind the descriptor in a layer list.
  let options: String
  let transposed: Bool
  let inputShape, weightShape, outputShape: [Int]
  let layout: String
  let groups: Int
  /// Of the axes of space, outermost first.
  let stride, dilation: [Int]
  /// Before and after each axis; of a transposed layer what its output lacks.
  let padding: [[Int]]
  let border, algorithm: String
  /// The form of Winograd's algorithm, like F(4x4, 3x3); empty with any other.
  let winograd: String
  /// The kernel family.
  let kernel: String
  /// Two for every multiply-add, border taps counted.
  let gflop: Double
  /// Input, weights and output, each once.
  let compulsoryBytes: Double
  /// The median of the rounds' medians, and the best run of all.
  let medianMS, minMS: Double
  let gflops: Double
  /// The median of the rounds' shares of the peak measured beside them.
  let percentOfPeak: Double
  let maxRelError: Double
  let planUS, packUS, firstRunMS: Double
  let workspaceBytes: Int
  let rounds: [RoundReport]

  struct RoundReport: Encodable {
    let medianMS: Double
    /// Of the peak measured beside the round.
    let percentOfPeak: Double
  }

  /// FLOP per byte.
  var intensity: Double { 1e9 * gflop / compulsoryBytes }

  /// Whether the layer has a name besides its descriptor.
  var isNamed: Bool { !name.isEmpty && name != descriptor }

  init(_ trial: Trial) {
    let plan = trial.plan
    name = trial.line.name
    descriptor = trial.line.descriptor.text
    options = trial.line.options.description
    transposed = trial.line.options.isTransposed
    inputShape = plan.inputShape
    weightShape = trial.line.descriptor.weightShape
    outputShape = plan.outputShape
    layout = plan.layout.description
    groups = trial.line.descriptor.groups
    stride = trial.line.descriptor.stride
    dilation = trial.line.descriptor.dilation
    padding = plan.padding.map { [$0.before, $0.after] }
    border = (Set(plan.border).count == 1 ? [plan.border[0]] : plan.border)
      .map(\.description).joined(separator: ",")
    algorithm = plan.algorithm.description
    winograd = plan.winograd?.description ?? ""
    kernel = plan.kernel
    gflop = trial.floatingPointOperations / 1e9
    compulsoryBytes = [inputShape, weightShape, outputShape].reduce(0) { bytes, shape in
      bytes + shape.reduce(4) { $0 * Double($1) }
    }
    rounds = trial.rounds.map { round in
      let median = Measurement.median(round.times)
      return RoundReport(
        medianMS: median / .milliseconds(1),
        percentOfPeak: 100 * trial.floatingPointOperations / (median / .nanoseconds(1))
          / round.peakGFLOPS)
    }
    medianMS = Measurement.median(rounds.map(\.medianMS))
    minMS = trial.rounds.flatMap(\.times).min()! / .milliseconds(1)
    gflops = 1e3 * gflop / medianMS
    percentOfPeak = Measurement.median(rounds.map(\.percentOfPeak))
    maxRelError = trial.maxRelativeError
    planUS = trial.planTime / .microseconds(1)
    packUS = trial.packTime / .microseconds(1)
    firstRunMS = trial.firstRunTime / .milliseconds(1)
    workspaceBytes = plan.workspaceBytes
  }
}
