import Convolution

extension Tensor {
  /// Reads a `.npy` file, as `numpy.save` writes it: version 1.0, 2.0 or 3.0, truth values, integers and floats of any size,
  /// either order of bytes, C or Fortran order. Numbers that no 32-bit float is are rounded to the nearest.
  ///
  /// - Throws: `.inputOutput` when the file cannot be read, `.unsupportedFile` when it is something else or its
  ///   size is not what its shape needs, `.integerOverflow` for a shape too large. All name the file.
  public init(npyFile path: String) throws(ConvolutionError) {
    self = try NPYFile(contentsOf: path).tensor()
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
