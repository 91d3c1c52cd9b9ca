import ArgumentParser
import Convolution
import ConvolutionFiles
import ConvolutionOptions

/// A layer's plan, without its data.
struct Explain: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Say how a layer would be computed, and why.",
    discussion: """
      The layer is written in the grammar of oneDNN's benchdnn, for example mb1ic64ih56oc64kh3ph1; with --transpose as \
      for its --deconv, for example mb1ic64ih28oc32oh56kh4sh2ph1. Nothing is computed.
      """)

  @Argument(help: ArgumentHelp("The layer's sizes.", valueName: "descriptor")) var descriptor:
    String
  @OptionGroup var layer: LayerOptions
  @OptionGroup var planning: PlannerOptions

  func run() throws {
    let sizes = try LayerDescriptor(descriptor, isTransposed: layer.isTransposed)
    let layout = layer.layout ?? .channelsFirst
    let (input, planner) = (sizes.inputShape(in: layout), try planning.planner())
    let weights = try Tensor(shape: sizes.weightShape)
    let plan =
      layer.isTransposed
      ? try layer.transposedLayer(of: sizes, weights: weights)
        .plan(for: input, layout: layout, with: planner)
      : try layer.layer(of: sizes, weights: weights)
        .plan(for: input, layout: layout, with: planner)
    print(sizes.text)
    print(plan)
  }
}
