import ArgumentParser
import Convolution

/// The tour that `make run` gives.
struct Demo: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract:
      "A tour: padding answered, a layer timed on a photograph's data, the photograph filtered.")

  @Argument(help: "A PNG or JPEG photograph.") var photo: String
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Where the filtered photograph goes.", valueName: "out.png"))
  var output: String
  @OptionGroup var machine: MachineOptions

  // The layer of the question that started this library.
  private static let input = [64, 32, 100, 20]
  private static let outputChannels = 32
  private static let kernel = [4, 1]
  private static let rounds = 15

  func run() throws {
    _ = try PictureFormat(path: output)
    let picture = try Picture(file: photo)

    print("Which side does \"same\" pad? Input 100x20, kernel 4x1:\n")
    print(try PaddingReport(input: Array(Self.input.suffix(2)), kernel: Self.kernel).summary)

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
  }

  /// Time, speed and share of the peak of the layer in one layout, as cells of a table.
  private func measure(_ picture: Picture, layout: Layout) throws -> [String] {
    let inputChannels = Self.input[1]
    let weightShape = [Self.outputChannels, inputChannels] + Self.kernel
    let weights = (0..<weightShape.reduce(1, *)).map { Float(($0 * 37) % 101 - 50) / 1000 }
    let layer = try Conv2D(weights: Tensor(weights, shape: weightShape), padding: .same)
    let x = try Self.crops(of: picture, layout: layout)
    let plan = try layer.plan(
      for: x.shape, layout: layout, threads: machine.threads, instructionSet: machine.isa)
    let workspace = try Workspace(for: plan)
    var y = try Tensor(shape: plan.outputShape, layout: layout)
    func measurePeak() -> Double {
      Machine.measureFMAPeak(instructionSet: plan.instructionSet, threads: plan.threads)
    }
    // The peak on both sides of the runs: a shared machine's speed changes.
    let peakBefore = measurePeak()
    var times: [Double] = []
    // The first two rounds warm the caches and wake the threads.
    for round in -2..<Self.rounds {
      let time = try ContinuousClock().measure {
        try x.withUnsafeBufferPointer { (x) throws(ConvolutionError) in
          try y.withUnsafeMutableBufferPointer { (y) throws(ConvolutionError) in
            try plan.run(x, into: y, workspace: workspace.bytes)
          }
        }
      }
      if round >= 0 { times.append(time.seconds) }
    }
    let median = times.sorted()[Self.rounds / 2]
    let speed = plan.floatingPointOperations / median / 1e9
    let peak = (peakBefore + measurePeak()) / 2
    return [
      layout == .channelsFirst ? "channels first" : "channels last",
      "\((median * 1e3).rounded(to: 2)) ms (median of \(Self.rounds))",
      "\(speed.rounded(to: 1)) GFLOP/s",
      "\((100 * speed / peak).rounded(to: 1)) % of the \(peak.rounded(to: 1)) GFLOP/s FMA peak",
      "\(plan.instructionSet.rawValue), \(counted(plan.threads, "thread"))",
    ]
  }

  /// A crop of the picture, 0...1, for every image and channel of the layer's input, each from another place.
  private static func crops(of picture: Picture, layout: Layout) throws -> Tensor {
    let (images, channels, rows, columns) = (input[0], input[1], input[2], input[3])
    let isFirst = layout == .channelsFirst
    var x = try Tensor(
      shape: isFirst ? [images, channels, rows, columns] : [images, rows, columns, channels],
      layout: layout)
    x.withUnsafeMutableBufferPointer { x in
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
    return x
  }
}
