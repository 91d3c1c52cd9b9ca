/// What is wrong with an argument: its name, what came and what was expected.
public struct ConvolutionError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The kind of mistake, for code that wants to tell them apart. There may be more of them in later versions.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    public let description: String

    /// A name or value that the argument does not know.
    public static let invalidValue = Code(description: "invalidValue")
    /// A tensor or list with the wrong number of axes.
    public static let rankMismatch = Code(description: "rankMismatch")
    /// Channels, groups or a shape that do not fit each other.
    public static let shapeMismatch = Code(description: "shapeMismatch")
    /// A size that must be positive and is not.
    public static let nonPositiveSize = Code(description: "nonPositiveSize")
    /// A kernel that does not fit into the padded input.
    public static let kernelLargerThanInput = Code(description: "kernelLargerThanInput")
    /// PyTorch's `padding="same"` with a stride above 1.
    public static let stridedTorchSame = Code(description: "stridedTorchSame")
    /// A border mode that has no sample to repeat.
    public static let emptyAxis = Code(description: "emptyAxis")
    /// A buffer or workspace with too few or too many elements.
    public static let wrongBufferSize = Code(description: "wrongBufferSize")
    /// A shape whose number of elements, or a size computed from it, does not fit into an integer.
    public static let integerOverflow = Code(description: "integerOverflow")
    /// More memory than the system has.
    public static let outOfMemory = Code(description: "outOfMemory")
    /// An algorithm that does not compute this layer.
    public static let unsupportedAlgorithm = Code(description: "unsupportedAlgorithm")
    /// A C target that was compiled from another version than the Swift modules that call it.
    public static let incompatibleLibrary = Code(description: "incompatibleLibrary")
    /// A run that was given up because the Swift task that awaited it was cancelled.
    public static let cancelled = Code(description: "cancelled")
    /// A file that is not what it should be, or has a type that is not supported.
    public static let unsupportedFile = Code(description: "unsupportedFile")
    /// A file that cannot be read or written.
    public static let inputOutput = Code(description: "inputOutput")
  }

  public let code: Code
  /// The argument at fault, as the API spells it.
  public let argument: String
  /// What came.
  public let received: String
  /// What was expected.
  public let expected: String

  public init(_ code: Code, argument: String, received: String, expected: String) {
    self.code = code
    self.argument = argument
    self.received = received
    self.expected = expected
  }

  /// One line: `weights: got 3 input channels, expected 4 (input channels / groups)`.
  public var description: String { "\(argument): got \(received), expected \(expected)" }
}

extension ConvolutionError {
  /// - Parameter difference: what differs, as `conv_abi_difference` tells it.
  static func incompatibleLibrary(_ difference: String) -> ConvolutionError {
    ConvolutionError(
      .incompatibleLibrary, argument: "CConvolution", received: "another \(difference)",
      expected: "that of the Swift modules; build all of the package anew")
  }
}
