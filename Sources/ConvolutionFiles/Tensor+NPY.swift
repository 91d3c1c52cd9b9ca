import Convolution

extension Tensor {
  /// Reads a `.npy` file, as `numpy.save` writes it: version 1.0, 2.0 or 3.0, 32-bit little-endian floats, C order.
  ///
  /// - Throws: `.inputOutput` when the file cannot be read, `.unsupportedFile` when it is something else or its
  ///   size is not what its shape needs, `.integerOverflow` for a shape too large. All name the file.
  public init(npyFile path: String) throws(ConvolutionError) {
    let file = try InputFile(path: path)
    let start = NPYHeader.magic.count + 2
    let opening = try file.read(min(start, file.size))
    guard opening.count == start, opening.starts(with: NPYHeader.magic) else {
      throw ConvolutionError(
        .unsupportedFile, argument: path,
        received: "\(file.size) bytes without the mark of NumPy's format",
        expected: "a .npy file")
    }
    let version = (opening[start - 2], opening[start - 1])
    guard (1...3).contains(version.0), version.1 == 0 else {
      throw ConvolutionError(
        .unsupportedFile, argument: path,
        received: "version \(version.0).\(version.1) of NumPy's format",
        expected: "version 1.0, 2.0 or 3.0")
    }
    let lengthBytes = version.0 == 1 ? 2 : 4
    let length = try file.read(min(lengthBytes, file.size - start)).reversed().reduce(0) {
      $0 << 8 | Int($1)
    }
    let dataStart = start + lengthBytes + length
    guard dataStart <= file.size else {
      throw ConvolutionError(
        .unsupportedFile, argument: path, received: "a file that ends in its header",
        expected: "a header of \(length) bytes")
    }
    let shape = try NPYHeader(parsing: file.read(length), file: path).shape
    let bytes = try Checked.elementCount(shape, argument: path) * MemoryLayout<Float>.stride
    guard file.size - dataStart == bytes else {
      throw ConvolutionError(
        .unsupportedFile, argument: path, received: "\(file.size - dataStart) bytes of elements",
        expected: "\(bytes), for 32-bit floats of shape \(shape)")
    }
    try self.init(uninitializedShape: shape)
    try withUnsafeMutableBufferPointer { (elements) throws(ConvolutionError) in
      try file.read(into: UnsafeMutableRawBufferPointer(elements))
    }
  }

  /// Writes a `.npy` file that `numpy.load` reads: 32-bit little-endian floats, C order.
  ///
  /// - Throws: `.inputOutput`. A file that was there before is then as it was.
  public func write(toNPYFile path: String) throws(ConvolutionError) {
    let header = NPYHeader.bytes(for: shape)
    let result = header.withUnsafeBytes { header in
      withUnsafeBufferPointer { elements in
        Result { () throws(ConvolutionError) in
          try replaceFile(atPath: path, with: [header, UnsafeRawBufferPointer(elements)])
        }
      }
    }
    try result.get()
  }
}
