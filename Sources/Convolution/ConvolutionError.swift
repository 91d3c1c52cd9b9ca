/// What is wrong with an argument: its name, what came and what was expected.
public struct ConvolutionError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The kind of mistake, for code that wants to tell them apart.
  public enum Code: Sendable {
    /// A name or value that the argument does not know.
    case invalidValue
    /// A tensor or list with the wrong number of axes.
    case rankMismatch
    /// Channels, groups or a shape that do not fit each other.
    case shapeMismatch
    /// A size that must be positive and is not.
    case nonPositiveSize
    /// A kernel that does not fit into the padded input.
    case kernelLargerThanInput
    /// PyTorch's `padding="same"` with a stride above 1.
    case stridedTorchSame
    /// A border mode that has no sample to repeat.
    case emptyAxis
    /// A buffer or workspace with too few or too many elements.
    case wrongBufferSize
    /// A shape whose number of elements, or a size computed from it, does not fit into an integer.
    case integerOverflow
    /// More memory than the system has.
    case outOfMemory
    /// An algorithm that does not compute this layer.
    case unsupportedAlgorithm
    /// A file that is not what it should be, or has a type that is not supported.
    case unsupportedFile
    /// A file that cannot be read or written.
    case inputOutput
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
