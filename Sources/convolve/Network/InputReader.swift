import Convolution
import ConvolutionFiles
import ConvolutionGraph
import PictureFiles

/// Files as a network's inputs.
struct InputReader {
  let network: Network
  let pictures: PictureOptions

  func tensors(_ files: [NamedFile]) throws -> [String: NetworkTensor] {
    var tensors: [String: NetworkTensor] = [:]
    for file in files { tensors[file.name] = try tensor(file) }
    return tensors
  }

  /// - Throws: what reading throws; `.shapeMismatch` for a picture that the input does not take.
  func tensor(_ file: NamedFile) throws -> NetworkTensor {
    guard !file.isTensor else { return try NetworkTensor(npyFile: file.path) }
    return try pictures.image(
      of: Picture(file: file.path), path: file.path,
      for: network.inputs.first { $0.name == file.name }!)
  }

  /// How the inputs hold images, where one does.
  var layout: Layout {
    network.inputs.lazy.compactMap { ImageForm($0.shape)?.layout }.first ?? .channelsFirst
  }
}
