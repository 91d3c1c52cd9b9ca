import Convolution

/// The elements and extents of a tensor.
public struct TensorType: Sendable, Hashable {
  public var element: ElementType
  /// Outermost first.
  public var shape: [Int]

  public init(_ element: ElementType, _ shape: [Int]) {
    self.element = element
    self.shape = shape
  }

  /// Elements of the tensor. Shapes whose bytes do not fit into an integer never become a type (``checked()``).
  var count: Int { shape.reduce(1, *) }
  var byteCount: Int { count * element.byteCount }

  /// More bytes than this, which no memory has, no input has and nothing that is computed: sums over a network fit into
  /// integers.
  static let mostBytes = 1 << 44

  /// - Throws: `.shapeMismatch` for extents that are negative, or too many elements.
  func checked(upTo mostBytes: Int = .max) throws(NetworkError) -> TensorType {
    do throws(ConvolutionError) {
      guard shape.allSatisfy({ $0 >= 0 }) else {
        throw ConvolutionError(
          .nonPositiveSize, argument: "shape", received: "\(shape)", expected: "no negative extent")
      }
      // An extent of 0 counts as 1: products of some of the extents fit as well.
      let count = try Checked.elementCount(shape.map { max($0, 1) }, argument: "shape")
      let bytes = try Checked.multiply(count, element.byteCount, argument: "shape")
      guard bytes <= mostBytes else {
        throw ConvolutionError(
          .integerOverflow, argument: "shape", received: "\(self)",
          expected: "at most \(mostBytes) bytes")
      }
    } catch {
      throw NetworkError(error)
    }
    return self
  }
}

extension TensorType: CustomStringConvertible {
  /// `float32 1x3x224x224`; a scalar is `float32`.
  public var description: String {
    shape.isEmpty ? "\(element)" : "\(element) \(shape.map(String.init).joined(separator: "x"))"
  }
}
