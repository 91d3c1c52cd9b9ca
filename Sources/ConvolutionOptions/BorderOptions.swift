import ArgumentParser
import Convolution

/// What the border taps of a convolution read.
public struct BorderOptions: ParsableArguments {
  /// Words of ``Border``, or `constant`, which takes its value from `--border-value`.
  @Option(
    help: ArgumentHelp(
      "What border taps read, one or one an axis between commas: "
        + "\(Border.words.joined(separator: ", ")), or constant with --border-value.",
      valueName: "border"),
    transform: Self.words)
  var border: [String]?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("What a constant border reads. (default: 0)", valueName: "v"))
  var borderValue: Float?

  public init() {}

  private static let constant = "constant"

  private static func words(_ text: String) throws -> [String] {
    let words = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    for word in words where word != constant {
      _ = try Words.value(word, of: Border.words) as Border
    }
    return words
  }

  public func validate() throws {
    guard borderValue == nil || border?.contains(Self.constant) == true else {
      throw ValidationError("--border-value: got a value, expected it with --border constant only")
    }
  }

  /// The border asked for, or `default`.
  public func border(default border: Border) -> AxisValues<Border> {
    AxisValues(self.border?.map { Border($0) ?? .constant(borderValue ?? 0) } ?? [border])
  }

  /// The words that say the same; nil where nothing was said.
  var words: String? {
    border.map {
      "--border \($0.joined(separator: ","))" + (borderValue.map { " --border-value \($0)" } ?? "")
    }
  }
}
