/// The type of a value in Core ML, which has fewer elements than networks have, and no tensor without axes.
struct MLType: Hashable, Sendable {
  enum Element: Sendable { case float32, int32, bool }

  var element: Element
  var shape: [Int]

  /// Core ML's tensors have no more axes.
  static let mostAxes = 5

  init(_ element: Element, _ shape: [Int]) {
    self.element = element
    self.shape = shape
  }

  /// What stands for a network's type: 32 bits for integers of any width, one axis for a scalar.
  init(_ type: TensorType) {
    element =
      switch type.element {
      case .float32: .float32
      case .int64, .int32, .uint8: .int32
      case .bool: .bool
      }
    shape = type.shape.isEmpty ? [1] : type.shape
  }

  var rank: Int { shape.count }
  var count: Int { shape.product }

  /// The same elements under another shape.
  func shaped(_ shape: [Int]) -> MLType { MLType(element, shape) }
}
