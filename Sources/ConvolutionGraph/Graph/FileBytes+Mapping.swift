import Convolution
import ConvolutionFiles

extension FileBytes {
  /// All bytes of a file, where they are cached.
  ///
  /// - Throws: `.malformedFile` for a file that cannot be read.
  init(mapping path: String) throws(NetworkError) {
    self = try asNetworkError { () throws(ConvolutionError) in try FileBytes(contentsOf: path) }
  }
}
