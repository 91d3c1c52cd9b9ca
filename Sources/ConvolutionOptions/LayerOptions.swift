import ArgumentParser
import Convolution
import ConvolutionFiles

/// What a layer is given besides its sizes, on a command line or behind a descriptor in a file.
public struct LayerOptions: ParsableArguments {
  @Flag(
    name: .customLong("transpose"),
    help: "A transposed layer: what padding says is left out of its output.")
  public var isTransposed = false

  @Option(
    help: ArgumentHelp(
      "Order of the axes of input and output. (default: nchw)", valueName: "nchw|nhwc"),
    transform: { try Words.value($0) })
  public var layout: Layout?

  @OptionGroup var paddingOptions: PaddingOptions
  @OptionGroup var borderOptions: BorderOptions

  @Option(
    name: .customLong("activation"),
    help: ArgumentHelp(
      "Applied to every sum: \(Activation.words.joined(separator: ", ")). (default: identity)",
      valueName: "activation"),
    transform: { try Words.value($0, of: Activation.words) })
  var givenActivation: Activation?

  public init() {}

  public func validate() throws {
    try paddingOptions.check(isTransposed: isTransposed)
    if isTransposed, borderOptions.words != nil {
      throw ValidationError("--border: got it with --transpose, expected it without")
    }
  }
}

// MARK: - What they come to

extension LayerOptions {
  /// The padding asked for, if any.
  public var padding: Padding? { paddingOptions.padding }
  /// The border asked for; zeros where none is.
  public var border: AxisValues<Border> { borderOptions.border(default: .zeros) }
  public var activation: Activation { givenActivation ?? .identity }

  /// The padding asked for of a transposed layer of `rank` axes of space, if any.
  ///
  /// - Throws: `.rankMismatch`.
  public func transposedPadding(rank: Int) throws(ConvolutionError) -> TransposedPadding? {
    try paddingOptions.transposedPadding(rank: rank)
  }

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
  /// - Throws: what ``LayerDescriptor/transposedLayer(weights:bias:padding:activation:)`` throws, `.rankMismatch`.
  public func transposedLayer(
    of descriptor: LayerDescriptor, weights: Tensor, bias: Tensor? = nil
  ) throws(ConvolutionError) -> TransposedLayer {
    try descriptor.transposedLayer(
      weights: weights, bias: bias, padding: transposedPadding(rank: descriptor.rank),
      activation: activation)
  }

  /// These options where `other` says nothing.
  ///
  /// - Throws: where they do not go together.
  public func overridden(by other: LayerOptions) throws -> LayerOptions {
    var options = self
    options.isTransposed = isTransposed || other.isTransposed
    options.layout = other.layout ?? layout
    if other.paddingOptions.words != nil { options.paddingOptions = other.paddingOptions }
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
      isTransposed ? "--transpose" : nil, paddingOptions.words, borderOptions.words,
      layout.map { "--layout \($0)" }, givenActivation.map { "--activation \($0)" },
    ].compactMap(\.self).joined(separator: " ")
  }
}
