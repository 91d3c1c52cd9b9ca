import ArgumentParser
import Convolution
import Foundation

@main
struct Convbench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convbench",
    abstract: "Measures convolution layers beside the machine's peak.",
    discussion: """
      A layer is a descriptor in benchdnn's grammar, like mb1ic64ih56oc64kh3ph1n"name". A file holds one a line, \
      with comments after # and, behind a descriptor, its own --padding, --border and --layout; those of the \
      command line come first.

      The layers are run in rounds, each round all layers once more and the machine's FMA peak and copy bandwidth, \
      so that a noisy minute falls on all alike. The error is the largest difference to a float64 convolution, \
      divided by its largest output. An error above \(Measurement.tolerance) fails the run.

      With --tune, every way to compute each layer is timed instead, direct and Winograd's forms that --accuracy \
      allows, on one image and one thread, for a planner to choose by: it takes the fastest way of the file that its \
      own accuracy and memory allow, on any number of images and threads. --accuracy fast times all that there are.
      """)

  @Argument(
    help: ArgumentHelp(
      "Descriptors, files of them, or names of lists in Benchmarks/Layers, like resnet50.",
      valueName: "layer"))
  var layers: [String]

  @OptionGroup var options: LayerOptions

  @Option(help: "At most so many threads.")
  var threads = Machine.coreCount

  @Option(
    help: ArgumentHelp(
      "At most this instruction set (default: the machine's).", valueName: "scalar|avx2|avx512"),
    transform: Self.word)
  var isa: InstructionSet?

  @Option(
    help: ArgumentHelp(
      "What the order of the sums may be, one of "
        + "\(Accuracy.allCases.map(\.rawValue).joined(separator: ", ")).",
      valueName: "accuracy"),
    transform: Self.word)
  var accuracy = Accuracy.standard

  @Option(
    help: ArgumentHelp(
      "How to compute, one of \(Algorithm.allCases.map(\.rawValue).joined(separator: ", ")).",
      valueName: "algorithm"),
    transform: Self.word)
  var algorithm = Algorithm.automatic

  @Option(help: "How often every layer is measured, each time for some milliseconds.")
  var rounds = 5

  @Option(
    help: ArgumentHelp(
      "Choose how to compute by these times, which --tune measured.", valueName: "file"))
  var times: String?

  @Option(
    help: ArgumentHelp(
      "Time every way to compute the layers; keep what this file knows of others.",
      valueName: "file"))
  var tune: String?

  @Option(help: ArgumentHelp("Also write everything as JSON.", valueName: "file"))
  var json: String?

  @Option(
    help: ArgumentHelp("Also write a page with a roofline plot, for a browser.", valueName: "file"))
  var html: String?

  /// The case whose raw value `text` is.
  private static func word<Value: RawRepresentable<String> & CaseIterable>(_ text: String) throws
    -> Value
  {
    guard let value = Value(rawValue: text) else {
      throw ValidationError(
        "expected one of \(Value.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return value
  }

  func validate() throws {
    guard rounds > 0 else { throw ValidationError("--rounds: got \(rounds), expected at least 1") }
    guard (1...1024).contains(threads) else {
      throw ValidationError("--threads: got \(threads), expected 1 to 1024")
    }
    for (name, value) in [("times", times), ("json", json), ("html", html)]
    where tune != nil && value != nil {
      throw ValidationError("--\(name): got it beside --tune, which measures something else")
    }
  }

  func run() throws {
    let layers = try layers.flatMap { try LayerLine.lines(of: $0) }
      .map { LayerLine(descriptor: $0.descriptor, options: $0.options.overridden(by: options)) }
    let planner = Planner(
      threads: threads, accuracy: accuracy, algorithm: algorithm,
      instructionSet: min(isa ?? Machine.instructionSet, Machine.instructionSet),
      measuredTimes: try times.map { try MeasuredTimes(file: $0) })
    if let tune {
      let tuned = try Tuning.tune(layers, planner: planner, rounds: rounds, file: tune)
      print(TuningTable.text(of: tuned))
      return
    }
    let report = try Measurement.report(on: layers, planner: planner, rounds: rounds)
    print(Table.text(of: report))
    if let json { try report.writeJSON(to: json) }
    if let html { try report.writeHTML(to: html) }
    let wrong = report.layers.filter { !($0.maxRelativeError <= Measurement.tolerance) }
    guard wrong.isEmpty else {
      throw Failure(
        "wrong beyond \(Measurement.tolerance): " + wrong.map(\.name).joined(separator: ", "))
    }
  }
}

/// What ends the run, in one line.
struct Failure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
