/// Where the axes of a file's tensor lie in the tensor at hand, which a rewrite may have permuted. What a file says of axes,
/// in attributes and inputs, stays as it is.
struct AxisOrder: Sendable {
  /// Axis i of the tensor at hand is axis `order[i]` of the file's; nil: all lie as in the file.
  private var order: [Int]?

  init() {}

  /// Whether all axes lie as in the file.
  var isUnchanged: Bool { order.map(\.isIdentityPermutation) ?? true }

  /// What the file's tensor is permuted by to come to the tensor at hand, of as many axes.
  func permutation(rank: Int) -> [Int] { order ?? Array(0..<rank) }

  func permuted(by permutation: [Int]) -> AxisOrder {
    var permuted = self
    permuted.order = permutation.map { order?[$0] ?? $0 }
    return permuted
  }

  /// What there is of each axis, from the file's order to that of the tensor at hand.
  func atHand<Element>(_ elements: [Element]) -> [Element] {
    order.map { $0.map { elements[$0] } } ?? elements
  }

  /// What there is of each axis, from the order of the tensor at hand to the file's.
  func inFile<Element>(_ elements: [Element]) -> [Element] {
    guard let order else { return elements }
    return order.indices.map { elements[order.place(of: $0)] }
  }

  /// The steps from one element to the next along each of the file's axes, in a dense tensor at hand.
  func strides(of shape: [Int]) -> [Int] { inFile(CollapsedAxes.strides(of: shape)) }
}
