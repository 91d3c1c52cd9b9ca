import Convolution

extension CostModel {
  /// Reads a text file: a model's description.
  ///
  /// - Throws: `.inputOutput` for a file that cannot be read, `.unsupportedFile` for one that is no cost model.
  public init(file path: String) throws(ConvolutionError) {
    guard let model = CostModel(try textOfFile(atPath: path)) else {
      throw ConvolutionError(
        .unsupportedFile, argument: path, received: "text that is no cost model",
        expected:
          "lines of machine, instruction-set, caches and team, and one of each kernel family")
    }
    self = model
  }

  /// Writes a text file that ``init(file:)`` reads.
  ///
  /// - Throws: `.inputOutput`; an old file is then as it was.
  public func write(toFile path: String) throws(ConvolutionError) {
    try replaceFile(atPath: path, with: description)
  }
}
