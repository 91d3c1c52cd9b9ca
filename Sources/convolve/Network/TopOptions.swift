import ArgumentParser
import Convolution
import ConvolutionFiles
import ConvolutionGraph

/// The classes that a classifier holds for the likeliest.
struct TopOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Print so many of the largest values of each output.", valueName: "n"),
    transform: {
      guard let count = Int($0), count > 0 else { throw ValidationError("expected a positive number") }
      return count
    })
  var top: Int?

  @Option(help: ArgumentHelp("What the values' indices stand for, one a line.", valueName: "file"))
  var labels: String?

  func validate() throws {
    guard labels == nil || top != nil else {
      throw ValidationError("--labels: got a file, expected it with --top only")
    }
  }

  /// The lines of a file of labels; nil without one.
  func words() throws(ConvolutionError) -> [String]? {
    try labels.map { (path) throws(ConvolutionError) in
      try textOfFile(atPath: path).split(whereSeparator: \.isNewline).map(String.init)
    }
  }

  /// A table of each output's largest values; nil where nobody asks.
  ///
  /// - Parameter words: one for each value of an output.
  /// - Throws: `.shapeMismatch` for another number of words.
  func table(
    of outputs: [(name: String, tensor: NetworkTensor)], words: [String]?
  ) throws(NetworkError) -> String? {
    guard let top else { return nil }
    var tables: [String] = []
    for (name, tensor) in outputs {
      // The first axis is that of images.
      let values = tensor.floats
      let images = tensor.shape.count > 1 ? tensor.shape[0] : 1
      let count = images > 0 ? values.count / images : 0
      if let words, words.count != count {
        throw NetworkError(
          .shapeMismatch, argument: "--labels", received: "\(words.count) lines",
          expected: "\(count), one for each value of \"\(name)\"")
      }
      for image in 0..<images {
        let rows = Self.largest(top, of: values[(image * count)..<((image + 1) * count)])
          .map { index, value in
            ["\(index)", value.description] + (words.map { [$0[index]] } ?? [])
          }
        let title = images > 1 ? ["\(name)[\(image)]"] : outputs.count > 1 ? [name] : []
        tables.append((title + [convolve.table(rows, indent: "  ")]).joined(separator: "\n"))
      }
    }
    return tables.joined(separator: "\n")
  }

  /// The largest values and where they are, NaN among the smallest; of equal ones the first.
  static func largest(_ count: Int, of values: ArraySlice<Float>) -> [(index: Int, value: Float)] {
    func key(_ value: Float) -> Float { value.isNaN ? -.infinity : value }
    return Array(
      zip(0..., values).sorted { (key($1.1), $0.0) < (key($0.1), $1.0) }.prefix(count))
  }
}
