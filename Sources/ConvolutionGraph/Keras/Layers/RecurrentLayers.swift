import CConvolution

let recurrentLayers: [String: LayerMaker] = [
  "LSTM": { (call) throws(NetworkError) in try call.recurrentOutputs() },
  "GRU": { (call) throws(NetworkError) in try call.recurrentOutputs() },
  "Bidirectional": { (call) throws(NetworkError) in try call.bidirectional() },
  "TimeDistributed": { (call) throws(NetworkError) in try call.timeDistributed() },
]

/// What a recurrent layer gives.
private struct RecurrentResult {
  /// Every step's, or the last step's output.
  let output: KerasTensor
  /// Empty where the layer does not give them.
  let states: [KerasTensor]
  let isSequence: Bool
}

extension LayerCall {
  fileprivate mutating func recurrentOutputs() throws(NetworkError) -> [KerasTensor]? {
    try recurrent(part: "cell", prefix: "", states: initialStates()).map {
      [$0.output] + $0.states
    }
  }

  /// A recurrent layer in one direction.
  ///
  /// - Parameters:
  ///   - part: where its weights are.
  ///   - prefix: of its nodes' names.
  ///   - isBackward: whether it is the second one of two, which goes the other way and gives its outputs in the order of its
  ///     inputs.
  private mutating func recurrent(
    part: String, prefix: String, isBackward: Bool = false, states: [KerasTensor] = []
  ) throws(NetworkError) -> RecurrentResult? {
    checkElements()
    ignore(
      "dropout", "recurrent_dropout", "implementation", "unit_forget_bias", "unroll",
      "use_cudnn", "zero_output_for_mask")
    let units = integer("units") ?? 1
    let hasBias = bool("use_bias", default: true)
    let givesSequence = bool("return_sequences", default: false)
    let givesStates = bool("return_state", default: false)
    let goesBackwards = bool("go_backwards", default: false) != isBackward
    let isLSTM = className == "LSTM"
    // Files of Keras 2 say so where it is so.
    let resetsAfter = !isLSTM && bool("reset_after", default: graph.version >= 3)
    for name in ["stateful", "time_major"] where bool(name, default: false) {
      reject("setting \(name) true")
    }
    for (name, expected) in [("activation", "tanh"), ("recurrent_activation", "sigmoid")] {
      let word = string(name, default: expected)
      if word != expected { reject("setting \(name) \"\(word)\"") }
    }
    let x = tensors[0]
    let stateCount = isLSTM ? 2 : 1
    guard x.rank == 3, let features = x.shape[2], units > 0, units < 1 << 24,
      states.isEmpty || states.count == stateCount, states.allSatisfy({ $0.rank == 2 })
    else {
      reject("inputs of \(tensors.map(\.rank)) axes")
      return nil
    }
    let gates = isLSTM ? 4 : 3
    // Keras: input, forget, cell, output; ONNX: input, output, forget, cell. Those of GRU are alike.
    let order = isLSTM ? [0, 3, 1, 2] : [0, 1, 2]
    try enterWeights(part)
    let kernel = try weight("kernel", [features, gates * units])
    let recurrentKernel = try weight("recurrent kernel", [units, gates * units])
    func rows(_ matrix: NetworkTensor) throws(NetworkError) -> NetworkTensor {
      let columns = matrix.shape[0]
      let floats = try matrix.permuted(by: [1, 0]).floats
      let size = units * columns
      return try NetworkTensor(
        order.flatMap { floats[$0 * size..<($0 + 1) * size] }, shape: [1, gates * units, columns])
    }
    var bias: KerasTensor?
    if hasBias {
      let shape: [Int?] = resetsAfter ? [2, gates * units] : [gates * units]
      let floats = try weight("bias", shape).floats
      let ordered = order.flatMap { floats[$0 * units..<($0 + 1) * units] }
      // Behind those of inputs, those of states.
      let rest =
        resetsAfter
        ? Array(floats[(gates * units)...]) : Array(repeating: 0, count: gates * units)
      bias = try shared("\(prefix)bias") { () throws(NetworkError) in
        try NetworkTensor(ordered + rest, shape: [1, 2 * gates * units])
      }
    }
    let weights = try shared("\(prefix)kernel") { () throws(NetworkError) in try rows(kernel) }
    let recurrent = try shared("\(prefix)recurrent kernel") { () throws(NetworkError) in
      try rows(recurrentKernel)
    }
    var inputs: [KerasTensor?] = [x, weights, recurrent, bias, nil]
    for (number, state) in states.enumerated() {
      inputs.append(
        try add(
          ViewOperator(kind: .unsqueeze), [state, integers([1], "axes")],
          suffix: "\(prefix)state \(number)"))
    }
    let operation = Recurrent(
      isLSTM ? .lstm : resetsAfter ? .gruResettingAfter : .gru, isReversed: [goesBackwards],
      isBatchFirst: true)
    let all = try addAll(
      operation, inputs, outputs: 1 + stateCount, suffix: "\(prefix)steps")
    func squeezed(
      _ tensor: KerasTensor, _ axis: Int, _ suffix: String?
    ) throws(NetworkError) -> KerasTensor {
      try add(
        ViewOperator(kind: .squeeze), [tensor, integers([axis], "axes")],
        suffix: suffix.map { prefix + $0 })
    }
    var output =
      givesSequence
      ? try squeezed(all[0], 2, prefix.isEmpty ? nil : "sequence")
      : try squeezed(all[1], 1, prefix.isEmpty ? nil : "last")
    if givesSequence, goesBackwards, !isBackward {
      // The steps in the order in which they were computed.
      output = try add(
        SliceOperator(),
        [
          output, integers([-1], "starts"), integers([Int(Int32.min)], "ends"),
          integers([1], "axes"), integers([-1], "steps"),
        ], suffix: "\(prefix)reversed")
    }
    var results: [KerasTensor] = []
    if givesStates {
      for number in 0..<stateCount {
        results.append(try squeezed(all[1 + number], 1, "state out \(number)"))
      }
    }
    return RecurrentResult(output: output, states: results, isSequence: givesSequence)
  }

