import CConvolution

let activationLayers: [String: LayerMaker] = [
  "Activation": { (call) throws(NetworkError) in
    let function = call.setting("activation")
    return try call.activated(call.tensors[0], by: function, suffix: false)
  },
  "ReLU": { (call) throws(NetworkError) in
    let slope = call.float("negative_slope", default: 0)
    let maximum = call.optionalFloat("max_value")
    let threshold = call.float("threshold", default: 0)
    return [
      try call.add(
        .relu(slope: slope, maximum: maximum, threshold: threshold), [call.tensors[0]])
    ]
  },
  "LeakyReLU": { (call) throws(NetworkError) in
    let older = call.float("alpha", default: 0.3)
    let slope = call.float("negative_slope", default: older)
    return [try call.add(.leakyRelu(slope), [call.tensors[0]])]
  },
  "ELU": { (call) throws(NetworkError) in
    let alpha = call.float("alpha", default: 1)
    return [try call.add(.elu(alpha), [call.tensors[0]])]
  },
  "ThresholdedReLU": { (call) throws(NetworkError) in
    let threshold = call.float("theta", default: 1)
    return [
      try call.add(
        .relu(slope: 0, maximum: nil, threshold: threshold), [call.tensors[0]])
    ]
  },
  "PReLU": { (call) throws(NetworkError) in
    let shared = call.integers("shared_axes") ?? []
    let x = call.tensors[0]
    guard shared.allSatisfy({ (1..<max(x.rank, 1)).contains($0) }) else {
      call.reject("setting shared_axes \(shared)")
      return nil
    }
    let shape = (1..<max(x.rank, 1)).map { shared.contains($0) ? 1 : x.shape[$0] }
    let slopes = try call.weight("alpha", shape)
    let constant = try call.shared("alpha") { slopes }
    return [
      try call.add(Elementwise("PRelu", inputs: 2, CONV_ELEMENTWISE_PRELU), [x, constant])
    ]
  },
  "Softmax": { (call) throws(NetworkError) in
    let axes = call.integers("axis") ?? [-1]
    let x = call.tensors[0]
    if axes.count == 1 { return [try call.add(Softmax(axis: axes[0]), [x])] }
    let sums = try call.add(
      Reduction(CONV_REDUCE_LOG_SUM_EXP, axes: axes), [x], suffix: "sums")
    let chain = Elementwise(
      "Softmax", inputs: 2,
      [.init(CONV_ELEMENTWISE_SUB, [0, 1]), .init(CONV_ELEMENTWISE_EXP, [2])])
    return [try call.add(chain, [x, sums])]
  },
]

extension LayerCall {
  /// What an activation, as a configuration has it, does to a tensor; nil, with a note, for one that is not supported.
  ///
  /// - Parameter suffix: whether it is one node more of its layer.
  mutating func activated(
    _ x: KerasTensor, by activation: JSON?, suffix: Bool = true
  ) throws(NetworkError) -> [KerasTensor]? {
    guard let activation, !activation.isNull else { return [x] }
    // A function of Keras, perhaps with its module beside it.
    let className = activation["class_name"]?.string
    let function =
      activation.string ?? (className == "function" ? activation["config"]?.string : nil)
    if let function {
      if let y = try activated(x, byFunction: function, suffix: suffix ? function : nil) {
        return [y]
      }
      reject("activation \(function)")
      return nil
    }
    // A layer in the layer.
    guard let className, activationLayers[className] != nil, className != "PReLU",
      let layer = try? LayerConfiguration(activation, file: name)
    else {
      reject("activation \(activation)")
      return nil
    }
    var inner = LayerCall(layer, in: self, [x])
    return try inner.outputs()
  }

  /// Adds a chain.
  func add(
    _ chain: Elementwise, _ inputs: [KerasTensor?]
  ) throws(NetworkError) -> KerasTensor {
    try add(chain as any Operator, inputs)
  }
}
