import ArgumentParser
import Convolution
import ConvolutionOptions
import PictureFiles

/// The tour that `make run` gives.
struct Demo: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract:
      "A tour: padding answered, a layer timed on a photograph's data, the photograph filtered and enlarged."
  )

  @Argument(help: "A PNG or JPEG photograph.") var photo: String
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Where the filtered photograph goes.", valueName: "out.png"))
  var output: String
  @Option(
    help: ArgumentHelp(
      "The network waifu2x, which enlarges a part of the photograph.", valueName: "model.onnx"))
  var network: String?
  @Option(help: ArgumentHelp("Where that part goes, before and after.", valueName: "out.png"))
  var enlarged: String?
  @OptionGroup var machine: MachineOptions

  func validate() throws {
    guard (network == nil) == (enlarged == nil) else {
      throw ValidationError("expected --network and --enlarged together")
    }
  }

  // The layer of the question that started this library.
  private static let input = [64, 32, 100, 20]
  private static let outputChannels = 32
  private static let kernel = [4, 1]
  private static let rounds = 15

  func run() throws {
    _ = try PictureFormat(path: output)
    let picture = try Picture(file: photo)

    print("Which side does \"same\" pad? Input 100x20, kernel 4x1:\n")
    let window = try Window(input: Array(Self.input.suffix(2)), kernel: Self.kernel)
    print(try PaddingReport(window).summary)

    print(
      "\nThat layer, \(Self.input.joinedByX) to \(Self.outputChannels) channels, on data cut from \(photo) "
        + "(\(Machine.processorName)):\n")
    print(
      table(
        try [Layout.channelsFirst, .channelsLast].map { try measure(picture, layout: $0) },
        indent: "  "))

    print("\nThe photograph through gaussian:9 with a reflected border:\n")
    let line = try FilterPicture.filter(
      photo, with: Filter(word: "gaussian:9"), border: .reflect, to: output)
    print("  " + line)
    if let network, let enlarged { try enlarge(picture, network, to: enlarged) }
  }

  /// The cat's eyes, in the photograph of the tour.
  private static let eyes = (rows: 60..<180, columns: 130..<290)

  private func enlarge(_ picture: Picture, _ network: String, to path: String) throws {
    print("\nThe photograph enlarged to twice its size by a network (waifu2x):\n")
    let planner = Planner(threads: machine.threads, instructionSet: machine.isa)
    let demo = try EnlargementDemo(network: network, picture, with: planner)
    let time = try demo.write(
      to: path, rows: Self.eyes.rows.clamped(to: 0..<picture.height),
      columns: Self.eyes.columns.clamped(to: 0..<picture.width))
    print(
      "  \(path): before and after, \((time * 1e3).rounded(to: 1)) ms, "
        + "\(counted(demo.plan.threads, "thread")), arena \((Double(demo.plan.arenaBytes) / 1e6).rounded(to: 1)) MB "
        + "of \((Double(demo.plan.tensorBytes) / 1e6).rounded(to: 1)) MB of tensors")
  }

  /// Time and speed of the layer in one layout, as cells of a table.
  private func measure(_ picture: Picture, layout: Layout) throws -> [String] {
    let inputChannels = Self.input[1]
    let weightShape = [Self.outputChannels, inputChannels] + Self.kernel
    let weights = (0..<weightShape.reduce(1, *)).map { Float(($0 * 37) % 101 - 50) / 1000 }
    let layer = try Conv2D(weights: Tensor(weights, shape: weightShape), padding: .same)
    let x = try Self.crops(of: picture, layout: layout)
    let planner = Planner(threads: machine.threads, instructionSet: machine.isa)
    let plan = try layer.plan(for: x.shape, layout: layout, with: planner)
    var workspace = try Workspace(for: plan)
    var y = try Tensor(shape: plan.outputShape)
    var times: [Double] = []
    // The first two rounds warm the caches and wake the threads.
    for round in -2..<Self.rounds {
      var output = y.mutableSpan
      let time = try ContinuousClock().measure {
        try plan.run(x.span, into: &output, workspace: &workspace)
      }
      if round >= 0 { times.append(time.seconds) }
    }
    let median = times.sorted()[Self.rounds / 2]
    return [
      layout == .channelsFirst ? "channels first" : "channels last",
      "\((median * 1e3).rounded(to: 2)) ms (median of \(Self.rounds))",
      "\((plan.floatingPointOperations / median / 1e9).rounded(to: 1)) GFLOP/s",
      "\(plan.instructionSet), \(counted(plan.threads, "thread"))",
    ]
  }

  /// A crop of the picture, 0...1, for every image and channel of the layer's input, each from another place.
  private static func crops(of picture: Picture, layout: Layout) throws -> Tensor {
    let (images, channels, rows, columns) = (input[0], input[1], input[2], input[3])
    let isFirst = layout == .channelsFirst
    let shape = isFirst ? input : [images, rows, columns, channels]
    return try Tensor(shape: shape) { x in
      for image in 0..<images {
        for channel in 0..<channels {
          for row in 0..<rows {
            for column in 0..<columns {
              let fromRow = (row + 7 * image + 3 * channel) % picture.height
              let fromColumn = (column + 5 * image + 11 * channel) % picture.width
              let sample =
                (fromRow * picture.width + fromColumn) * picture.channels + channel
                % picture.channels
              let index =
                isFirst
                ? ((image * channels + channel) * rows + row) * columns + column
                : ((image * rows + row) * columns + column) * channels + channel
              x[index] = Float(picture.samples[sample]) / 255
            }
          }
        }
      }
    }
  }
}
