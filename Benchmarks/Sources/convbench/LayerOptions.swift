import ArgumentParser
import Convolution

/// What a layer is given besides its descriptor, on the command line or behind it in a file.
struct LayerOptions: ParsableArguments, CustomStringConvertible {
  @Option(help: "How many border taps (default: as the descriptor says).")
  var padding: PaddingWord?

  @Option(help: "What border taps read, one or one an axis, comma separated (default: zeros).")
  var border: BorderWords?

  @Option(help: "The order of the tensors' axes (default: nchw).")
  var layout: LayoutWord?

  /// The words that say the same.
  var description: String {
    [
      padding.map { "--padding \($0.rawValue)" }, border.map { "--border \($0)" },
      layout.map { "--layout \($0.rawValue)" },
    ].compactMap(\.self).joined(separator: " ")
  }

  func overridden(by other: LayerOptions) -> LayerOptions {
    var options = self
    options.padding = other.padding ?? padding
    options.border = other.border ?? border
    options.layout = other.layout ?? layout
    return options
  }
}

enum PaddingWord: String, CaseIterable, ExpressibleByArgument {
  case same, valid, causal, full
  case sameLower = "same-lower"
  case torchSame = "torch-same"

  var padding: Padding {
    switch self {
    case .same: .same
    case .sameLower: .sameLower
    case .torchSame: .sameTorch
    case .valid: .valid
    case .causal: .causal
    case .full: .full
    }
  }
}

enum LayoutWord: String, CaseIterable, ExpressibleByArgument, Encodable {
  case nchw, nhwc

  var layout: Layout { self == .nchw ? .channelsFirst : .channelsLast }
}

enum BorderWord: String, CaseIterable {
  case zeros, constant, replicate, reflect, symmetric, circular

  var border: Border {
    switch self {
    case .zeros: .zeros
    // Any value does to measure with.
    case .constant: .constant(1)
    case .replicate: .replicate
    case .reflect: .reflect
    case .symmetric: .symmetric
    case .circular: .circular
    }
  }
}

struct BorderWords: ExpressibleByArgument, CustomStringConvertible {
  let words: [BorderWord]

  init?(argument: String) {
    let words = argument.split(separator: ",", omittingEmptySubsequences: false)
      .map { BorderWord(rawValue: String($0)) }
    guard !words.contains(nil) else { return nil }
    self.words = words.compactMap(\.self)
  }

  static var allValueStrings: [String] { BorderWord.allCases.map(\.rawValue) }

  var description: String { words.map(\.rawValue).joined(separator: ",") }

  var border: PerAxis<Border> {
    words.count == 1 ? .all(words[0].border) : .each(words.map(\.border))
  }
}
