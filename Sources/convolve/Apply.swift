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
  @Option(help: ArgumentHelp("The weights.", valueName: "w.npy")) var weights: String
  @Option(help: ArgumentHelp("One value for each output channel.", valueName: "b.npy")) var bias:
    String?
  @Option(
    help: ArgumentHelp("Added before the activation; of the output's shape.", valueName: "r.npy"))
  var residual: String?
  @Option(name: .shortAndLong, help: ArgumentHelp("Where the result goes.", valueName: "y.npy"))
  var output: String
  @OptionGroup var window: WindowOptions
  @Option(help: ArgumentHelp("Groups of channels.", valueName: "n")) var groups = 1
  @OptionGroup var layer: LayerOptions
  @OptionGroup var planning: PlannerOptions

  func run() throws {
    let x = try Tensor(npyFile: input)
    guard (3...5).contains(x.shape.count) else {
      throw ConvolutionError(
        .rankMismatch, argument: input, received: "\(x.shape.count) axes, \(x.shape)",
        expected: "3, 4 or 5: images, channels and one to three of space")
    }
    let plan = try plan(for: x.shape)
    let residual = try residual.map { try Tensor(npyFile: $0) }
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

  private func plan(for shape: [Int]) throws -> Plan {
    let (rank, layout) = (shape.count - 2, layer.layout ?? .channelsFirst)
    let weights = try Tensor(npyFile: weights)
    let bias = try bias.map { try Tensor(npyFile: $0) }
    let planner = try planning.planner()
    guard layer.isTransposed else {
      return try ConvolutionLayer(
        rank: rank, weights: weights, bias: bias, stride: window.stride, dilation: window.dilation,
        groups: groups, padding: layer.padding ?? .valid, border: layer.border,
        activation: layer.activation
      ).plan(for: shape, layout: layout, with: planner)
    }
    return try TransposedLayer(
      rank: rank, weights: weights, bias: bias, stride: window.stride, dilation: window.dilation,
      groups: groups, padding: layer.transposedPadding(rank: rank) ?? .valid,
      activation: layer.activation
    ).plan(for: shape, layout: layout, with: planner)
  }
}
