import CConvolution

/// Operations of `keras.ops` that models have between their layers.
let arithmeticLayers = layers([
  [
    "TrueDivide": { (call) throws(NetworkError) in try call.merged("Div", CONV_ELEMENTWISE_DIV) },
    "Divide": { (call) throws(NetworkError) in try call.merged("Div", CONV_ELEMENTWISE_DIV) },
    "Power": { (call) throws(NetworkError) in try call.merged("Pow", CONV_ELEMENTWISE_POW) },
    "Matmul": { (call) throws(NetworkError) in
      guard call.tensors.count == 2 else {
        call.reject("inputs that are no tensors")
        return nil
      }
      return [try call.add(MatrixProduct(), call.tensors)]
    },
    "LeakyRelu": { (call) throws(NetworkError) in
      let slope = call.float("negative_slope", default: 0.2)
      return [try call.add(.leakyRelu(slope), [call.tensors[0]])]
    },
    "Elu": { (call) throws(NetworkError) in
      let alpha = call.float("alpha", default: 1)
      return [try call.add(.elu(alpha), [call.tensors[0]])]
    },
    "Gelu": { (call) throws(NetworkError) in
      let isApproximate = call.bool("approximate", default: true)
      let operation = isApproximate ? CONV_ELEMENTWISE_GELU_TANH : CONV_ELEMENTWISE_GELU
      return [try call.add(Elementwise("Gelu", operation), [call.tensors[0]])]
    },
    "LogSoftmax": { (call) throws(NetworkError) in
      let axis = call.integer("axis") ?? -1
      return [try call.add(Softmax(axis: axis, isLogarithm: true), [call.tensors[0]])]
    },
    "Transpose": { (call) throws(NetworkError) in
      let axes = call.integers("axes")
      return [try call.add(TransposeOperator(permutation: axes), [call.tensors[0]])]
    },
    "ExpandDims": { (call) throws(NetworkError) in
      let axes = call.integers("axis") ?? [-1]
      return [
        try call.add(
          ViewOperator(kind: .unsqueeze), [call.tensors[0], call.integers(axes, "axes")])
      ]
    },
    "Squeeze": { (call) throws(NetworkError) in
      let axes = try call.integers("axis").map { (axes) throws(NetworkError) in
        try call.integers(axes, "axes")
      }
      return [try call.add(ViewOperator(kind: .squeeze), [call.tensors[0], axes])]
    },
    "GetItem": { (call) throws(NetworkError) in try call.item() },
  ],
  reductions.mapValues(reducing), functions.mapValues(applying), chains.mapValues(applying),
])

private let reductions = [
  "Mean": CONV_REDUCE_MEAN, "Sum": CONV_REDUCE_SUM, "Max": CONV_REDUCE_MAX,
  "Min": CONV_REDUCE_MIN, "Prod": CONV_REDUCE_PRODUCT,
]

private func reducing(_ kind: conv_reduction_kind) -> LayerMaker {
  { (call) throws(NetworkError) in try call.reduction(kind) }
}

/// Those that activations of layers have as well, by their names there.
private let functions = [
  "Relu": "relu", "Relu6": "relu6", "Sigmoid": "sigmoid", "Tanh": "tanh", "Silu": "silu",
  "HardSigmoid": "hard_sigmoid", "HardSilu": "hard_silu", "HardTanh": "hard_tanh",
  "Softplus": "softplus", "Softsign": "softsign", "Selu": "selu", "Mish": "mish",
  "LogSigmoid": "log_sigmoid", "Exp": "exponential", "TanhShrink": "tanh_shrink",
]

private func applying(_ function: String) -> LayerMaker {
  { (call) throws(NetworkError) in
    try call.activated(call.tensors[0], byFunction: function).map { [$0] }
  }
}

