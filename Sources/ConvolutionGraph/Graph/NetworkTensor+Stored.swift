import Convolution
import ConvolutionFiles

extension NetworkTensor {
  /// Reads a tensor of a file. Elements that are of an ``ElementType`` stay what they are, all other numbers become 32-bit
  /// floats.
  ///
  /// - Throws: `.malformedFile` for elements that are no numbers or not all there, `.shapeMismatch` for a shape too large,
  ///   `.outOfMemory`.
  init(_ stored: StoredTensor) throws(NetworkError) {
    guard let element = ElementType(stored.element) else {
      try self.init(asNetworkError { () throws(ConvolutionError) in try stored.tensor() })
      return
    }
    try self.init(uninitialized: TensorType(element, stored.shape))
    do throws(ConvolutionError) { try stored.copyElements(into: mutableBytes) } catch {
      throw NetworkError(error)
    }
    guard element != .bool || mutableBytes.allSatisfy({ $0 <= 1 }) else {
      throw NetworkError(
        .malformedFile, argument: stored.name,
        received: "a truth value that is neither 0 nor 1", expected: "bytes of 0 and 1")
    }
  }
}

extension ElementType {
  /// nil for one that networks do not have.
  init?(_ element: TensorElement) {
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
  init(_ element: ElementType) {
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
