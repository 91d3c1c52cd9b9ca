import Convolution

/// What is wrong with a network, or with what it was given.
public struct NetworkError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The kind of mistake, for code that wants to tell them apart. There may be more of them in later versions.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    public let description: String

    /// A file that cannot be read or is not what it should be.
    public static let malformedFile = Code(description: "malformedFile")
    /// Operators, attributes or element types that are not supported: all of them are in ``NetworkError/unsupported``. Or
    /// a file of a version that is too old.
    public static let unsupported = Code(description: "unsupported")
    /// A name that the network does not have, or an input that is missing.
    public static let unknownName = Code(description: "unknownName")
    /// A shape or element type that does not fit.
    public static let shapeMismatch = Code(description: "shapeMismatch")
    /// An argument with a value that makes no sense.
    public static let invalidValue = Code(description: "invalidValue")
    /// What must be known when a plan is made depends on the data of a run.
    public static let dependsOnData = Code(description: "dependsOnData")
    /// A buffer or workspace with too few or too many bytes.
    public static let wrongBufferSize = Code(description: "wrongBufferSize")
    /// More memory than the system has.
    public static let outOfMemory = Code(description: "outOfMemory")
  }

  /// Something a network asks for that is not supported.
  public struct Unsupported: Sendable, Hashable, CustomStringConvertible {
    /// The node's name, or that of its first output.
    public let node: String
    /// As the file says: `Conv`, `com.example.Attention`.
    public let operation: String
    /// What of it is not supported; nil: all of it.
    public let detail: String?

    public init(node: String, operation: String, detail: String? = nil) {
      self.node = node
      self.operation = operation
      self.detail = detail
    }

    public var description: String {
      "node \"\(node)\": \(operation)" + (detail.map { ", \($0)" } ?? "")
    }
  }

  public let code: Code
  /// What is at fault: a file, a node, an input or an argument.
  public let argument: String
  /// What came.
  public let received: String
  /// What was expected.
  public let expected: String
  /// Everything that is not supported, in the order of the file.
  public let unsupported: [Unsupported]

  public init(_ code: Code, argument: String, received: String, expected: String) {
    self.code = code
    self.argument = argument
    self.received = received
    self.expected = expected
    unsupported = []
  }

  /// - Parameters:
  ///   - unsupported: everything that is not supported, in the order of the file.
  ///   - file: the network's file, or another name of it.
  public init(unsupported: [Unsupported], in file: String) {
    self.init(
      unsupported: unsupported, in: file,
      expected: "supported operators, attributes and element types")
  }

  init(unsupported: [Unsupported], in file: String, expected: String) {
    code = .unsupported
    argument = file
    received = unsupported.map(\.description).joined(separator: "; ")
    self.expected = expected
    self.unsupported = unsupported
  }

  init(_ error: ConvolutionError) {
    let code: Code =
      switch error.code {
      case .outOfMemory: .outOfMemory
      case .wrongBufferSize: .wrongBufferSize
      case .unsupportedFile, .inputOutput: .malformedFile
      case .invalidValue: .invalidValue
      default: .shapeMismatch
      }
    self.init(
      code, argument: error.argument, received: error.received, expected: error.expected)
  }

  /// The same of a node: its name comes first.
  func at(_ node: String) -> NetworkError {
    unsupported.isEmpty
      ? NetworkError(
        code, argument: "node \"\(node)\", \(argument)", received: received, expected: expected)
      : self
  }

  /// One line: `x: got shape [1, 3, 5], expected 4 axes`.
  public var description: String { "\(argument): got \(received), expected \(expected)" }
}

/// Calls `body`, whose errors become those of a network.
func asNetworkError<Value: ~Copyable>(
  _ body: () throws(ConvolutionError) -> Value
) throws(NetworkError) -> Value {
  do throws(ConvolutionError) { return try body() } catch { throw NetworkError(error) }
}
