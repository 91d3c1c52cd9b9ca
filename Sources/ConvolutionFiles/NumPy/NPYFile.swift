import Convolution

/// A `.npy` file, as `numpy.save` writes it: version 1.0, 2.0 or 3.0. Elements are read where they lie.
package struct NPYFile {
  package let element: TensorElement
  package let shape: [Int]
  private let header: NPYHeader
  /// Of all elements.
  private let elements: FileBytes

  /// Whether bytes begin as such a file does.
  static func isNPY(_ bytes: FileBytes) -> Bool { bytes.starts(with: NPYHeader.magic) }

  /// Reads the header of a file.
  ///
  /// - Throws: `.inputOutput` when the file cannot be read, else as ``init(_:)``.
  package init(contentsOf path: String) throws(ConvolutionError) {
    try self.init(FileBytes(contentsOf: path))
  }

  /// Reads the header.
  ///
  /// - Throws: `.unsupportedFile` when the bytes are something else or not as many as the shape needs, `.integerOverflow`
  ///   for a shape too large.
  package init(_ bytes: FileBytes) throws(ConvolutionError) {
    header = try NPYHeader(bytes)
    elements = try bytes.part(from: header.length)
    (element, shape) = (header.element, header.shape)
    let count = try Checked.elementCount(shape, argument: bytes.name)
    guard let size = element.size else { return }
    let length = try Checked.multiply(count, size, argument: bytes.name)
    guard elements.count == length else {
      throw bytes.malformed(
        "\(elements.count) bytes of elements",
        expected: "\(length), for \(element) of shape \(shape)")
    }
  }

  /// All elements as 32-bit floats in C order. Numbers that no 32-bit float is are rounded to the nearest.
  ///
  /// - Throws: `.unsupportedFile` for elements that are no numbers, `.outOfMemory`.
  package func tensor() throws(ConvolutionError) -> Tensor {
    try stored.tensor()
  }

  /// What the file holds, as a tensor among others.
  package var stored: StoredTensor { stored(name: elements.name) }

  func stored(name: String) -> StoredTensor {
    header.stored(name: name) { [elements] () throws(ConvolutionError) in elements }
  }

  /// Writes a file that `numpy.load` reads: version 1.0 where its header is short enough, C order.
  ///
  /// - Precondition: NumPy has a word for `element`.
  /// - Throws: `.inputOutput`. A file that was there before is then as it was.
  package static func write(
    _ bytes: UnsafeRawBufferPointer, of element: TensorElement, shape: [Int], to path: String
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
