import Convolution
import ConvolutionFiles

extension NetworkTensor {
  /// Reads a `.npy` file, as `numpy.save` writes it, in either order of bytes and of axes. Elements that are of an
  /// ``ElementType`` stay what they are, all other numbers become 32-bit floats.
  ///
  /// - Throws: `.malformedFile` when the file cannot be read or is something else, `.shapeMismatch` for a shape too large,
  ///   `.outOfMemory`.
  public init(npyFile path: String) throws(NetworkError) {
    let file = try asNetworkError { () throws(ConvolutionError) in try NPYFile(contentsOf: path) }
    try self.init(file.stored)
  }

  /// Writes a `.npy` file that `numpy.load` reads: little-endian, C order.
  ///
  /// - Throws: `.malformedFile` where nothing can be written. A file that was there before is then as it was.
  public func write(toNPYFile path: String) throws(NetworkError) {
    try withUnsafeBytes { (bytes) throws(NetworkError) in
      try asNetworkError { () throws(ConvolutionError) in
        try NPYFile.write(bytes, of: TensorElement(element), shape: shape, to: path)
      }
    }
  }
}
