import ArgumentParser
import Convolution

/// What of the machine is used.
public struct MachineOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "At most so many threads. (default: as many as there are cores)", valueName: "n"),
    transform: {
      guard let threads = Int($0), (1...Planner.mostThreads).contains(threads) else {
        throw ValidationError("expected 1 to \(Planner.mostThreads)")
      }
      return threads
    })
  public var threads: Int?

  @Option(
    help: ArgumentHelp(
      "Widest instruction set to use. (default: the widest there is)",
      valueName: "scalar|avx2|avx512"),
    transform: { try Words.value($0) })
  public var isa: InstructionSet?

  public init() {}
}
