import Convolution
import ConvolutionFiles
import ConvolutionGraph
import PictureFiles

/// Where an output of a network goes.
struct OutputFile {
  private let file: NamedFile
  private let pictures: PictureOptions

  /// - Throws: `.unsupportedFile` for a name that is neither that of a .npy file nor of a picture.
  init(_ file: NamedFile, _ pictures: PictureOptions) throws(ConvolutionError) {
    if !file.isTensor { _ = try PictureFormat(path: file.path) }
    self.file = file
    self.pictures = pictures
  }

  /// - Parameter layout: how an output holds an image where both layouts are possible.
  func write(_ results: [String: NetworkTensor], preferring layout: Layout) throws {
    let tensor = results[file.name]!
    if file.isTensor {
      try tensor.write(toNPYFile: file.path)
    } else {
      try pictures.picture(of: tensor, name: file.name, preferring: layout).write(to: file.path)
    }
  }
}
