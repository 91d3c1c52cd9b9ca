import ArgumentParser
import Convolution
import ConvolutionFiles
import ConvolutionOptions

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
  @OptionGroup var planning: PlannerOptions

  func run() throws {
    let sizes = try LayerDescriptor(descriptor)
    let layout = layer.layout ?? .channelsFirst
    let plan = try layer.layer(of: sizes, weights: Tensor(shape: sizes.weightShape))
      .plan(for: sizes.inputShape(in: layout), layout: layout, with: planning.planner())
    print(sizes.text)
    print(plan)
  }
}
