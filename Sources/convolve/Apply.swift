import ArgumentParser
import Convolution

/// One layer on data from files.
struct Apply: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run one convolution on .npy files.",
    discussion: """
      The input is N C *spatial (nchw) or N *spatial C (nhwc), the weights are always O I/groups *kernel. Their rank, \
      3, 4 or 5, makes the convolution 1-D, 2-D or 3-D. All files hold 32-bit floats in C order. \
      Without --padding and --pads nothing is padded; without --border, border taps read zeros.
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
  @OptionGroup var border: BorderOptions
  @OptionGroup var machine: MachineOptions

  func run() throws {
    let layout = layer.layout ?? .channelsFirst
    let x = try Tensor(npyFile: input, layout: layout)
    let w = try Tensor(npyFile: weights)
    let b = try bias.map { try Tensor(npyFile: $0) }
    let r = try residual.map { try Tensor(npyFile: $0, layout: layout) }
    let plan: Plan
    switch x.shape.count {
    case 3: plan = try self.plan(Conv1D.self, x, weights: w, bias: b)
    case 4: plan = try self.plan(Conv2D.self, x, weights: w, bias: b)
    case 5: plan = try self.plan(Conv3D.self, x, weights: w, bias: b)
    default:
      throw ConvolutionError(
        .rankMismatch, argument: input, received: "\(x.shape.count) axes, \(x.shape)",
        expected: "3, 4 or 5: images, channels and one to three of space")
    }
    let clock = ContinuousClock()
    let start = clock.now
    let y = try plan.run(x, residual: r)
    let time = clock.now - start
    try y.write(toNPYFile: output)
    let speed = plan.floatingPointOperations / time.seconds / 1e9
    print(
      "\(output): \(y.shape.joinedByX), \(plan.algorithm.rawValue) on \(plan.instructionSet.rawValue), "
        + "\(counted(plan.threads, "thread")), \(time.milliseconds), \(speed.rounded(to: 1)) GFLOP/s"
    )
  }

  private func plan<let rank: Int>(
    _ type: ConvolutionLayer<rank>.Type, _ x: Tensor, weights: Tensor, bias: Tensor?
  ) throws -> Plan {
    let convolution = try type.init(
      weights: weights, bias: bias, stride: PerAxis(window.stride),
      dilation: PerAxis(window.dilation),
      groups: groups, padding: layer.chosenPadding ?? .valid,
      border: border.borders(default: .zeros),
      activation: layer.activation ?? .identity)
    return try Planner(
      threads: machine.threads, accuracy: layer.accuracy ?? .standard,
      algorithm: layer.algorithm ?? .automatic, instructionSet: machine.isa,
      measuredTimes: layer.measuredTimes()
    ).plan(convolution, for: x.shape, layout: x.layout)
  }
}
