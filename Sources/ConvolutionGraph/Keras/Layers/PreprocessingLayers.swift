import CConvolution

let preprocessingLayers: [String: LayerMaker] = [
  "Rescaling": { (call) throws(NetworkError) in
    let (scale, offset) = (call.tensor("scale"), call.tensor("offset"))
    let x = try call.asFloats(call.tensors[0])
    if scale?.count ?? 1 == 1, offset?.count ?? 1 == 1 {
      return [
        try call.add(
          Elementwise(
            "Rescaling", CONV_ELEMENTWISE_AFFINE, p: scale?.floats[0] ?? 1,
            q: offset?.floats[0] ?? 0), [x])
      ]
    }
    let zero = try NetworkTensor(repeating: 0, shape: [])
    let one = try NetworkTensor(repeating: 1, shape: [])
    let chain = Elementwise(
      "Rescaling", inputs: 3,
      [.init(CONV_ELEMENTWISE_MUL, [0, 1]), .init(CONV_ELEMENTWISE_ADD, [3, 2])])
    return [
      try call.add(
        chain, [x, call.constant(scale ?? one, "scale"), call.constant(offset ?? zero, "offset")])
    ]
  },
  "Normalization": { (call) throws(NetworkError) in try call.normalisation() },
  "Resizing": { (call) throws(NetworkError) in
    enum Word: String { case nearest, bilinear }
    let (height, width) = (call.integer("height"), call.integer("width"))
    let word = call.word("interpolation", default: Word.bilinear)
    call.ignore("fill_mode", "fill_value")
    for name in ["crop_to_aspect_ratio", "pad_to_aspect_ratio", "antialias"]
    where call.bool(name, default: false) {
      call.reject("setting \(name) true")
    }
    let isTurned = call.hasChannelsLast()
    guard call.hasImages(rank: 2), let height, let width, height > 0, width > 0 else {
      call.reject("a size that is not known")
      return nil
    }
    var interpolation = Interpolation()
    if word == .bilinear {
      interpolation.mode = .linear
    } else {
      interpolation.rounding = .halfUp
    }
    var operation = ResizeOperator(interpolation)
    operation.axes = [2, 3]
    return [
      try call.addImages(
        operation,
        [call.asFloats(call.tensors[0]), nil, nil, call.integers([height, width], "sizes")],
        isTurned: isTurned)
    ]
  },
]

extension LayerCall {
  func asFloats(_ x: KerasTensor) throws(NetworkError) -> KerasTensor {
    x.element == .float32 ? x : try add(Cast(element: .float32), [x], suffix: "floats")
  }

  /// Less a mean, by the root of a variance, both of settings or weights; or the other way round.
  fileprivate mutating func normalisation() throws(NetworkError) -> [KerasTensor]? {
    let given = integers("axis")
    let inverts = bool("invert", default: false)
    let (givenMean, givenVariance) = (tensor("mean"), tensor("variance"))
    let x = try asFloats(tensors[0])
    let axes = (given ?? []).map { $0 < 0 ? $0 + x.rank : $0 }.sorted()
    guard axes.allSatisfy({ (0..<x.rank).contains($0) }), Set(axes).count == axes.count else {
      reject("setting axis \(given ?? [])")
      return nil
    }
    let extents = axes.map { x.shape[$0] }
    let mean: NetworkTensor
    let variance: NetworkTensor
    if let givenMean, let givenVariance {
      (mean, variance) = (givenMean, givenVariance)
    } else {
      mean = try weight("mean", extents)
      variance = try weight("variance", extents)
      skipWeight()
    }
    guard mean.shape == variance.shape, mean.shape.count <= axes.count else {
      throw malformed("mean \(mean.shape), variance \(variance.shape)", "extents of axes \(axes)")
    }
    // Aligned at the last of the axes; others repeat.
    var shape = Array(repeating: 1, count: x.rank)
    for (axis, extent) in zip(axes.reversed(), mean.shape.reversed()) { shape[axis] = extent }
    let deviations = try NetworkTensor(
      variance.floats.map { max($0.squareRoot(), 1e-7) }, shape: shape)
    let chain = Elementwise(
      "Normalization", inputs: 3,
      inverts
        ? [.init(CONV_ELEMENTWISE_MUL, [0, 2]), .init(CONV_ELEMENTWISE_ADD, [1, 3])]
        : [.init(CONV_ELEMENTWISE_SUB, [0, 1]), .init(CONV_ELEMENTWISE_DIV, [3, 2])])
    return [
      try add(
        chain, [x, constant(mean.reshaped(shape), "mean"), constant(deviations, "deviation")])
    ]
  }
}