private let chains: [String: Elementwise] = [
  "Absolute": Elementwise("Abs", CONV_ELEMENTWISE_ABS),
  "Abs": Elementwise("Abs", CONV_ELEMENTWISE_ABS),
  "Negative": Elementwise("Neg", CONV_ELEMENTWISE_NEG),
  "Sqrt": Elementwise("Sqrt", CONV_ELEMENTWISE_SQRT),
  "Log": Elementwise("Log", CONV_ELEMENTWISE_LOG),
  "Sin": Elementwise("Sin", CONV_ELEMENTWISE_SIN),
  "Cos": Elementwise("Cos", CONV_ELEMENTWISE_COS),
  "Floor": Elementwise("Floor", CONV_ELEMENTWISE_FLOOR),
  "Ceil": Elementwise("Ceil", CONV_ELEMENTWISE_CEIL),
  "Reciprocal": Elementwise("Reciprocal", CONV_ELEMENTWISE_RECIPROCAL),
  "Square": Elementwise("Square", [.init(CONV_ELEMENTWISE_MUL, [0, 0])]),
  "Rsqrt": Elementwise(
    "Rsqrt",
    [.init(CONV_ELEMENTWISE_SQRT, [0]), .init(CONV_ELEMENTWISE_RECIPROCAL, [1])]),
]

private func applying(_ chain: Elementwise) -> LayerMaker {
  { (call) throws(NetworkError) in [try call.add(chain, [call.tensors[0]])] }
}

extension LayerCall {
  fileprivate mutating func reduction(
    _ kind: conv_reduction_kind
  ) throws(NetworkError) -> [KerasTensor]? {
    let keepsAxes = bool("keepdims", default: false)
    let x = tensors[0]
    let axes = integers("axis") ?? Array(0..<x.rank)
    guard !axes.isEmpty else { return [x] }
    return [try add(Reduction(kind, axes: axes, keepsAxes: keepsAxes), [x])]
  }

  /// `x[1:, ..., 0]`: parts of axes, or one element of them, whose axis then goes.
  fileprivate mutating func item() throws(NetworkError) -> [KerasTensor]? {
    let x = tensors[0]
    guard inputs.count == 2, case .value(let key) = inputs[1] else {
      reject("a key that is no constant")
      return nil
    }
    var keys = key.array ?? [key]
    if let ellipsis = keys.firstIndex(where: { $0.isEllipsis }) {
      let whole = JSON.object(["class_name": .string("__slice__"), "config": .object([:])])
      let count = max(x.rank - keys.count + 1, 0)
      keys.replaceSubrange(ellipsis...ellipsis, with: Array(repeating: whole, count: count))
    }
    var (starts, ends, axes, steps, gone) = ([Int](), [Int](), [Int](), [Int](), [Int]())
    for (axis, key) in keys.enumerated() {
      if let index = key.integer {
        starts.append(index)
        ends.append(index == -1 ? Int(Int32.max) : index + 1)
        steps.append(1)
        gone.append(axis)
      } else if key["class_name"]?.string == "__slice__", let part = key["config"] {
        let step = part["step"]?.integer ?? 1
        starts.append(part["start"]?.integer ?? (step < 0 ? Int(Int32.max) : 0))
        ends.append(part["stop"]?.integer ?? (step < 0 ? Int(Int32.min) : Int(Int32.max)))
        steps.append(step)
      } else {
        reject("key \(key)")
        return nil
      }
      axes.append(axis)
    }
    guard axes.count <= x.rank else {
      reject("\(axes.count) keys of \(x.rank) axes")
      return nil
    }
    let part = try add(
      SliceOperator(),
      [
        x, integers(starts, "starts"), integers(ends, "ends"), integers(axes, "axes"),
        integers(steps, "steps"),
      ], suffix: gone.isEmpty ? nil : "part")
    if gone.isEmpty { return [part] }
    return [try add(ViewOperator(kind: .squeeze), [part, integers(gone, "axes")])]
  }
}

extension JSON {
  /// Keras's word for `...`.
  fileprivate var isEllipsis: Bool {
    self["class_name"]?.string == "__ellipsis__" || string == "..."
  }
}
