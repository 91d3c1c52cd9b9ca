import Convolution
import ConvolutionFiles

/// A network as a Core ML model, before it is written.
public struct CoreMLFile: Sendable {
  /// A row for each padded layer.
  package let paddings: [WrittenPadding]
  /// By their paths in the package; of a model that is one file, that one without a path.
  let files: [(path: String, content: [UInt8])]

  private var isPackage: Bool { !files[0].path.isEmpty }

  init(package program: MLProgram, _ weights: CoreMLWeights) throws(NetworkError) {
    paddings = program.paddings
    files = try ModelPackage(program, weights).files()
  }

  init(model program: MLProgram, _ weights: CoreMLWeights) throws(NetworkError) {
    paddings = program.paddings
    files = [("", try CoreMLModel(neuralNetwork: program, weights).serialized())]
  }

  /// Writes the file, or the folder that a package is.
  ///
  /// - Throws: `.malformedFile` where nothing can be written, or for a package where there is something else of that name.
  ///   What was there before is then as it was.
  public func write(toFile path: String) throws(NetworkError) {
    try asNetworkError { () throws(ConvolutionError) in
      if isPackage {
        try replaceFolder(atPath: path, with: files)
      } else {
        try replaceFile(atPath: path, content: files[0].content)
      }
    }
  }
}
