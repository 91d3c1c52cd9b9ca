import ArgumentParser
import Convolution
import ConvolutionFiles
import ConvolutionGraph
import ConvolutionOptions

/// A network on data from files.
struct Run: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run a network on pictures and .npy files.",
    discussion: """
      Inputs and outputs are .npy files of the network's element types, PNG or JPEG pictures, or a folder of pictures, \
      which are run one after the other into a folder or with --top. Where the network has one input or output, its \
      name may be left out. A picture becomes (sample * scale - mean) / std; outputs come back by the scale alone.
      """)

  @Argument(help: ArgumentHelp("The network: .onnx, .keras or .h5.", valueName: "model")) var model:
    String
  @Option(help: ArgumentHelp("An input.", valueName: "[name=]x.npy|photo.png|folder"))
  var input: [String] = []
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Where an output goes.", valueName: "[name=]y.npy|out.png|folder"))
  var output: [String] = []
  @OptionGroup(title: "Pictures") var pictures: PictureOptions
  @OptionGroup(title: "Classifiers") var classes: TopOptions
  @Option(
    help: ArgumentHelp(
      "The order of images' axes between steps. (default: what is predicted to be faster)",
      valueName: "nchw|nhwc"),
    transform: { try Words.value($0) })
  var layout: Layout?
  @Flag(help: "Print what each step takes, the median of nine runs.") var profile = false
  @Option(
    name: .customLong("profile-html"),
    help: ArgumentHelp("Write the same as a page.", valueName: "file"))
  var profileHTML: String?
  @Option(
    help: ArgumentHelp(
      "Compute an image of any size in rectangles of at most so many rows and columns.",
      valueName: "n"),
    transform: {
      guard let extent = Int($0), extent > 0 else {
        throw ValidationError("expected a positive number")
      }
      return extent
    })
  var tile: Int?
  @OptionGroup(title: "Planning") var planning: PlannerOptions

  func validate() throws {
    guard tile == nil || (!profile && profileHTML == nil && classes.top == nil) else {
      throw ValidationError("--tile: got it with --profile or --top, expected it without")
    }
  }

  func run() throws {
    var session = try NetworkSession(model, with: planning.planner(), layout: layout)
    let network = session.network
    let inputs = try NamedFile.all(input, option: "--input", among: network.inputs.map(\.name))
    let outputs = try NamedFile.all(output, option: "--output", among: network.outputs.map(\.name))
    for input in network.inputs where !inputs.contains(where: { $0.name == input.name }) {
      throw ValidationError("--input: got nothing for \"\(input.name)\", expected a file")
    }
    let words = try classes.words()
    if let folder = inputs.first(where: \.isFolder) {
      return try run(&session, inputs, pictures: folder, outputs, words)
    }
    let writers = try outputs.map { try OutputFile($0, pictures) }
    let reader = InputReader(network: network, pictures: pictures)
    let tensors = try reader.tensors(inputs)
    if let tile {
      return try run(session, tensors, inTilesOf: tile, writers, reader.layout)
    }
    let plan = try session.plan(for: tensors)
    let isProfiled = profile || profileHTML != nil
    let (results, nanoseconds) =
      isProfiled ? try plan.profile(tensors, rounds: 9) : try plan.timed(tensors)
    for writer in writers { try writer.write(results, preferring: reader.layout) }
    if let table = try classes.table(
      of: plan.outputs.map { ($0.name, results[$0.name]!) }, words: words)
    {
      print(table)
    }
    let report = NetworkReport(session, plan, nanoseconds: nanoseconds)
    if profile { print(report.table) }
    if let profileHTML {
      try replaceFile(atPath: profileHTML, with: ProfilePage(report: report).html)
    }
    print(
      "\(model): \(report.times), run in \((report.total / 1e6).rounded(to: 2)) ms, \(report.machine)"
    )
  }
}

extension NetworkPlan {
  /// Runs once, as a whole.
  fileprivate func timed(
    _ inputs: [String: NetworkTensor]
  ) throws(NetworkError) -> (outputs: [String: NetworkTensor], nanoseconds: [Double]) {
    let clock = ContinuousClock()
    let start = clock.now
    let outputs = try run(inputs)
    return (outputs, [(clock.now - start) / .nanoseconds(1)])
  }
}
