/// The operations that most nodes need, with the types that follow.
extension MLScope {
  /// Of one tensor, which keeps its type.
  mutating func unary(_ type: String, _ x: MLValue) throws(NetworkError) -> MLValue {
    try add(type, ["x": .value(x)], x.type)
  }

  /// Of two tensors that broadcast against each other.
  ///
  /// - Parameter element: of the result; nil: that of the first one.
  mutating func binary(
    _ type: String, _ x: MLValue, _ y: MLValue, _ element: MLType.Element? = nil
  ) throws(NetworkError) -> MLValue {
    let shape = try Broadcast([x.shape, y.shape]).shape
    return try add(
      type, ["x": .value(x), "y": .value(y)], MLType(element ?? x.type.element, shape))
  }

  /// The same with a number.
  mutating func binary(_ type: String, _ x: MLValue, _ y: Float) throws(NetworkError) -> MLValue {
    try binary(type, x, number(y, like: x.type))
  }

  mutating func reshaped(_ x: MLValue, _ shape: [Int]) throws(NetworkError) -> MLValue {
    guard shape != x.shape else { return x }
    if let constant = x.constant { return self.constant(constant.reshaped(shape)) }
    return try add(
      "reshape", ["x": .value(x), "shape": .integers(shape)], x.type.shaped(shape))
  }

  mutating func transposed(_ x: MLValue, _ axes: [Int]) throws(NetworkError) -> MLValue {
    guard axes != Array(axes.indices) else { return x }
    return try add(
      "transpose", ["x": .value(x), "perm": .integers(axes)],
      x.type.shaped(axes.map { x.shape[$0] }))
  }

  mutating func concatenated(_ parts: [MLValue], _ axis: Int) throws(NetworkError) -> MLValue {
    guard parts.count > 1 else { return parts[0] }
    var shape = parts[0].shape
    shape[axis] = parts.reduce(0) { $0 + $1.shape[axis] }
    return try add(
      "concat", ["values": .values(parts), "axis": .integer(axis), "interleave": false],
      parts[0].type.shaped(shape))
  }

  /// What is taken of each axis: elements `first + step i`.
  mutating func sliced(_ x: MLValue, _ parts: [SliceOperator.Part]) throws(NetworkError) -> MLValue
  {
    guard zip(parts, x.shape).contains(where: { $0.first != 0 || $0.step != 1 || $0.count != $1 })
    else { return x }
    // Behind the last element; backwards, before the first one is an end that only a mask says.
    let ends = parts.map { $0.first + ($0.count - 1) * $0.step + $0.step.signum() }
    return try add(
      "slice_by_index",
      [
        "x": .value(x), "begin": .integers(parts.map(\.first)),
        "end": .integers(ends.map { max($0, 0) }), "stride": .integers(parts.map(\.step)),
        "begin_mask": .bools(parts.map { _ in false }), "end_mask": .bools(ends.map { $0 < 0 }),
        "squeeze_mask": .bools(parts.map { _ in false }),
      ], x.type.shaped(parts.map(\.count)))
  }

  /// A part of one axis.
  mutating func sliced(
    _ x: MLValue, _ axis: Int, _ part: SliceOperator.Part
  ) throws(NetworkError) -> MLValue {
    var parts = x.shape.map { SliceOperator.Part(from: 0, to: $0, step: 1, extent: $0) }
    parts[axis] = part
    return try sliced(x, parts)
  }

  mutating func tiled(_ x: MLValue, _ repeats: [Int]) throws(NetworkError) -> MLValue {
    guard repeats.contains(where: { $0 != 1 }) else { return x }
    return try add(
      "tile", ["x": .value(x), "reps": .integers(repeats)],
      x.type.shaped(zip(x.shape, repeats).map(*)))
  }

  /// Elements along axes come to one; all of them to a tensor of one axis.
  mutating func reduced(
    _ type: String, _ x: MLValue, _ axes: [Int], keepsAxes: Bool = true
  ) throws(NetworkError) -> MLValue {
    let keeps = keepsAxes || axes.count == x.rank
    let shape = x.shape.indices.compactMap { axes.contains($0) ? (keeps ? 1 : nil) : x.shape[$0] }
    let y = try add(
      type, ["x": .value(x), "axes": .integers(axes), "keep_dims": .bool(keeps)],
      x.type.shaped(shape))
    return keepsAxes ? y : try reshaped(y, axes.count == x.rank ? [1] : shape)
  }

  /// With axes of extent 1 in front, and repeated along others, so that it has a shape that it broadcasts to.
  mutating func expanded(_ x: MLValue, _ shape: [Int]) throws(NetworkError) -> MLValue {
    let aligned = Array(repeating: 1, count: shape.count - x.rank) + x.shape
    return try tiled(reshaped(x, aligned), zip(shape, aligned).map { $1 == 1 ? $0 : 1 })
  }

  mutating func cast(_ x: MLValue, _ element: MLType.Element) throws(NetworkError) -> MLValue {
    guard element != x.type.element else { return x }
    let word =
      switch element {
      case .float32: "fp32"
      case .int32: "int32"
      case .bool: "bool"
      }
    return try add("cast", ["x": .value(x), "dtype": .word(word)], MLType(element, x.shape))
  }

  /// min(max(x, minimum), maximum), either of which may be infinite.
  mutating func clipped(
    _ x: MLValue, _ minimum: Float, _ maximum: Float
  ) throws(NetworkError) -> MLValue {
    if x.type.element == .int32 {
      let raised = minimum > -.infinity ? try binary("maximum", x, minimum) : x
      return maximum < .infinity ? try binary("minimum", raised, maximum) : raised
    }
    return switch (minimum, maximum) {
    case (0, .infinity): try unary("relu", x)
    case (0, 6): try unary("relu6", x)
    case (-.infinity, .infinity): x
    case (_, .infinity): try binary("maximum", x, minimum)
    case (-.infinity, _): try binary("minimum", x, maximum)
    default:
      try add(
        "clip", ["x": .value(x), "alpha": .float(minimum), "beta": .float(maximum)], x.type)
    }
  }
}
