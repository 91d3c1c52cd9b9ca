import Convolution
import ConvolutionFiles

extension NetworkTensor {
  /// Reads a `.npy` file, as `numpy.save` writes it: elements of any ``ElementType``, little-endian, C order.
  ///
  /// - Throws: `.malformedFile` when the file cannot be read or is something else, `.shapeMismatch` for a shape too large,
  ///   `.outOfMemory`.
  public init(npyFile path: String) throws(NetworkError) {
    let file = try asNetworkError { () throws(ConvolutionError) in
      try NPYFile(path: path, of: NPYElement.allCases)
    }
    try self.init(uninitialized: TensorType(ElementType(file.element), file.shape))
    do throws(ConvolutionError) { try file.read(into: mutableBytes) } catch {
      throw NetworkError(error)
    }
    guard element != .bool || mutableBytes.allSatisfy({ $0 <= 1 }) else {
      throw NetworkError(
        .malformedFile, argument: path, received: "a truth value that is neither 0 nor 1",
        expected: "bytes of 0 and 1")
    }
  }

  /// Writes a `.npy` file that `numpy.load` reads: little-endian, C order.
  ///
  /// - Throws: `.malformedFile` where nothing can be written. A file that was there before is then as it was.
  public func write(toNPYFile path: String) throws(NetworkError) {
    try withUnsafeBytes { (bytes) throws(NetworkError) in
      try asNetworkError { () throws(ConvolutionError) in
        try NPYFile.write(bytes, of: NPYElement(element), shape: shape, to: path)
      }
    }
  }
}

extension ElementType {
  fileprivate init(_ element: NPYElement) {
    self =
      switch element {
      case .float32: .float32
      case .int64: .int64
      case .int32: .int32
      case .uint8: .uint8
      case .bool: .bool
      }
  }
}

extension NPYElement {
  /// The other way round; every type has its element.
  fileprivate init(_ element: ElementType) {
    self = Self.allCases.first { ElementType($0) == element }!
  }
}
