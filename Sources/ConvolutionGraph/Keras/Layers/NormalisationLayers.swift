import CConvolution

let normalisationLayers: [String: LayerMaker] = [
  "BatchNormalization": { (call) throws(NetworkError) in try call.batchNormalisation() },
  "SyncBatchNormalization": { (call) throws(NetworkError) in try call.batchNormalisation() },
  "LayerNormalization": { (call) throws(NetworkError) in try call.layerNormalisation() },
  "GroupNormalization": { (call) throws(NetworkError) in try call.groupNormalisation() },
  "RMSNormalization": { (call) throws(NetworkError) in
    let epsilon = call.float("epsilon", default: 1e-6)
    guard let axes = call.axes("axis") else { return nil }
    let scale = try call.weight("scale", call.extents(axes))
    return [
      try call.normalised(axes) { (call, x, first) throws(NetworkError) in
        let constant = try call.shared("scale") { scale }
        return try call.add(
          NormDivision(rootMeanSquareFrom: first, epsilon: epsilon), [x, constant])
      }
    ]
  },
  "UnitNormalization": { (call) throws(NetworkError) in
    guard let axes = call.axes("axis") else { return nil }
    return [try call.unitNormalised(call.tensors[0], axes)]
  },
]

extension LayerCall {
  /// Axes of the input, from the first to the last, as numbers that are not negative; nil, with a note, for others.
  fileprivate mutating func axes(_ name: String) -> [Int]? {
    let given = integers(name) ?? [-1]
    let rank = tensors[0].rank
    let axes = given.map { $0 < 0 ? $0 + rank : $0 }.sorted()
    if axes.allSatisfy({ (0..<rank).contains($0) }), Set(axes).count == axes.count, !axes.isEmpty {
      return axes
    }
    reject("setting \(name) \(given)")
    return nil
  }

  fileprivate func extents(_ axes: [Int]) -> [Int?] { axes.map { tensors[0].shape[$0] } }

  /// A weight where there is one, else as many of a value.
  fileprivate mutating func weight(
    _ name: String, _ shape: [Int?], isThere: Bool
  ) throws(NetworkError) -> NetworkTensor? {
    isThere ? try weight(name, shape) : nil
  }

  fileprivate func constant(
    _ name: String, _ tensor: NetworkTensor?, orAll value: Float, _ shape: [Int]
  ) throws(NetworkError) -> KerasTensor {
    try shared(name) { () throws(NetworkError) in
      if let tensor { tensor } else { try NetworkTensor(repeating: value, shape: shape) }
    }
  }

  fileprivate mutating func batchNormalisation() throws(NetworkError) -> [KerasTensor]? {
    ignore("momentum", "renorm_momentum", "synchronized", "fused", "virtual_batch_size")
    let epsilon = float("epsilon", default: 1e-3)
    let (hasBias, hasScale) = (bool("center", default: true), bool("scale", default: true))
    guard let axes = axes("axis") else { return nil }
    guard axes.count == 1 else {
      reject("setting axis \(axes)")
      return nil
    }
    let shape = extents(axes)
    let scale = try weight("gamma", shape, isThere: hasScale)
    let bias = try weight("beta", shape, isThere: hasBias)
    let mean = try weight("moving mean", shape)
    let variance = try weight("moving variance", shape)
    return [
      try add(
        BatchNormalisation(epsilon: epsilon, channelAxis: axes[0]),
        [
          tensors[0], constant("gamma", scale, orAll: 1, mean.shape),
          constant("beta", bias, orAll: 0, mean.shape), shared("moving mean") { mean },
          shared("moving variance") { variance },
        ])
    ]
  }

  fileprivate mutating func groupNormalisation() throws(NetworkError) -> [KerasTensor]? {
    let groups = integer("groups") ?? 32
    let epsilon = float("epsilon", default: 1e-3)
    let (hasBias, hasScale) = (bool("center", default: true), bool("scale", default: true))
    guard let axes = axes("axis"), axes.count == 1, axes[0] > 0,
      let channels = tensors[0].shape[axes[0]], groups == -1 || groups > 0, channels <= 1 << 16
    else {
      reject("setting groups \(groups) of such an axis")
      return nil
    }
    let scale = try weight("gamma", [channels], isThere: hasScale)
    let bias = try weight("beta", [channels], isThere: hasBias)
    var operation = Normalisation(
      "GroupNormalization",
      .groups(groups == -1 ? channels : groups, scaleIsOfGroups: false), epsilon: epsilon)
    operation.channelAxis = axes[0]
    return [
      try add(
        operation,
        [
          tensors[0], constant("gamma", scale, orAll: 1, [channels]),
          constant("beta", bias, orAll: 0, [channels]),
        ])
    ]
  }

  fileprivate mutating func layerNormalisation() throws(NetworkError) -> [KerasTensor]? {
    let epsilon = float("epsilon", default: 1e-3)
    let (hasBias, hasScale) = (bool("center", default: true), bool("scale", default: true))
    if bool("rms_scaling", default: false) { reject("setting rms_scaling true") }
    guard let axes = axes("axis") else { return nil }
    let shape = extents(axes)
    let scale = try weight("gamma", shape, isThere: hasScale)
    let bias = try weight("beta", shape, isThere: hasBias)
    return [
      try normalised(axes) { (call, x, first) throws(NetworkError) in
        let operation = Normalisation(
          "LayerNormalization", .from(axis: first), epsilon: epsilon)
        return try call.add(
          operation,
          [
            x, call.constant("gamma", scale, orAll: 1, [1]),
            call.constant("beta", bias, orAll: 0, [1]),
          ])
      }
    ]
  }

  /// What something does along the last axes, done along others: the input is transposed for it.
  ///
  /// - Parameter body: is given the tensor and the first of its axes.
  fileprivate func normalised(
    _ axes: [Int],
    _ body: (LayerCall, KerasTensor, Int) throws(NetworkError) -> KerasTensor
  ) throws(NetworkError) -> KerasTensor {
    let x = tensors[0]
    let first = x.rank - axes.count
    if axes == Array(first..<x.rank) { return try body(self, x, first) }
    let order = (0..<x.rank).filter { !axes.contains($0) } + axes
    let moved = try add(TransposeOperator(permutation: order), [x], suffix: "moved")
    let result = try body(self, moved, first)
    return try add(
      TransposeOperator(permutation: order.inversePermutation), [result], suffix: "back")
  }

  /// A tensor by its root of the sum of squares along some axes.
  func unitNormalised(
    _ x: KerasTensor, _ axes: [Int], suffix: String? = nil
  ) throws(NetworkError) -> KerasTensor {
    let sums = try add(
      Reduction(CONV_REDUCE_SUM_SQUARE, axes: axes), [x], suffix: "\(suffix ?? "")squares")
    let chain = Elementwise(
      "UnitNormalization", inputs: 2,
      [
        .init(CONV_ELEMENTWISE_CLIP, [1], p: 1e-12, q: .infinity),
        .init(CONV_ELEMENTWISE_SQRT, [2]), .init(CONV_ELEMENTWISE_DIV, [0, 3]),
      ])
    return try add(chain, [x, sums], suffix: suffix)
  }
}
