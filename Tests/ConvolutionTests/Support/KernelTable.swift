import Testing

@testable import Convolution

extension Kernel {
  /// C's table of kernels, without those that this CPU cannot run.
  static let available = all.filter { $0.instructionSet <= Machine.instructionSet }
}

extension Kernel: CustomTestStringConvertible {
  public var testDescription: String { "\(family) \(instructionSet)" }
}
