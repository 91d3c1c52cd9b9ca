extension BatchNormalisation {
  func writeCoreML(_ scope: inout MLScope) throws(NetworkError) -> [MLValue] {
    let x = try scope.input()
    let scale = try scope.input(Input.scale.rawValue)
    let bias = try scope.input(Input.bias.rawValue)
    let mean = try scope.input(Input.mean.rawValue)
    let variance = try scope.input(Input.variance.rawValue)
    let isConstant = [scale, bias, mean, variance].allSatisfy { $0.constant != nil }
    guard isConstant, channelAxis == 1, x.rank >= 2 else {
      return [try ofValues(x, scale, bias, mean, variance, &scope)]
    }
    // Rows of channels are images of one sample.
    let images = x.rank == 2 ? try scope.reshaped(x, x.shape + [1]) : x
    let y = try scope.add(
      "batch_norm",
      [
        "x": .value(images), "mean": .value(mean), "variance": .value(variance),
        "gamma": .value(scale), "beta": .value(bias), "epsilon": .float(epsilon),
      ], images.type)
    return [try scope.reshaped(y, x.shape)]
  }

  private func ofValues(
    _ x: MLValue, _ scale: MLValue, _ bias: MLValue, _ mean: MLValue, _ variance: MLValue,
    _ scope: inout MLScope
  ) throws(NetworkError) -> MLValue {
    let behind = Array(repeating: 1, count: max(x.rank - channelAxis - 1, 0))
    func alongChannels(_ value: MLValue) throws(NetworkError) -> MLValue {
      try scope.reshaped(value, value.shape + behind)
    }
    let factor = try scope.binary(
      "real_div", scale, scope.unary("sqrt", scope.binary("add", variance, epsilon)))
    let product = try scope.binary(
      "mul", scope.binary("sub", x, alongChannels(mean)), alongChannels(factor))
    return try scope.binary("add", product, alongChannels(bias))
  }
}

extension Normalisation {
  func writeCoreML(_ scope: inout MLScope) throws(NetworkError) -> [MLValue] {
    let (x, scale) = (try scope.input(0), try scope.input(1))
    let bias = scope.hasInput(2) ? try scope.input(2) : nil
    if case .from(let axis) = kind {
      let axis = try x.shape.axis(axis)
      let y = try scope.normalised(x, Array(axis..<x.rank), epsilon)
      return [try scope.scaled(y, by: scale, plus: bias)]
    }
    guard channelAxis == 1 else { throw scope.unwritable("channels along axis \(channelAxis)") }
    let ones = Array(repeating: 1, count: x.rank - 2)
    if case .channel = kind, (3...4).contains(x.rank), scale.constant != nil, let bias,
      bias.constant != nil
    {
      return [
        try scope.add(
          "instance_norm",
          [
            "x": .value(x), "gamma": .value(scale), "beta": .value(bias),
            "epsilon": .float(epsilon),
          ], x.type)
      ]
    }
    var (groups, isOfGroups) = (x.shape[1], false)
    if case .groups(let count, let scaleIsOfGroups) = kind {
      (groups, isOfGroups) = (count, scaleIsOfGroups)
    }
    let lines = [x.shape[0], groups, x.type.count / x.shape[0] / groups]
    var y = try scope.normalised(scope.reshaped(x, lines), [2], epsilon)
    if isOfGroups { y = try scope.scaled(y, by: scale, plus: bias, behind: [1]) }
    y = try scope.reshaped(y, x.shape)
    return [isOfGroups ? y : try scope.scaled(y, by: scale, plus: bias, behind: ones)]
  }
}

extension MLScope {
  /// Elements less their mean along axes, by their standard deviation.
  fileprivate mutating func normalised(
    _ x: MLValue, _ axes: [Int], _ epsilon: Float
  ) throws(NetworkError) -> MLValue {
    let shape = axes.map { x.shape[$0] }
    func constant(_ value: Float, _ name: String) throws(NetworkError) -> MLValue {
      self.constant(try NetworkTensor(repeating: value, shape: shape), name)
    }
    return try add(
      "layer_norm",
      [
        "x": .value(x), "axes": .integers(axes), "gamma": .value(constant(1, "gamma")),
        "beta": .value(constant(0, "beta")), "epsilon": .float(epsilon),
      ], x.type)
  }

  /// y scale + bias, both with the axes of extent 1 behind.
  fileprivate mutating func scaled(
    _ y: MLValue, by scale: MLValue, plus bias: MLValue?, behind: [Int] = []
  ) throws(NetworkError) -> MLValue {
    let product = try binary("mul", y, reshaped(scale, scale.shape + behind))
    guard let bias else { return product }
    return try binary("add", product, reshaped(bias, bias.shape + behind))
  }
}

extension NormDivision {
  func writeCoreML(_ scope: inout MLScope) throws(NetworkError) -> [MLValue] {
    let x = try scope.input()
    let isReduced = try isReduced(x.shape)
    let axes = x.shape.indices.filter { isReduced[$0] }
    switch kind {
    case .lp(let power, _):
      let norm = try scope.reduced(power == 1 ? "reduce_l1_norm" : "reduce_l2_norm", x, axes)
      // 0 by 1 where the norm is 0.
      let isZero = try scope.binary("equal", norm, scope.number(0, like: norm.type), .bool)
      let divisor = try scope.binary("add", norm, scope.cast(isZero, .float32))
      return [try scope.binary("real_div", x, divisor)]
    case .rootMeanSquare(_, let epsilon):
      let mean = try scope.reduced("reduce_mean", scope.unary("square", x), axes)
      let root = try scope.unary("sqrt", scope.binary("add", mean, epsilon))
      return [try scope.binary("mul", scope.binary("real_div", x, root), scope.input(1))]
    }
  }
}

extension LocalResponseNormalisation {
  /// Core ML says nothing of windows of an even size; these are means along an axis that is moved to space.
  func writeCoreML(_ scope: inout MLScope) throws(NetworkError) -> [MLValue] {
    let x = try scope.input()
    if size.isMultiple(of: 2) == false, channelAxis == 1, (3...4).contains(x.rank) {
      return [
        try scope.add(
          "local_response_norm",
          [
            "x": .value(x), "size": .integer(size), "alpha": .float(alpha), "beta": .float(beta),
            "k": .float(k),
          ], x.type)
      ]
    }
    let outer = x.shape[..<channelAxis].reduce(1, *)
    let inner = x.shape[(channelAxis + 1)...].reduce(1, *)
    let planes = try scope.reshaped(
      scope.unary("square", x), [outer, 1, x.shape[channelAxis], inner])
    let means = try scope.add(
      "avg_pool",
      [
        "x": .value(planes), "kernel_sizes": .integers([size, 1]), "strides": .integers([1, 1]),
        "pad_type": "custom", "pad": .integers([(size - 1) / 2, size / 2, 0, 0]),
        "ceil_mode": false, "exclude_padding_from_average": false,
      ], planes.type)
    let sums = try scope.affine(scope.reshaped(means, x.shape), alpha, k)
    return [try scope.binary("real_div", x, scope.binary("pow", sums, beta))]
  }
}
