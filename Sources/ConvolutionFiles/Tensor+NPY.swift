import Convolution

extension Tensor {
  /// Reads a `.npy` file, as `numpy.save` writes it: version 1.0, 2.0 or 3.0, 32-bit little-endian floats, C order.
  ///
  /// - Throws: `.inputOutput` when the file cannot be read, `.unsupportedFile` when it is something else or its
  ///   size is not what its shape needs, `.integerOverflow` for a shape too large. All name the file.
  public init(npyFile path: String) throws(ConvolutionError) {
    let file = try NPYFile(path: path, of: [.float32])
    try self.init(uninitializedShape: file.shape)
    try withUnsafeMutableBufferPointer { (elements) throws(ConvolutionError) in
      try file.read(into: UnsafeMutableRawBufferPointer(elements))
    }
  }

  /// Writes a `.npy` file that `numpy.load` reads: 32-bit little-endian floats, C order.
  ///
  /// - Throws: `.inputOutput`. A file that was there before is then as it was.
  public func write(toNPYFile path: String) throws(ConvolutionError) {
    try withUnsafeBufferPointer { (elements) throws(ConvolutionError) in
      try NPYFile.write(
        UnsafeRawBufferPointer(elements), of: .float32, shape: shape, to: path)
    }
  }
}
