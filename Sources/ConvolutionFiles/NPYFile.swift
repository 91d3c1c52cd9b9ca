import Convolution

/// A `.npy` file opened for reading, as `numpy.save` writes it: version 1.0, 2.0 or 3.0, C order.
package struct NPYFile: ~Copyable {
  package let element: NPYElement
  package let shape: [Int]
  /// Of all elements.
  package let byteCount: Int
  private let file: InputFile

  /// Reads the header.
  ///
  /// - Parameter elements: those that are welcome.
  /// - Throws: `.inputOutput` when the file cannot be read, `.unsupportedFile` when it is something else or its size is
  ///   not what its shape needs, `.integerOverflow` for a shape too large. All name the file.
  package init(path: String, of elements: [NPYElement]) throws(ConvolutionError) {
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
    let header = try NPYHeader(parsing: file.read(length), of: elements, file: path)
    let byteCount = try Checked.multiply(
      Checked.elementCount(header.shape, argument: path), header.element.size, argument: path)
    guard file.size - dataStart == byteCount else {
      throw ConvolutionError(
        .unsupportedFile, argument: path, received: "\(file.size - dataStart) bytes of elements",
        expected: "\(byteCount), for \(header.element.plural) of shape \(header.shape)")
    }
    (element, shape) = (header.element, header.shape)
    self.byteCount = byteCount
    self.file = file
  }

  /// Reads all elements into `byteCount` bytes.
  ///
  /// - Throws: `.inputOutput`.
  package func read(into bytes: UnsafeMutableRawBufferPointer) throws(ConvolutionError) {
    try file.read(into: bytes)
  }

  /// Writes a file that `numpy.load` reads: version 1.0 where its header is short enough, C order.
  ///
  /// - Throws: `.inputOutput`. A file that was there before is then as it was.
  package static func write(
    _ bytes: UnsafeRawBufferPointer, of element: NPYElement, shape: [Int], to path: String
  ) throws(ConvolutionError) {
    let header = NPYHeader.bytes(for: element, shape)
    let result = header.withUnsafeBytes { header in
      Result { () throws(ConvolutionError) in
        try replaceFile(atPath: path, with: [header, bytes])
      }
    }
    try result.get()
  }
}
