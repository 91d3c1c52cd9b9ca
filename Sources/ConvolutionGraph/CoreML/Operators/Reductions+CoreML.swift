import CConvolution

extension Reduction {
  func writeCoreML(_ scope: inout MLScope) throws(NetworkError) -> [MLValue] {
    let type =
      switch kind {
      case CONV_REDUCE_SUM: "reduce_sum"
      case CONV_REDUCE_MEAN: "reduce_mean"
      case CONV_REDUCE_MIN: "reduce_min"
      case CONV_REDUCE_MAX: "reduce_max"
      case CONV_REDUCE_PRODUCT: "reduce_prod"
      case CONV_REDUCE_L1: "reduce_l1_norm"
      case CONV_REDUCE_L2: "reduce_l2_norm"
      case CONV_REDUCE_SUM_SQUARE: "reduce_sum_square"
      default: "reduce_log_sum_exp"
      }
    let x = try scope.input()
    guard x.type.element != .bool, scope.types[0].element != .uint8 else {
      throw scope.unwritable("\(scope.types[0].element)")
    }
    let isReduced = try reducedAxes(scope.arguments)
    let axes = isReduced.indices.filter { isReduced[$0] }
    guard axes.isEmpty else {
      return [try scope.reduced(type, x, axes, keepsAxes: keepsAxes)]
    }
    // Of each element alone, which a reduction of one more axis does.
    let apart = try scope.reshaped(x, x.shape + [1])
    return [try scope.reduced(type, apart, [x.rank], keepsAxes: false)]
  }
}

extension Softmax {
  func writeCoreML(_ scope: inout MLScope) throws(NetworkError) -> [MLValue] {
    var x = try scope.input()
    let shape = x.shape
    var axis = axis == shape.count && isFlattened ? axis : try shape.axis(axis)
    if isFlattened, shape.dropFirst(axis).count(where: { $0 != 1 }) > 1 || axis == shape.count {
      x = try scope.reshaped(
        x, [shape[..<axis].reduce(1, *), shape[axis...].reduce(1, *)])
      axis = 1
    } else if isFlattened {
      axis = shape.indices.dropFirst(axis).first { shape[$0] != 1 } ?? axis
    }
    guard isLogarithm else {
      let y = try scope.add("softmax", ["x": .value(x), "axis": .integer(axis)], x.type)
      return [try scope.reshaped(y, shape)]
    }
    let sum = try scope.reduced("reduce_log_sum_exp", x, [axis])
    return [try scope.reshaped(scope.binary("sub", x, sum), shape)]
  }
}

extension ExtremumIndex {
  /// Of equal elements, Core ML takes the first one.
  func writeCoreML(_ scope: inout MLScope) throws(NetworkError) -> [MLValue] {
    var x = try scope.input()
    let axis = try x.shape.axis(axis)
    if takesLast {
      x = try scope.add("reverse", ["x": .value(x), "axes": .integers([axis])], x.type)
    }
    var shape = x.shape
    shape[axis] = 1
    let keeps = keepsAxis || x.rank == 1
    if !keeps { shape.remove(at: axis) }
    var y = try scope.add(
      isMaximum ? "reduce_argmax" : "reduce_argmin",
      ["x": .value(x), "axis": .integer(axis), "keep_dims": .bool(keeps)], MLType(.int32, shape))
    if takesLast {
      y = try scope.binary("sub", scope.number(Float(x.shape[axis] - 1), like: y.type), y)
    }
    return [y]
  }
}

extension TopElements {
  func writeCoreML(_ scope: inout MLScope) throws(NetworkError) -> [MLValue] {
    let x = try scope.input()
    let axis = try x.shape.axis(axis)
    let result = scope.type()
    return try scope.add(
      "topk",
      [
        "x": .value(x), "k": .integer(result.shape[axis]), "axis": .integer(axis),
        "ascending": .bool(!largest),
      ], [result, MLType(.int32, result.shape)])
  }
}

extension CumulativeSum {
  func writeCoreML(_ scope: inout MLScope) throws(NetworkError) -> [MLValue] {
    let x = try scope.input()
    let axis = try x.shape.axis(try scope.arguments.integers(1, "axis")?.first ?? 0)
    return [
      try scope.add(
        "cumsum",
        [
          "x": .value(x), "axis": .integer(axis), "exclusive": .bool(isExclusive),
          "reverse": .bool(isReversed),
        ], x.type)
    ]
  }
}
