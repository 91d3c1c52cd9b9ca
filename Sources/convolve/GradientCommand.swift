import ArgumentParser
import Convolution
import ConvolutionFiles
import ConvolutionOptions

/// One layer's gradients on data from files.
struct GradientCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gradient",
    abstract: "Compute a layer's gradients by its input, weights and bias on .npy files.",
    discussion: """
      The gradient by the output is what a loss changes by with it; those by the input, the weights and the bias follow. \
      What is not named is not computed. The layer and its files are as for apply.
      """)

  @Option(help: ArgumentHelp("The input.", valueName: "x.npy")) var input: String
  @Option(
    help: ArgumentHelp("The gradient by the output, of its shape.", valueName: "dy.npy"))
  var outputGradient: String
  @Option(
    help: ArgumentHelp("What was added before the activation.", valueName: "r.npy"))
  var residual: String?
  @Option(help: ArgumentHelp("Where the gradient by the input goes.", valueName: "dx.npy"))
  var inputGradient: String?
  @Option(help: ArgumentHelp("Where the gradient by the weights goes.", valueName: "dw.npy"))
  var weightGradient: String?
  @Option(help: ArgumentHelp("Where the gradient by the bias goes.", valueName: "db.npy"))
  var biasGradient: String?
  @Option(help: ArgumentHelp("The weights.", valueName: "w.npy")) var weights: String
  @OptionGroup var settings: LayerSettings
  @OptionGroup var planning: PlannerOptions

  func validate() throws {
    guard [inputGradient, weightGradient, biasGradient].contains(where: { $0 != nil }) else {
      throw ValidationError(
        "got nothing to compute, expected --input-gradient, --weight-gradient or --bias-gradient")
    }
  }

  func run() throws {
    let input = try Input(npyFile: input)
    let layer = try settings.layer(weightsFile: weights, for: input)
    let planner = try planning.planner()
    let outputGradient = try Tensor(npyFile: outputGradient)
    let residual = try residual.map { try Tensor(npyFile: $0) }
    let results: [(part: Gradients.Parts, path: String?, tensor: KeyPath<Gradients, Tensor?>)] = [
      (.input, inputGradient, \.input), (.weights, weightGradient, \.weights),
      (.bias, biasGradient, \.bias),
    ]
    let parts = results.reduce(into: Gradients.Parts()) { parts, result in
      if result.path != nil { parts.insert(result.part) }
    }
    let shape = input.tensor.shape
    let plan = try layer.gradients(parts, for: shape, layout: settings.layout, with: planner)
    let output =
      plan.needsOutput
      ? try layer.plan(
        for: shape, layout: settings.layout, with: planner, region: nil, buffers: .whole
      ).run(input.tensor, residual: residual) : nil
    let clock = ContinuousClock()
    let start = clock.now
    let gradients = try plan.run(
      input.tensor, outputGradient: outputGradient, output: output, residual: residual)
    let time = clock.now - start
    for result in results {
      guard let path = result.path, let tensor = gradients[keyPath: result.tensor] else { continue }
      try tensor.write(toNPYFile: path)
      print("\(path): \(tensor.shape.joinedByX)")
    }
    print("\(counted(plan.threads, "thread")), \(time.milliseconds)")
  }
}
