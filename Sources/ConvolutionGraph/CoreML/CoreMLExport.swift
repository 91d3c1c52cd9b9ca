import Convolution
import ConvolutionFiles

/// A network as a Core ML model, before it is written.
package struct CoreMLExport: Sendable {
  package enum Format: Sendable {
    /// `.mlpackage`: a program, in a folder with its weights.
    case package
    /// `.mlmodel`: a neural network, in one file.
    case model
  }

  /// A row for each padded layer.
  package let paddings: [WrittenPadding]
  private let format: Format
  /// By their paths in the package; of a model one that has none.
  let files: [(path: String, content: [UInt8])]

  init(
    _ network: Network, _ format: Format, inputs shapes: [String: [Int]], weights: CoreMLWeights
  ) throws(NetworkError) {
    let program = try MLProgram(network.source.resolved(inputs: shapes))
    paddings = program.paddings
    self.format = format
    files =
      switch format {
      case .package: try ModelPackage(program, weights).files()
      case .model: [("", try CoreMLModel(neuralNetwork: program, weights).serialized())]
      }
  }

  /// - Throws: `.malformedFile` where it cannot be written; what was there before is then as it was.
  package func write(to path: String) throws(NetworkError) {
    try asNetworkError { () throws(ConvolutionError) in
      switch format {
      case .package: try replaceFolder(atPath: path, with: files)
      case .model: try replaceFile(atPath: path, content: files[0].content)
      }
    }
  }
}
