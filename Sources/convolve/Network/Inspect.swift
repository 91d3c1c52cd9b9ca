import ArgumentParser
import Convolution
import ConvolutionFiles
import ConvolutionGraph
import ConvolutionOptions

/// What a network is, and what becomes of it.
struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print and draw a network, before and after it is rewritten.",
    discussion: """
      Where the file leaves extents of inputs open, --shape says them; without it the network is shown as far as it is \
      rewritten before shapes are known. What is not supported is listed, one a line, with exit code 1.
      """)

  @Argument(help: ArgumentHelp("The network: .onnx, .keras or .h5.", valueName: "model")) var model:
    String
  @Option(help: ArgumentHelp("The shape of an input.", valueName: "[name=]1x3x224x224"))
  var shape: [String] = []
  @Option(help: ArgumentHelp("Draw the network before and after.", valueName: "file"))
  var svg: String?
  @OptionGroup(title: "Planning") var planning: PlannerOptions

  func run() throws {
    let (before, network) = try networks()
    var shapes: [String: [Int]] = [:]
    for word in try NamedFile.all(
      shape, option: "--shape", among: network.inputs.map(\.name))
    {
      shapes[word.name] = try Words.integers(word.path)
    }
    let isKnown = network.inputs.allSatisfy {
      shapes[$0.name] != nil || ($0.shape.map { !$0.contains(nil) } ?? false)
    }
    let plan =
      isKnown || !shapes.isEmpty
      ? try network.plan(inputs: shapes, with: planning.planner()) : nil
    let outlines = (before: before.outline, after: plan?.outline ?? network.outline)
    if let svg {
      try replaceFile(
        atPath: svg,
        with: GraphDrawing(title: model, before: outlines.before, after: outlines.after).svg)
    }
    print(
      NetworkDescription(
        network: network, plan: plan, before: outlines.before, after: outlines.after))
  }

  /// The network without rewrites, and with all of them. What is not supported is printed before the error is thrown.
  private func networks() throws -> (before: Network, after: Network) {
    do throws(NetworkError) {
      return (try Network(contentsOf: model, rewriteLimit: 0), try Network(contentsOf: model))
    } catch {
      guard !error.unsupported.isEmpty else { throw error }
      for feature in error.unsupported { print(feature) }
      throw ValidationError(
        "\(model): got \(counted(error.unsupported.count, "feature")) that \(error.unsupported.count == 1 ? "is" : "are") not supported, expected none"
      )
    }
  }
}
