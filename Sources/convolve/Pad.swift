import ArgumentParser
import ConvolutionOptions

/// The forum's question, "which side is padded by how much?", for every convention.
struct Pad: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract:
      "Say how much every padding convention adds on which side, and how each framework writes it.")

  @Option(
    help: ArgumentHelp("Extents of the input's axes of space.", valueName: "100x20"),
    transform: Words.extents)
  var input: [Int]
  @Option(
    help: ArgumentHelp("Extents of the kernel, one or one an axis.", valueName: "4x1"),
    transform: { AxisValues(try Words.extents($0)) })
  var kernel: AxisValues<Int>
  @OptionGroup var windowOptions: WindowOptions
  @Flag(
    name: .customLong("transpose"),
    help: "A transposed layer: how much of its output is left out on which side.")
  var isTransposed = false

  func run() throws {
    let window = try Window(
      input: input, kernel: kernel, stride: windowOptions.stride, dilation: windowOptions.dilation)
    if isTransposed {
      print(try TransposedPaddingReport(window))
    } else {
      print(try PaddingReport(window))
    }
  }
}
