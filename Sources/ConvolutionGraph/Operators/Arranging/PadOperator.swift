import Convolution

/// `Pad`: elements around a tensor, or for negative amounts fewer. Inputs 1 to 3: amounts, the constant, the axes.
struct PadOperator: Operator {
  enum Mode: String, Sendable {
    case constant, reflect, edge, wrap

    /// nil: a constant.
    var border: Border? {
      switch self {
      case .constant: nil
      case .reflect: .reflect
      case .edge: .replicate
      case .wrap: .circular
      }
    }
  }

  let mode: Mode
  private(set) var order = AxisOrder()

  init(_ reader: inout NodeReader) {
    mode = reader.word("mode", default: .constant)
    reader.setInput(1, integers: reader.integers("pads"))
    reader.setInput(2, reader.float("value").flatMap { try? NetworkTensor([$0], shape: []) })
  }

  var description: String { "Pad \(mode)" }

  /// What happens to the two ends of an axis.
  struct Amount: Equatable {
    /// Elements that are added, or if negative taken away.
    var before = 0, after = 0

    var skipped: Int { max(-before, 0) }
    var leading: Int { max(before, 0) }

    /// Elements of an axis of `extent` that are left.
    func kept(of extent: Int) -> Int { extent - skipped - max(-after, 0) }
  }

  /// Of each axis of the tensor at hand.
  func amountsAtHand(for arguments: Arguments) throws(NetworkError) -> [Amount] {
    order.atHand(try amounts(for: arguments))
  }

  /// Of each of the file's axes; a permuted tensor has them elsewhere.
  private func amounts(for arguments: Arguments) throws(NetworkError) -> [Amount] {
    let shape = order.inFile(try arguments.type(0, "x").shape)
    let pads = try arguments.requiredIntegers(1, "pads")
    let axes = try arguments.integers(3, "axes") ?? Array(shape.indices)
    let isListed = try shape.marked(axes)
    // No element count comes near it, so that sums stay far from overflow.
    let most = Int.max / 8
    guard pads.count == 2 * axes.count, isListed.count(where: { $0 }) == axes.count,
      pads.allSatisfy({ (-most...most).contains($0) })
    else {
      throw NetworkError(
        .shapeMismatch, argument: "pads, axes", received: "\(pads), \(axes)",
        expected: "two amounts for every axis, and each axis once")
    }
    var amounts = shape.map { _ in Amount() }
    for (index, axis) in axes.enumerated() {
      amounts[try shape.axis(axis)] = Amount(before: pads[index], after: pads[axes.count + index])
    }
    return amounts
  }

  func outputTypes(for arguments: Arguments) throws(NetworkError) -> [TensorType] {
    let x = try arguments.type(0, "x")
    if let constant = arguments[2]?.type, mode == .constant {
      guard constant.element == x.element, constant.count == 1 else {
        throw NetworkError(
          .shapeMismatch, argument: "constant_value", received: "\(constant)",
          expected: "one element, \(x.element)")
      }
    }
    let amounts = try amountsAtHand(for: arguments)
    let shape = zip(x.shape, amounts).map { $0 + $1.before + $1.after }
    for (axis, amount) in amounts.enumerated() {
      let kept = amount.kept(of: x.shape[axis])
      guard kept > 0 || (kept == 0 && (mode == .constant || shape[axis] == 0)) else {
        throw NetworkError(
          .shapeMismatch, argument: "pads", received: "\(amount.before) and \(amount.after)",
          expected: "no more taken away than the \(x.shape[axis]) elements of axis \(axis), "
            + "and something left to repeat")
      }
    }
    return [try TensorType(x.element, shape).checked()]
  }

  func step(
    for arguments: Arguments, outputs: [TensorType], context: PlanningContext
  ) throws(NetworkError) -> any Step {
    let (x, y) = (try arguments.type(0, "x"), outputs[0])
    let amounts = try amountsAtHand(for: arguments)
    let (from, to) = (CollapsedAxes.strides(of: x.shape), CollapsedAxes.strides(of: y.shape))
    let kept = zip(x.shape, amounts).map { $1.kept(of: $0) }
    var step = CopyStep(y.element, context)
    if mode == .constant, kept != y.shape {
      let zero = CopyStep.Memory.constant(try NetworkTensor(zero: y.element))
      try step.add(
        y.shape,
        from: .element(arguments[2] == nil ? zero : .input(2), axes: y.shape.count),
        to: .whole(.output(0), y.shape))
    }
    var inside = CopyStep.Walk(memory: .output(0), strides: to)
    var source = CopyStep.Walk(memory: .input(0), strides: from)
    for (axis, amount) in amounts.enumerated() {
      inside.first += amount.leading * to[axis]
      source.first += amount.skipped * from[axis]
    }
    try step.add(kept, from: source, to: inside)
    if let border = mode.border {
      try step.addBorders(border, of: y.shape, around: kept, leading: amounts.map(\.leading))
    }
    return step
  }

  func permuted(by permutation: [Int], _ arguments: Arguments) -> Permuted? {
    var operation = self
    operation.order = order.permuted(by: permutation)
    return Permuted(
      operation: operation, inputs: (0..<arguments.count).map { $0 == 0 ? permutation : nil })
  }
}

extension NetworkTensor {
  /// One element of bytes that are all 0.
  fileprivate init(zero element: ElementType) throws(NetworkError) {
    try self.init(uninitialized: TensorType(element, [1]))
    mutableBytes.initializeMemory(as: UInt8.self, repeating: 0)
  }
}
