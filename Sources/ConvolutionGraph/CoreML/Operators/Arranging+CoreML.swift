extension ViewOperator {
  func writeCoreML(_ scope: inout MLScope) throws(NetworkError) -> [MLValue] {
    [try scope.reshaped(scope.input(), scope.type().shape)]
  }
}

extension TransposeOperator {
  func writeCoreML(_ scope: inout MLScope) throws(NetworkError) -> [MLValue] {
    let x = try scope.input()
    return [try scope.transposed(x, permutation(rank: scope.types[0].shape.isEmpty ? 0 : x.rank))]
  }
}

extension ConcatOperator {
  func writeCoreML(_ scope: inout MLScope) throws(NetworkError) -> [MLValue] {
    var parts: [MLValue] = []
    for index in 0..<scope.arguments.count where scope.arguments[index]?.type.count ?? 0 > 0 {
      parts.append(try scope.input(index))
    }
    return [try scope.concatenated(parts, scope.types[0].shape.axis(axis))]
  }
}

extension SplitOperator {
  func writeCoreML(_ scope: inout MLScope) throws(NetworkError) -> [MLValue] {
    let x = try scope.input()
    guard scope.types.count > 1 else { return [x] }
    let axis = try x.shape.axis(axis)
    return try scope.add(
      "split",
      [
        "x": .value(x), "split_sizes": .integers(scope.types.map { $0.shape[axis] }),
        "axis": .integer(axis),
      ], scope.types.map { MLType($0) })
  }
}

extension SliceOperator {
  func writeCoreML(_ scope: inout MLScope) throws(NetworkError) -> [MLValue] {
    let parts = order.atHand(try parts(scope.arguments))
    return [parts.isEmpty ? try scope.input() : try scope.sliced(scope.input(), parts)]
  }
}

extension ExpandOperator {
  func writeCoreML(_ scope: inout MLScope) throws(NetworkError) -> [MLValue] {
    [try scope.expanded(scope.input(), scope.type().shape)]
  }
}

extension TileOperator {
  func writeCoreML(_ scope: inout MLScope) throws(NetworkError) -> [MLValue] {
    let x = try scope.input()
    return [try scope.tiled(x, zip(scope.type().shape, x.shape).map { $0 / $1 })]
  }
}

extension GatherOperator {
  /// Core ML picks numbers, and no truth values.
  func writeCoreML(_ scope: inout MLScope) throws(NetworkError) -> [MLValue] {
    let (x, indices) = (try scope.input(0), try scope.input(1))
    let axis = try x.shape.axis(axis)
    let isBool = x.type.element == .bool
    let numbers = isBool ? try scope.cast(x, .int32) : x
    let shape = x.shape[..<axis] + indices.shape + x.shape[(axis + 1)...]
    let picked = try scope.add(
      "gather", ["x": .value(numbers), "indices": .value(indices), "axis": .integer(axis)],
      numbers.type.shaped(Array(shape)))
    // Of one index that has no axis, the axis goes.
    let result = try scope.reshaped(picked, scope.type().shape)
    return [
      isBool
        ? try scope.binary("not_equal", result, scope.number(0, like: result.type), .bool) : result
    ]
  }
}

extension GatherElementsOperator {
  func writeCoreML(_ scope: inout MLScope) throws(NetworkError) -> [MLValue] {
    var (x, indices) = (try scope.input(0), try scope.input(1))
    guard x.type.element != .bool else { throw scope.unwritable("of truth values") }
    let axis = try x.shape.axis(axis)
    for other in x.shape.indices where other != axis {
      x = try scope.cropped(x, other, before: 0, after: x.shape[other] - indices.shape[other])
    }
    indices = try scope.reshaped(indices, scope.type().shape)
    return [
      try scope.add(
        "gather_along_axis",
        ["x": .value(x), "indices": .value(indices), "axis": .integer(axis)], scope.type())
    ]
  }
}

extension DepthToSpaceOperator {
  func writeCoreML(_ scope: inout MLScope) throws(NetworkError) -> [MLValue] {
    let axes = [0, 1, 2, 3]
    let x = try scope.cast(scope.transposed(scope.input(), order.inFile(axes)), .float32)
    let result = MLType(.float32, order.inFile(scope.type().shape))
    let y: MLValue
    switch (direction, mode) {
    case _ where block == 1: y = x
    case (.toSpace, .depthFirst):
      y = try scope.add(
        "depth_to_space", ["x": .value(x), "block_size": .integer(block)], result)
    case (.toSpace, .channelsFirst):
      y = try scope.add(
        "pixel_shuffle", ["x": .value(x), "upscale_factor": .integer(block)], result)
    case (.toDepth, .depthFirst):
      y = try scope.add(
        "space_to_depth", ["x": .value(x), "block_size": .integer(block)], result)
    case (.toDepth, .channelsFirst):
      let blocks = [
        x.shape[0] * x.shape[1], x.shape[2] / block, block, x.shape[3] / block, block,
      ]
      let turned = try scope.transposed(scope.reshaped(x, blocks), [0, 2, 4, 1, 3])
      y = try scope.reshaped(turned, result.shape)
    }
    return [try scope.cast(scope.transposed(y, order.atHand(axes)), scope.type().element)]
  }
}

extension PadOperator {
  /// Core ML pads floats.
  func writeCoreML(_ scope: inout MLScope) throws(NetworkError) -> [MLValue] {
    var x = try scope.cast(scope.input(), .float32)
    let amounts = try amountsAtHand(for: scope.arguments)
    for (axis, amount) in amounts.enumerated() {
      x = try scope.cropped(
        x, axis, before: max(-amount.before, 0), after: max(-amount.after, 0))
    }
    let value = try scope.arguments.floats(2, "constant_value")?.first
    let border = mode.border ?? .constant(value ?? 0)
    x = try scope.padded(
      x, amounts.map { .init(before: max($0.before, 0), after: max($0.after, 0)) },
      amounts.map { _ in border })
    scope.paddingWords.append("pad=\(amounts.flatMap { [$0.before, $0.after] })")
    return [try scope.cast(x, scope.type().element)]
  }
}
