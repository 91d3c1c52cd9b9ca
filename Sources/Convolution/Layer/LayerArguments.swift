/// Checks of what layers of every kind are given.
enum LayerArguments {
  /// - Throws: `.rankMismatch`.
  static func rank(_ rank: Int) throws(ConvolutionError) -> Int {
    guard (1...3).contains(rank) else {
      throw ConvolutionError(
        .rankMismatch, argument: "rank", received: "\(rank)", expected: "1, 2 or 3")
    }
    return rank
  }

  /// - Throws: `.invalidValue`.
  static func check(_ activation: Activation) throws(ConvolutionError) {
    guard activation.minimum <= activation.maximum else {
      throw ConvolutionError(
        .invalidValue, argument: "activation", received: "\(activation)",
        expected: "a minimum that is not above the maximum")
    }
  }

  /// - Throws: `.shapeMismatch`.
  static func check(_ bias: Tensor?, outputChannels: Int) throws(ConvolutionError) {
    if let bias, bias.shape != [outputChannels] {
      throw ConvolutionError(
        .shapeMismatch, argument: "bias", received: "shape \(bias.shape)",
        expected: "[\(outputChannels)], one value for each output channel")
    }
  }

  /// - Parameter channels: the axes of channels, for the error.
  /// - Throws: `.rankMismatch`, `.nonPositiveSize`, `.integerOverflow` for extents beyond 32 bits.
  static func check(
    weightShape shape: [Int], rank: Int, groups: Int, channels: String, argument: String = "weights"
  ) throws(ConvolutionError) {
    guard shape.count == rank + 2 else {
      throw ConvolutionError(
        .rankMismatch, argument: argument, received: "shape \(shape)",
        expected: "\(rank + 2) axes: \(channels) and \(rank) of the kernel")
    }
    if let extent = shape.first(where: { $0 < 1 }) {
      throw ConvolutionError(
        .nonPositiveSize, argument: argument, received: "\(extent) in shape \(shape)",
        expected: "only positive extents")
    }
    guard groups > 0 else {
      throw ConvolutionError(
        .nonPositiveSize, argument: "groups", received: "\(groups)", expected: "at least 1")
    }
    if let extent = shape.first(where: { Int32(exactly: $0) == nil }) {
      throw ConvolutionError(
        .integerOverflow, argument: argument, received: "an extent of \(extent)",
        expected: "extents that fit into 32 bits")
    }
  }

  /// Checks the extents of an input.
  ///
  /// - Throws: `.rankMismatch`, `.nonPositiveSize`.
  static func check(spatial: [Int], rank: Int) throws(ConvolutionError) {
    guard spatial.count == rank else {
      throw ConvolutionError(
        .rankMismatch, argument: "spatial", received: "\(spatial)",
        expected: "\(rank) extents, one for each axis of space")
    }
    guard spatial.allSatisfy({ $0 >= 0 }) else {
      throw ConvolutionError(
        .nonPositiveSize, argument: "spatial", received: "\(spatial)",
        expected: "no negative extent")
    }
  }
}
