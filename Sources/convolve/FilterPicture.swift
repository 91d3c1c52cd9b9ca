import ArgumentParser
import Convolution
import ConvolutionOptions
import PictureFiles

/// A filter on a picture file.
struct FilterPicture: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "filter",
    abstract: "Filter a PNG or JPEG picture.",
    discussion: """
      A Gaussian's sigma follows from its size n, 0.3 ((n - 1) / 2 - 1) + 0.8. Sobel and laplacian give the size of \
      the derivative. Results are rounded and clamped to 0...255; alpha is left as it is. \
      Without --border the picture is reflected at its edges.
      """)

  @Argument(help: "The picture.") var photo: String
  @Option(
    help: ArgumentHelp("The filter: \(Filter.words).", valueName: "filter"),
    transform: Filter.init(word:))
  var kernel: Filter
  @OptionGroup var border: BorderOptions
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Where the result goes, a .png or .jpg.", valueName: "out.png"))
  var output: String

  func run() throws {
    print(
      try Self.filter(photo, with: kernel, border: border.border(default: .reflect), to: output))
  }

  /// Filters a file into a file.
  ///
  /// - Returns: a line that says what was done.
  static func filter(
    _ path: String, with filter: Filter, border: some PerAxis<Border>, to output: String
  ) throws(ConvolutionError) -> String {
    _ = try PictureFormat(path: output)
    let picture = try Picture(file: path)
    let clock = ContinuousClock()
    let start = clock.now
    let result = try filter(picture, border: border)
    let time = clock.now - start
    try result.write(to: output)
    let channels = [1: "gray", 3: "RGB", 4: "RGBA"][picture.channels]!
    return
      "\(path): \(picture.size) \(channels), filtered in \(time.milliseconds); the result is in \(output)"
  }
}
