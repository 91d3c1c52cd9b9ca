import ArgumentParser
import Convolution
import ConvolutionFiles

/// How layers are to be computed.
public struct PlannerOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Whether Winograd's algorithm may be used: exact-order never uses it, standard with errors of at most 4e-6 of "
        + "the largest output, fast freely. (default: standard)",
      valueName: "accuracy"),
    transform: { try Words.value($0) })
  public var accuracy = Accuracy.standard

  @Option(
    help: ArgumentHelp(
      "How to compute: \(Algorithm.allCases.map(\.description).joined(separator: ", ")). (default: auto)",
      valueName: "algorithm"),
    transform: { try Words.value($0) })
  public var algorithm = Algorithm.automatic

  @Option(
    help: ArgumentHelp(
      "How the fastest way is found: estimated by the cost model, or measured before the layer is computed. (default: estimate)",
      valueName: "estimate|measure"),
    transform: { try Words.value($0) })
  public var effort = Planner.Effort.estimate

  @Option(
    help: ArgumentHelp(
      "What the ways to compute layers took, measured by convbench --tune: the fastest is taken.",
      valueName: "file"))
  public var times: String?

  @Option(
    help: ArgumentHelp(
      "What work takes on this machine, measured by convbench --fit. (default: the closest of the library's models)",
      valueName: "file"))
  public var costModel: String?

  @OptionGroup public var machine: MachineOptions

  public init() {}

  /// The planner that was asked for, with what the files say.
  ///
  /// - Throws: what ``MeasuredTimes/init(file:)`` and ``CostModel/init(file:)`` throw.
  public func planner() throws(ConvolutionError) -> Planner {
    Planner(
      threads: machine.threads, accuracy: accuracy, algorithm: algorithm,
      instructionSet: machine.isa, effort: effort,
      measuredTimes: try times.map { (path) throws(ConvolutionError) in
        try MeasuredTimes(file: path)
      } ?? MeasuredTimes(),
      costModel: try costModel.map { (path) throws(ConvolutionError) in try CostModel(file: path) })
  }
}
