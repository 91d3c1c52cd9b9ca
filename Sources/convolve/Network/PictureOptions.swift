import ArgumentParser
import Convolution
import ConvolutionOptions

/// How pictures become a network's images, and images pictures.
struct PictureOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "What a picture's samples, 0 to 255, are multiplied by, and what an output is divided by. (default: 1/255)",
      valueName: "factor"),
    transform: { try Self.numbers($0, counts: [1])[0] })
  var scale: Float?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Taken away after that, one or one a channel of the network. (default: 0)",
      valueName: "0.485,0.456,0.406"),
    transform: { try Self.numbers($0, counts: [1, 3]) })
  var mean: [Float] = [0]

  @Option(
    help: ArgumentHelp(
      "What is left is divided by, one or one a channel. (default: 1)",
      valueName: "0.229,0.224,0.225"),
    transform: { try Self.numbers($0, counts: [1, 3]) })
  var std: [Float] = [1]

  @Option(
    help: ArgumentHelp("Height and width that pictures are resized to.", valueName: "HxW"),
    transform: {
      let extents = try Words.extents($0)
      guard extents.count == 2 else { throw ValidationError("expected height and width, as in 224x224") }
      return extents
    })
  var size: [Int]?

  @Option(
    help: ArgumentHelp(
      "The order of the network's channels. (default: rgb, or gray where there is one)",
      valueName: "rgb|bgr|gray"))
  var channels: ChannelOrder?

  func validate() throws {
    guard scale ?? 1 > 0 else { throw ValidationError("--scale: got \(scale!), expected a positive number") }
    guard std.allSatisfy({ $0 > 0 }) else {
      throw ValidationError("--std: got \(std), expected positive numbers")
    }
  }

  /// What samples are multiplied by.
  var factor: Float { scale ?? 1 / 255 }

  private static func numbers(_ text: String, counts: [Int]) throws -> [Float] {
    let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map { Float($0) }
    guard counts.contains(numbers.count), numbers.allSatisfy({ $0?.isFinite ?? false }) else {
      throw ValidationError(
        "expected \(counts.map(String.init).joined(separator: " or ")) numbers between commas")
    }
    return numbers.map { $0! }
  }
}
