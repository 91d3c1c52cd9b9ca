import ArgumentParser
import Convolution
import ConvolutionFiles
import ConvolutionGraph
import ConvolutionOptions

/// Two networks on one input: where they part.
struct Compare: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run two networks on the same input, and say where they part, layer by layer.",
    discussion: """
      The networks may be of any formats that are read, and hold images in either layout. Layers meet in their order, those \
      whose outputs have one shape. A difference is the largest one, relative to the first network's largest element.
      """)

  @Argument(help: ArgumentHelp("The first network.", valueName: "a.onnx")) var first: String
  @Argument(help: ArgumentHelp("The second network.", valueName: "b.keras")) var second: String
  @Option(
    help: ArgumentHelp("An input, by its name in the first network.", valueName: "[name=]x.npy"))
  var input: [String]
  @Option(help: ArgumentHelp("Differences up to this one are roundings.", valueName: "difference"))
  var tolerance = 1e-5
  @OptionGroup(title: "Planning") var planner: PlannerOptions

  func validate() throws {
    guard tolerance >= 0 else {
      throw ValidationError("--tolerance: got \(tolerance), expected 0 or more")
    }
  }

  func run() throws {
    let networks = (try Network(contentsOf: first), try Network(contentsOf: second))
    var tensors: [String: NetworkTensor] = [:]
    let names = networks.0.inputs.map(\.name)
    for file in try NamedFile.all(input, option: "--input", among: names) {
      tensors[file.name] = try NetworkTensor(npyFile: file.path)
    }
    let comparison = try NetworkComparison(
      networks.0, networks.1, inputs: tensors, with: planner.planner())
    print(report(comparison))
    if !isSame(comparison) { throw ExitCode.failure }
  }

  private func isSame(_ comparison: NetworkComparison) -> Bool {
    comparison.outputs.allSatisfy { $0.difference <= tolerance }
      && comparison.outputs.count > 0
  }

  private func report(_ comparison: NetworkComparison) -> String {
    let rows = comparison.layers + comparison.outputs
    let lines = rows.map { row in
      [
        row.first, row.second, row.shape.joinedByX, "\(Float(row.difference))",
        row.difference <= tolerance ? "" : "differs",
      ]
    }
    var parts = [table([["first", "second", "shape", "difference", ""]] + lines)]
    for (names, which) in [
      (comparison.onlyInFirst, "first"), (comparison.onlyInSecond, "second"),
    ] where !names.isEmpty {
      parts.append("only in the \(which): \(names.joined(separator: ", "))")
    }
    let parting = rows.first { !($0.difference <= tolerance) }
    parts.append(
      parting.map { "they part at \($0.first) and \($0.second)" }
        ?? "they are the same to \(Float(tolerance)) of the largest element")
    return parts.joined(separator: "\n")
  }
}