  fileprivate mutating func bidirectional() throws(NetworkError) -> [KerasTensor]? {
    enum Merge: String { case concat, sum, ave, mul }
    let given = setting("merge_mode")
    let merge = given.map { $0.string.flatMap(Merge.init) } ?? .concat
    if let given, merge == nil, !given.isNull { reject("setting merge_mode \(given)") }
    guard let layer = setting("layer"), let inner = try? LayerConfiguration(layer, file: name),
      inner.className == "LSTM" || inner.className == "GRU"
    else {
      reject("a layer that is neither LSTM nor GRU")
      return nil
    }
    // One of its own is the first one but for its direction, unless somebody has said otherwise.
    let other = try setting("backward_layer").flatMap { $0.isNull ? nil : $0 }
      .map { (json) throws(NetworkError) in try LayerConfiguration(json, file: name) }
    guard other.map({ $0.className == inner.className }) ?? true else {
      reject("setting backward_layer \(other!.className)")
      return nil
    }
    var forward = LayerCall(inner, in: self, [tensors[0]])
    let initial = initialStates()
    let half = initial.count / 2
    guard
      let first = try forward.recurrent(
        part: "forward_layer/cell", prefix: "forward ", states: Array(initial.prefix(half)))
    else { return nil }
    forward.rejectUnread()
    continueWeights(of: forward)
    var second = inner
    if let other {
      second.options = other.options
      second.options["go_backwards"] = .bool(false)
    }
    var backward = LayerCall(second, in: self, [tensors[0]])
    guard
      let last = try backward.recurrent(
        part: "backward_layer/cell", prefix: "backward ", isBackward: true,
        states: Array(initial.suffix(half)))
    else { return nil }
    backward.rejectUnread()
    continueWeights(of: backward)
    let states = first.states + last.states
    let pair = [first.output, last.output]
    guard let merge else { return pair + states }
    let output: KerasTensor
    switch merge {
    case .concat: output = try add(ConcatOperator(axis: pair[0].rank - 1), pair)
    case .sum: output = try add(Elementwise("Add", inputs: 2, CONV_ELEMENTWISE_ADD), pair)
    case .mul: output = try add(Elementwise("Mul", inputs: 2, CONV_ELEMENTWISE_MUL), pair)
    case .ave:
      var mean = Elementwise("Mean", inputs: 2, CONV_ELEMENTWISE_ADD)
      mean.append(CONV_ELEMENTWISE_AFFINE, p: 0.5)
      output = try add(mean, pair)
    }
    return [output] + states
  }

  /// States that the call begins with: arguments of their own, or inputs behind the first.
  private func initialStates() -> [KerasTensor] {
    let given = states.compactMap { if case .tensor(let tensor) = $0 { tensor } else { nil } }
    return Array(tensors.dropFirst()) + given
  }

  /// A layer applied to every step: to the steps of all sequences as so many images.
  fileprivate mutating func timeDistributed() throws(NetworkError) -> [KerasTensor]? {
    let x = tensors[0]
    let rest = x.shape.dropFirst(2)
    guard let json = setting("layer"), let layer = try? LayerConfiguration(json, file: name),
      layer.model == nil, recurrentLayers[layer.className] == nil
    else {
      reject("such a layer")
      return nil
    }
    guard x.rank > 2, let steps = x.shape[1], !rest.contains(nil) else {
      reject("an input whose steps are not known")
      return nil
    }
    try enterWeights("layer")
    let extents = rest.map { $0! }
    let flat = try reshape(x, [-1] + extents, as: [nil] + rest, suffix: "steps")
    var inner = LayerCall(layer, in: self, [flat])
    let results = try inner.outputs()
    continueWeights(of: inner)
    guard let y = results.first, results.count == 1, !y.shape.dropFirst().contains(nil) else {
      reject("a layer of several outputs")
      return nil
    }
    let shape = y.shape.dropFirst().map { $0! }
    return [try reshape(y, [-1, steps] + shape, as: [x.shape[0], steps] + shape)]
  }
}
