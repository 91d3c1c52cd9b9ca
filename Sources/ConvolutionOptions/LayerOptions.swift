import ArgumentParser
import Convolution
import ConvolutionFiles

/// What a layer is given besides its sizes, on a command line or behind a descriptor in a file.
public struct LayerOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Order of the axes of input and output. (default: nchw)", valueName: "nchw|nhwc"),
    transform: { try Words.value($0) })
  public var layout: Layout?

  @Option(
    name: .customLong("padding"),
    help: ArgumentHelp(
      "How many border taps there are: \(Self.conventions.joined(separator: ", ")).",
      valueName: "convention"),
    transform: Self.convention)
  var convention: Padding?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Border taps before and after each axis; implies --padding explicit.",
      valueName: "top,bottom,left,right"),
    transform: Self.amounts)
  var pads: Padding?

  @OptionGroup var borderOptions: BorderOptions

  @Flag(
    name: .customLong("transpose"),
    help: "A transposed layer: what padding says is left out of its output.")
  public var isTransposed = false

  @Option(
    name: .customLong("activation"),
    help: ArgumentHelp(
      "Applied to every sum: \(Activation.words.joined(separator: ", ")). (default: identity)",
      valueName: "activation"),
    transform: { try Words.value($0, of: Activation.words) })
  var givenActivation: Activation?

  public init() {}

  public func validate() throws {
    if pads == nil, convention == Self.explicit {
      throw ValidationError(
        "--padding explicit: got no --pads, expected --pads before,after for each axis")
    }
    if pads != nil, let convention, convention != Self.explicit {
      throw ValidationError(
        "--pads: got --padding \(convention) as well, expected --padding explicit or none")
    }
    if isTransposed, borderOptions.words != nil {
      throw ValidationError("--border: got it with --transpose, expected it without")
    }
    if isTransposed, let padding, TransposedPadding(padding) == nil {
      throw ValidationError(
        "--padding: got \(padding) with --transpose, expected valid, same, same-lower or explicit")
    }
  }
}

// MARK: - What they come to

extension LayerOptions {
  /// The padding asked for, if any.
  public var padding: Padding? { pads ?? convention }
  /// The same for a transposed layer.
  public var transposedPadding: TransposedPadding? { padding.flatMap(TransposedPadding.init) }
  /// The border asked for; zeros where none is.
  public var border: AxisValues<Border> { borderOptions.border(default: .zeros) }
  public var activation: Activation { givenActivation ?? .identity }

  /// A layer of a descriptor's sizes, with the padding asked for in place of the descriptor's.
  ///
  /// - Throws: what ``LayerDescriptor/layer(weights:bias:padding:border:activation:)`` throws.
  public func layer(
    of descriptor: LayerDescriptor, weights: Tensor, bias: Tensor? = nil
  ) throws(ConvolutionError) -> ConvolutionLayer {
    try descriptor.layer(
      weights: weights, bias: bias, padding: padding, border: border, activation: activation)
  }

  /// A transposed layer of a descriptor's sizes, with the padding asked for in place of the descriptor's.
  ///
  /// - Throws: what ``LayerDescriptor/transposedLayer(weights:bias:padding:activation:)`` throws.
  public func transposedLayer(
    of descriptor: LayerDescriptor, weights: Tensor, bias: Tensor? = nil
  ) throws(ConvolutionError) -> TransposedLayer {
    try descriptor.transposedLayer(
      weights: weights, bias: bias, padding: transposedPadding, activation: activation)
  }

  /// These options where `other` says nothing.
  ///
  /// - Throws: where they do not go together.
  public func overridden(by other: LayerOptions) throws -> LayerOptions {
    var options = self
    options.isTransposed = isTransposed || other.isTransposed
    options.layout = other.layout ?? layout
    if other.padding != nil { (options.convention, options.pads) = (other.convention, other.pads) }
    if other.borderOptions.words != nil { options.borderOptions = other.borderOptions }
    options.givenActivation = other.givenActivation ?? givenActivation
    try options.validate()
    return options
  }
}

extension LayerOptions: CustomStringConvertible {
  /// The words of the command line that say the same.
  public var description: String {
    [
      isTransposed ? "--transpose" : nil,
      pads.map { "--pads \($0)" } ?? convention.map { "--padding \($0)" }, borderOptions.words,
      layout.map { "--layout \($0)" }, givenActivation.map { "--activation \($0)" },
    ].compactMap(\.self).joined(separator: " ")
  }
}

// MARK: - Words of padding

extension LayerOptions {
  /// What `--padding explicit` is until `--pads` tells the amounts.
  private static let explicit = Padding.explicit([])
  private static let conventions = Padding.conventions.map(\.key) + ["explicit"]

  private static func convention(_ word: String) throws -> Padding {
    guard conventions.contains(word) else {
      throw ValidationError("expected one of " + conventions.joined(separator: ", "))
    }
    return Padding(word) ?? explicit
  }

  private static func amounts(_ text: String) throws -> Padding {
    let numbers = try Words.integers(text)
    guard numbers.count.isMultiple(of: 2) else {
      throw ValidationError(
        "got \(numbers.count) numbers, expected two for each axis: before,after")
    }
    return .explicit(
      stride(from: 0, to: numbers.count, by: 2).map {
        PaddingAmount(before: numbers[$0], after: numbers[$0 + 1])
      })
  }
}

extension TransposedPadding {
  /// The convention of the same name, nil where there is none.
  fileprivate init?(_ padding: Padding) {
    switch padding {
    case .valid: self = .valid
    case .same: self = .same
    case .sameLower: self = .sameLower
    case .explicit(let amounts): self = .explicit(amounts, outputPadding: [])
    case .sameTorch, .causal, .full: return nil
    }
  }
}
