import Convolution

struct LayerReport: Encodable {
  let name, descriptor: String
  /// The options that stand behind the descriptor in a layer list.
  let options: String
  let inputShape, weightShape, outputShape: [Int]
  let layout: LayoutWord
  let groups: Int
  /// Of the axes of space, outermost first.
  let stride, dilation: [Int]
  /// Before and after each axis.
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
  let medianMilliseconds, minMilliseconds: Double
  let gflops: Double
  /// The median of the rounds' shares of the peak measured beside them.
  let percentOfPeak: Double
  let maxRelativeError: Double
  let planMicroseconds, packMicroseconds, firstRunMilliseconds: Double
  let workspaceBytes: Int
  let rounds: [RoundReport]

  struct RoundReport: Encodable {
    let medianMilliseconds: Double
    /// Of the peak measured beside the round.
    let percentOfPeak: Double

    enum CodingKeys: String, CodingKey {
      case medianMilliseconds = "median_ms"
      case percentOfPeak = "percent_of_peak"
    }
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
    inputShape = plan.inputShape
    weightShape = trial.line.descriptor.weightShape
    outputShape = plan.outputShape
    layout = trial.line.options.layout ?? .nchw
    groups = trial.line.descriptor.groups
    stride = trial.line.descriptor.stride
    dilation = trial.line.descriptor.dilation
    padding = plan.padding.map { [$0.before, $0.after] }
    border = trial.line.options.border?.description ?? BorderWord.zeros.rawValue
    algorithm = plan.algorithm.rawValue
    winograd = plan.winograd?.description ?? ""
    kernel = plan.kernel
    gflop = plan.floatingPointOperations / 1e9
    compulsoryBytes = [inputShape, weightShape, outputShape].reduce(0) { bytes, shape in
      bytes + shape.reduce(4) { $0 * Double($1) }
    }
    rounds = trial.rounds.map { round in
      let median = Measurement.median(round.times)
      return RoundReport(
        medianMilliseconds: median / .milliseconds(1),
        percentOfPeak: 100 * plan.floatingPointOperations / (median / .nanoseconds(1))
          / round.peakGFLOPS)
    }
    medianMilliseconds = Measurement.median(rounds.map(\.medianMilliseconds).sorted())
    minMilliseconds = trial.rounds.map { $0.times[0] }.min()! / .milliseconds(1)
    gflops = 1e3 * gflop / medianMilliseconds
    percentOfPeak = Measurement.median(rounds.map(\.percentOfPeak).sorted())
    maxRelativeError = trial.maxRelativeError
    planMicroseconds = trial.planTime / .microseconds(1)
    packMicroseconds = trial.packTime / .microseconds(1)
    firstRunMilliseconds = trial.firstRunTime / .milliseconds(1)
    workspaceBytes = plan.workspaceBytes
  }

  enum CodingKeys: String, CodingKey {
    case name, descriptor, options, layout, groups, stride, dilation, padding, border, algorithm
    case winograd, kernel, gflop, gflops, rounds
    case inputShape = "input_shape"
    case weightShape = "weight_shape"
    case outputShape = "output_shape"
    case compulsoryBytes = "compulsory_bytes"
    case medianMilliseconds = "median_ms"
    case minMilliseconds = "min_ms"
    case percentOfPeak = "percent_of_peak"
    case maxRelativeError = "max_rel_error"
    case planMicroseconds = "plan_us"
    case packMicroseconds = "pack_us"
    case firstRunMilliseconds = "first_run_ms"
    case workspaceBytes = "workspace_bytes"
  }
}
