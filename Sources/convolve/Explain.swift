import ArgumentParser
import Convolution

/// A layer's plan, without its data.
struct Explain: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Say how a layer would be computed, and why.",
    discussion: """
      The layer is written in the grammar of oneDNN's benchdnn, for example mb1ic64ih56oc64kh3ph1. Nothing is computed.
      """)

  @Argument(help: ArgumentHelp("The layer's sizes.", valueName: "descriptor")) var descriptor:
    String
  @OptionGroup var layer: LayerOptions
  @OptionGroup var border: BorderOptions
  @OptionGroup var machine: MachineOptions

  func run() throws {
    let sizes = try LayerDescriptor(descriptor)
    let plan = try sizes.plan(
      weights: Tensor(shape: sizes.weightShape), bias: nil, padding: layer.chosenPadding,
      border: border.borders(default: .zeros), activation: layer.activation ?? .identity,
      layout: layer.layout ?? .channelsFirst, threads: machine.threads,
      accuracy: layer.accuracy ?? .standard, algorithm: layer.algorithm ?? .automatic,
      instructionSet: machine.isa, measuredTimes: layer.measuredTimes())
    print(sizes.text)
    print(plan)
  }
}
