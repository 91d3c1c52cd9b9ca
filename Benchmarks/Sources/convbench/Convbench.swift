import ArgumentParser
@_spi(Tools) import Convolution
import ConvolutionFiles
import ConvolutionOptions
import Foundation

@main
struct Convbench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convbench",
    abstract: "Measures convolution layers beside the machine's peak.",
    discussion: """
      A layer is a descriptor in benchdnn's grammar, like mb1ic64ih56oc64kh3ph1n"name". A file holds one a line, \
      with comments after # and, behind a descriptor, its own --padding, --border, --transpose and so on; those of the \
      command line come first.

      The layers are run in rounds, each round all layers once more and the machine's FMA peak and copy bandwidth, \
      so that a noisy minute falls on all alike. The error is the largest difference to a float64 convolution, \
      divided by its largest output. An error above \(Measurement.tolerance) fails the run.

      With --tune, the ways to compute each layer are timed instead, kernel families and Winograd's forms that \
      --accuracy allows, on one image and one thread, for a planner to choose by: it takes the fastest way of the file \
      that its own accuracy and memory allow, on any number of images and threads. --accuracy fast times all that \
      there are; those predicted to take more than 4 times the fastest prediction are skipped.

      With --fit, every way is timed, of any accuracy and in both layouts where no --layout is given, and a cost model \
      is fitted to the times: what work takes on this machine. Run again with --cost-model FILE it begins with that \
      one. Times in --times are taken as they are, for --tune and --fit as well.

      With --model, a network is run on inputs from files instead of layers: what reading it, planning it and a run take, \
      and the memory of the process.
      """)

  @Argument(
    help: ArgumentHelp(
      "Descriptors, files of them, or names of lists in Benchmarks/Layers, like resnet50. zoo:60 is a sample of 60, "
        + "always the same.",
      valueName: "layer"))
  var layers: [String] = []

  @Option(help: ArgumentHelp("Measure this network instead.", valueName: "file.onnx"))
  var model: String?

  @Option(
    help: ArgumentHelp("An input of the network.", valueName: "name=x.npy"),
    transform: { try Self.namedFile($0) })
  var input: [NamedFile] = []

  @Option(
    help: ArgumentHelp("Where an output of the network goes.", valueName: "name=y.npy"),
    transform: { try Self.namedFile($0) })
  var output: [NamedFile] = []

  @OptionGroup var options: LayerOptions
  @OptionGroup var planning: PlannerOptions

  @Option(
    help: ArgumentHelp("So many images a layer, whatever its descriptor says.", valueName: "n"))
  var batch: Int?

  @Option(help: "How often every layer is measured, each time for some milliseconds.")
  var rounds = 5

  @Option(
    help: ArgumentHelp(
      "Time the ways to compute the layers; keep what this file knows of others.",
      valueName: "file"))
  var tune: String?

  @Option(
    help: ArgumentHelp(
      "Time every way to compute the layers and write the cost model that fits best.",
      valueName: "file"))
  var fit: String?

  @Flag(
    help: "Measure a step of training: the output, and the gradients of input, weights and bias.")
  var gradients = false

  @Option(help: ArgumentHelp("Also write everything as JSON.", valueName: "file"))
  var json: String?

  @Option(
    help: ArgumentHelp("Also write a page with a roofline plot, for a browser.", valueName: "file"))
  var html: String?

  private static func namedFile(_ word: String) throws -> NamedFile {
    guard let file = NamedFile(word) else { throw ValidationError("expected a name, = and a file") }
    return file
  }

  func validate() throws {
    guard layers.isEmpty == (model != nil) else {
      throw ValidationError("expected layers, or --model")
    }
    guard rounds > 0 else { throw ValidationError("--rounds: got \(rounds), expected at least 1") }
    if let batch, batch < 1 {
      throw ValidationError("--batch: got \(batch), expected at least 1")
    }
    for (name, value) in [("json", json), ("html", html)]
    where (tune ?? fit) != nil && value != nil {
      throw ValidationError(
        "--\(name): got it beside --tune or --fit, which measure something else")
    }
  }

  func run() throws {
    if let model {
      try measure(model)
    } else {
      try runLayers()
    }
  }

  private func runLayers() throws {
    let layers = try layers.flatMap { try LayerLine.lines(of: $0) }.map { line in
      var line = try line.overridden(by: options)
      line.descriptor.batch = batch ?? line.descriptor.batch
      return line
    }
    guard !layers.isEmpty else { throw Failure("no layers") }
    let planner = try planning.planner()
    if let fit {
      try self.fit(layers.flatMap(\.inItsLayouts), planner, file: fit)
    } else if let tune {
      let tuning = Tuning(planner, rounds: rounds, timesSlowWays: false, file: tune)
      print(TuningTable.text(of: try tuning.tune(layers)))
    } else {
      try measure(layers, planner)
    }
  }

  private func measure(_ layers: [LayerLine], _ planner: Planner) throws {
    let report = try Measurement.report(
      on: layers, planner: planner, rounds: rounds, trains: gradients)
    print(Table.text(of: report))
    if let json { try report.writeJSON(to: json) }
    if let html { try report.writeHTML(to: html) }
    let wrong = report.layers.filter { !($0.maxRelError <= Measurement.tolerance) }
    guard wrong.isEmpty else {
      throw Failure(
        "wrong beyond \(Measurement.tolerance): " + wrong.map(\.name).joined(separator: ", "))
    }
  }

  private func measure(_ model: String) throws {
    let benchmark = try ModelBenchmark(
      model, inputs: input, outputs: output, planner: planning.planner())
    let text = try Output.json(of: benchmark)
    print(text)
    if let json { try Output.write(text, to: json, of: "--json") }
  }

  private func fit(_ layers: [LayerLine], _ planner: Planner, file: String) throws {
    var planner = planner
    planner.accuracy = .fast
    planner.algorithm = .automatic
    let instructionSet = planner.widestInstructionSet
    var model = planner.costModel ?? .closest(to: instructionSet, Machine.caches)
    model.machine = Machine.processorName
    model.instructionSet = instructionSet
    model.caches = Machine.caches
    let tuning = Tuning(planner, rounds: rounds, timesSlowWays: true, file: tune)
    let fit = Fit(try tuning.tune(layers), to: model, team: try .measured(planner, base: model))
    try Output.write(fit.text, to: file, of: "--fit")
    print(fit.text)
  }
}

/// What ends the run, in one line.
struct Failure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
