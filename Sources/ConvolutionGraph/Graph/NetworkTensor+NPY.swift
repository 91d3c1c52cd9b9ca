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
    guard let element = ElementType(file.element) else {
      try self.init(asNetworkError { () throws(ConvolutionError) in try file.tensor() })
      return
    }
    try self.init(uninitialized: TensorType(element, file.shape))
    do throws(ConvolutionError) { try file.copyElements(into: mutableBytes) } catch {
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
        try NPYFile.write(bytes, of: TensorElement(element), shape: shape, to: path)
      }
    }
  }
}

extension ElementType {
  /// nil for one that networks do not have.
  fileprivate init?(_ element: TensorElement) {
    switch element {
    case .float32: self = .float32
    case .int64: self = .int64
    case .int32: self = .int32
    case .uint8: self = .uint8
    case .bool: self = .bool
    default: return nil
    }
  }
}

extension TensorElement {
  fileprivate init(_ element: ElementType) {
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
