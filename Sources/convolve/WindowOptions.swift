import ArgumentParser
import ConvolutionOptions

/// How far the window moves and how far its taps are apart.
struct WindowOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Distance between outputs, one or one an axis. (default: 1)", valueName: "2,1"),
    transform: { AxisValues(try Words.extents($0)) })
  var stride = AxisValues([1])

  @Option(
    help: ArgumentHelp("Distance between taps, one or one an axis. (default: 1)", valueName: "1,1"),
    transform: { AxisValues(try Words.extents($0)) })
  var dilation = AxisValues([1])
}

extension Words {
  /// Positive whole numbers between commas or x.
  static func extents(_ text: String) throws -> [Int] {
    let numbers = try integers(text)
    guard numbers.allSatisfy({ $0 > 0 }) else { throw ValidationError("expected positive numbers") }
    return numbers
  }
}
