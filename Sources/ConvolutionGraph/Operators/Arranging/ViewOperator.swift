/// `Reshape`, `Flatten`, `Squeeze`, `Unsqueeze`: the same elements under another shape.
struct ViewOperator: Operator {
  enum Kind: Sendable {
    /// To the shape in input 1: -1 is what is left, 0 the extent that there is, or with `allowsZero` no elements.
    case reshape(allowsZero: Bool)
    /// To a matrix: the axes before `axis` are its rows.
    case flatten(axis: Int)
    /// Without the axes in input 1; where it is left out, without all of extent 1.
    case squeeze
    /// With axes of extent 1 at the places in input 1.
    case unsqueeze
  }

  let kind: Kind

  var isView: Bool { true }

  var description: String {
    switch kind {
    case .reshape: "Reshape"
    case .flatten: "Flatten"
    case .squeeze: "Squeeze"
    case .unsqueeze: "Unsqueeze"
    }
  }

  func outputTypes(for arguments: Arguments) throws(NetworkError) -> [TensorType] {
    let x = try arguments.type(0, "x")
    let shape =
      switch kind {
      case .reshape(let allowsZero):
        try Self.reshaped(
          x.shape, to: try arguments.requiredIntegers(1, "shape"), allowsZero: allowsZero)
      case .flatten(let axis): try Self.flattened(x.shape, at: axis)
      case .squeeze: try Self.squeezed(x.shape, try arguments.integers(1, "axes"))
      case .unsqueeze: try Self.unsqueezed(x.shape, try arguments.requiredIntegers(1, "axes"))
      }
    return [TensorType(x.element, shape)]
  }

  func step(
    for arguments: Arguments, outputs: [TensorType], context: PlanningContext
  ) throws(NetworkError) -> any Step {
    var step = CopyStep(outputs[0].element, context)
    let shape = outputs[0].shape
    try step.add(shape, from: .whole(.input(0), shape), to: .whole(.output(0), shape))
    return step
  }
}

// MARK: - Shapes

extension ViewOperator {
  private static func reshaped(
    _ x: [Int], to wanted: [Int], allowsZero: Bool
  ) throws(NetworkError) -> [Int] {
    var mismatch: NetworkError {
      NetworkError(
        .shapeMismatch, argument: "shape", received: "\(wanted)",
        expected: "as many elements as \(x) has, at most one extent of -1, and 0 for an axis of it")
    }
    var shape = wanted
    for axis in shape.indices where shape[axis] == 0 && !allowsZero {
      guard axis < x.count else { throw mismatch }
      shape[axis] = x[axis]
    }
    let count = x.product
    if let open = shape.firstIndex(of: -1) {
      shape[open] = 1
      let others = try TensorType(.bool, shape).checked().count
      guard others > 0, count % others == 0 else { throw mismatch }
      shape[open] = count / others
    }
    guard shape.allSatisfy({ $0 >= 0 }), try TensorType(.bool, shape).checked().count == count
    else { throw mismatch }
    return shape
  }

  private static func flattened(_ x: [Int], at axis: Int) throws(NetworkError) -> [Int] {
    let rows = axis == x.count ? axis : try x.axis(axis)
    return [x[..<rows].reduce(1, *), x[rows...].reduce(1, *)]
  }

  private static func squeezed(_ x: [Int], _ axes: [Int]?) throws(NetworkError) -> [Int] {
    let isGone =
      try axes.map { (axes) throws(NetworkError) in try x.marked(axes) } ?? x.map { $0 == 1 }
    guard zip(x, isGone).allSatisfy({ $0 == 1 || !$1 }) else {
      throw NetworkError(
        .shapeMismatch, argument: "axes", received: "\(axes ?? [])",
        expected: "axes of extent 1 of shape \(x)")
    }
    return zip(x, isGone).filter { !$1 }.map(\.0)
  }

  private static func unsqueezed(_ x: [Int], _ axes: [Int]) throws(NetworkError) -> [Int] {
    let isNew = try Array(repeating: 1, count: x.count + axes.count).marked(axes)
    guard isNew.count(where: { $0 }) == axes.count else {
      throw NetworkError(
        .invalidValue, argument: "axes", received: "\(axes)", expected: "each axis once")
    }
    var rest = x[...]
    return isNew.map { $0 ? 1 : rest.removeFirst() }
  }
}
