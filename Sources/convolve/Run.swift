import ArgumentParser
import Convolution
import ConvolutionFiles
import ConvolutionGraph
import ConvolutionOptions
import Foundation

/// A network on data from files.
struct Run: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run a network.",
    discussion: """
      Inputs and outputs are .npy files. Where the network has one of them, its name may be left out.
      """)

  @Argument(help: ArgumentHelp("The network.", valueName: "model.onnx")) var model: String
  @Option(help: ArgumentHelp("An input.", valueName: "[name=]x.npy")) var input: [String] = []
  @Option(name: .shortAndLong, help: ArgumentHelp("Where an output goes.", valueName: "[name=]y.npy"))
  var output: [String] = []
  @Option(
    help: ArgumentHelp(
      "The layout of images between steps. (default: what is predicted to be faster)",
      valueName: "nchw|nhwc"), transform: { Layout($0)! })
  var layout: Layout?
  @Flag(help: "Print what each step takes.") var profile = false
  @OptionGroup var planning: PlannerOptions

  func run() throws {
    let clock = ContinuousClock()
    var start = clock.now
    let network = try Network(contentsOf: model)
    let loading = clock.now - start
    var inputs: [String: NetworkTensor] = [:]
    for word in input {
      let (name, path) = try named(word, among: network.inputs.map(\.name))
      inputs[name] = try NetworkTensor(Tensor(npyFile: path))
    }
    start = clock.now
    let plan = try network.plan(
      inputs: inputs.mapValues(\.shape), with: planning.planner(), layout: layout)
    let planned = clock.now - start
    let (outputs, steps) = try plan.profile(inputs, rounds: profile ? 9 : 1)
    for word in output {
      let (name, path) = try named(word, among: plan.outputs.map(\.name))
      try outputs[name]!.tensor!.write(toNPYFile: path)
    }
    let total = steps.reduce(0) { $0 + $1.nanoseconds }
    if profile {
      for step in steps {
        print(
          "\((step.nanoseconds / 1e3).rounded(to: 1)) us  \((step.predictedNanoseconds.map { $0 / 1e3 } ?? 0).rounded(to: 1))  \(step.operation)  \(step.algorithm)  \(step.outputType)  \((Double(step.floatingPointOperations) / step.nanoseconds).rounded(to: 1)) GFLOP/s  \(step.node)")
      }
    }
    print(
      "\(model): loaded \(loading.milliseconds), planned \(planned.milliseconds), run \((total / 1e6).rounded(to: 3)) ms, \(plan.layout), arena \(plan.arenaBytes) of \(plan.leastArenaBytes) bytes at least, tensors \(plan.tensorBytes), \(steps.count) steps")
  }

  /// A name and a path; without a name, the only one.
  private func named(_ word: String, among names: [String]) throws -> (name: String, path: String) {
    let parts = word.split(separator: "=", maxSplits: 1)
    if parts.count == 2 { return (String(parts[0]), String(parts[1])) }
    guard names.count == 1 else {
      throw ValidationError("\(word): expected one of \(names.joined(separator: ", ")) and =")
    }
    return (names[0], word)
  }
}
