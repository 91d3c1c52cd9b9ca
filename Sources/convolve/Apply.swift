import ArgumentParser
import Convolution
import ConvolutionFiles
import ConvolutionOptions

/// One layer on data from files.
struct Apply: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run one convolution, or a transposed one, on .npy files.",
    discussion: """
      The input is N C *spatial (nchw) or N *spatial C (nhwc), the weights are always O I/groups *kernel, with \
      --transpose I O/groups *kernel. Their rank, 3, 4 or 5, makes the convolution 1-D, 2-D or 3-D. All files hold \
      32-bit floats in C order. Without --padding and --pads nothing is padded, or left out; without --border, border \
      taps read zeros.
      """)

  @Option(help: ArgumentHelp("The input.", valueName: "x.npy")) var input: String
  @Option(
    help: ArgumentHelp("Added before the activation; of the output's shape.", valueName: "r.npy"))
  var residual: String?
  @Option(
    help: ArgumentHelp(
      "Compute this part of the output alone, a range for each axis of space, from the part of the input that it reads.",
      valueName: "first:end,..."),
    transform: Words.ranges)
  var region: [Range<Int>]?
  @Option(name: .shortAndLong, help: ArgumentHelp("Where the result goes.", valueName: "y.npy"))
  var output: String
  @Option(help: ArgumentHelp("The weights.", valueName: "w.npy")) var weights: String
  @OptionGroup var settings: LayerSettings
  @OptionGroup var planning: PlannerOptions

  func run() throws {
    let input = try Input(npyFile: input)
    let plan = try settings.layer(weightsFile: weights, for: input).plan(
      for: input.tensor.shape, layout: settings.layout, with: planning.planner(), region: region,
      buffers: region == nil ? .whole : .region)
    var (x, residual) = (input.tensor, try residual.map { try Tensor(npyFile: $0) })
    if region != nil {
      x = try x.part(plan.inputRegion, layout: settings.layout)
      residual = try residual?.part(plan.region, layout: settings.layout)
    }
    let clock = ContinuousClock()
    let start = clock.now
    let y = try plan.run(x, residual: residual)
    let time = clock.now - start
    try y.write(toNPYFile: output)
    let speed = plan.floatingPointOperations / time.seconds / 1e9
    print(
      "\(output): \(y.shape.joinedByX), \(plan.algorithm) on \(plan.instructionSet), "
        + "\(counted(plan.threads, "thread")), \(time.milliseconds), \(speed.rounded(to: 1)) GFLOP/s"
    )
  }
}

extension Words {
  /// Ranges between commas: `2:5,0:7`.
  fileprivate static func ranges(_ text: String) throws -> [Range<Int>] {
    try text.split(separator: ",", omittingEmptySubsequences: false).map { range in
      let bounds = range.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
      guard bounds.count == 2, let first = bounds[0], let end = bounds[1], first <= end else {
        throw ValidationError("expected ranges like 2:5,0:7")
      }
      return first..<end
    }
  }
}
