import Convolution

extension PoolingOperator {
  func writeCoreML(_ scope: inout MLScope) throws(NetworkError) -> [MLValue] {
    guard scope.node.outputs.count < 2 || scope.node.outputs[1] == nil else {
      throw scope.unwritable("indices")
    }
    let x = try scope.cast(scope.input(), .float32)
    guard let kernel else { return [try scope.cast(global(x, &scope), scope.type().element)] }
    let window = try PoolingWindow(self, kernel, x: x.shape, y: scope.type().shape)
    scope.note(pad: window.pad)
    let y: MLValue
    switch kind {
    case .max:
      y =
        try window.isDilated
        ? scope.joined("maximum", x, window, outside: -.greatestFiniteMagnitude)
        : scope.pooled("max_pool", x, window)
    case .average(let countsPadding):
      y = try average(x, window, countsPadding: countsPadding, &scope)
    case .lp(let power): y = try norm(x, window, power, &scope)
    }
    return [try scope.cast(y, scope.type().element)]
  }

  private func global(_ x: MLValue, _ scope: inout MLScope) throws(NetworkError) -> MLValue {
    let axes = Array(2..<x.rank)
    switch kind {
    case .max: return try scope.reduced("reduce_max", x, axes)
    case .average: return try scope.reduced("reduce_mean", x, axes)
    case .lp(1): return try scope.reduced("reduce_l1_norm", x, axes)
    case .lp(2): return try scope.reduced("reduce_l2_norm", x, axes)
    case .lp(let power):
      let sum = try scope.reduced("reduce_sum", raised(x, to: power, &scope), axes)
      return try scope.binary("pow", sum, 1 / Float(power))
    }
  }

  private func average(
    _ x: MLValue, _ window: PoolingWindow, countsPadding: Bool, _ scope: inout MLScope
  ) throws(NetworkError) -> MLValue {
    if window.isDilated {
      var y = try scope.joined("add", x, window, outside: 0)
      for axis in window.kernel.indices {
        let counts = window.tapCounts(axis: axis, countsPadding: countsPadding)
        var shape = y.shape.map { _ in 1 }
        shape[axis + 2] = counts.count
        let factors = try NetworkTensor(counts.map { 1 / Float($0) }, shape: shape)
        y = try scope.binary("mul", y, scope.constant(factors, "counts"))
      }
      return y
    }
    guard countsPadding, window.beyond.contains(where: { $0 > 0 }) else {
      return try scope.pooled("avg_pool", x, window, excludesPadding: !countsPadding)
    }
    // What is beyond the padding does not count, but the padding does.
    var padded = x
    for (axis, amount) in window.padding.enumerated() where amount != .none {
      padded = try scope.padded(padded, axis + 2, amount, .zeros)
    }
    return try scope.pooled(
      "avg_pool", padded, window, pad: window.beyond.map { PaddingAmount(before: 0, after: $0) },
      excludesPadding: true)
  }

  private func norm(
    _ x: MLValue, _ window: PoolingWindow, _ power: Int, _ scope: inout MLScope
  ) throws(NetworkError) -> MLValue {
    if power == 2, !window.isDilated, x.rank < 5 { return try scope.pooled("l2_pool", x, window) }
    let powers = try raised(x, to: power, &scope)
    let sum =
      if window.isDilated {
        try scope.joined("add", powers, window, outside: 0)
      } else {
        try scope.binary(
          "mul", scope.pooled("avg_pool", powers, window, excludesPadding: false),
          Float(window.kernel.product))
      }
    return power == 1 ? sum : try scope.binary("pow", sum, 1 / Float(power))
  }

  /// |x|^power
  private func raised(
    _ x: MLValue, to power: Int, _ scope: inout MLScope
  ) throws(NetworkError) -> MLValue {
    let magnitude = try scope.unary("abs", x)
    return power == 1 ? magnitude : try scope.binary("pow", magnitude, Float(power))
  }
}
