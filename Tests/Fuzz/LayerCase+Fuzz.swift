import Convolution
import ConvolutionFiles
import LayerCases
import TestSupport

extension LayerCase {
  /// A random layer without data, of at most `work` multiply-adds: what people use, and what nobody would.
  static func fuzzed(_ random: inout SplitMix64, work: Int) -> LayerCase {
    while true {
      let layer = draw(&random)
      let output = layer.outputShape
      let padded = (0..<layer.rank).reduce(layer.inputShape[1]) { count, axis in
        let amount = layer.paddingAmount(axis: axis)
        return count * max(layer.inputShape[2 + axis] + amount.before + amount.after, 0)
      }
      guard output[2...].allSatisfy({ $0 > 0 }), padded <= 40_000,
        output.reduce(1, *) <= 20_000, layer.inputShape.reduce(1, *) <= 20_000,
        layer.weightShape.reduce(1, *) <= 20_000,
        output.reduce(1, *) * layer.weightShape[1...].reduce(1, *) <= work
      else { continue }
      return layer
    }
  }

  /// A random layer without data whose weights' gradient may be summed at Winograd's points, which asks for channels and
  /// pixels.
  static func fuzzedForPoints(_ random: inout SplitMix64) -> LayerCase {
    while true {
      var layer = draw(&random)
      let groups = random.once(in: 4) ? 2 : 1
      let inputs = groups * random.pick(32, 48, 64)
      let plane = [
        Int.random(in: 12...34, using: &random), Int.random(in: 12...34, using: &random),
      ]
      guard layer.rank > 1 else { continue }
      let depth = layer.inputShape[2..<layer.rank].map { min($0, 3) }
      layer.groups = groups
      layer.inputShape = [random.pick(1, 1, 2, 3), inputs] + depth + plane
      layer.weightShape =
        [groups * Int.random(in: 32...50, using: &random), inputs / groups] + depth.map { _ in 1 }
        + [3, 3]
      layer.stride = depth.map { _ in 1 } + [1, 1]
      layer.dilation = layer.stride
      let products = layer.outputShape.reduce(1, *) * layer.weightShape[1...].reduce(1, *)
      if layer.outputShape[2...].allSatisfy({ $0 > 0 }), products <= 50_000_000 { return layer }
    }
  }

  private static func draw(_ random: inout SplitMix64) -> LayerCase {
    let rank = Int.random(in: 1...3, using: &random)
    func axes<Value>(_ value: () -> Value) -> [Value] { (0..<rank).map { _ in value() } }
    let groups = random.once(in: 2) ? 1 : random.skewed(1...200)
    let inputs = random.once(in: 2) && groups > 1 ? 1 : random.skewed(1...(200 / groups))
    let outputs = random.skewed(1...(200 / groups))
    var extents: [Int] = []
    for _ in 0..<rank { extents.append(random.skewed(1...[70, 70, 30][rank - 1])) }
    var kernel: [Int] = []
    for _ in 0..<rank { kernel.append(random.skewed(1...[16, 9, 6][rank - 1])) }
    if random.once(in: 3) { kernel = kernel.map { _ in kernel[0] } }
    var border: [Border] = []
    let constant = Float.random(in: -2...2, using: &random)
    for _ in 0..<rank {
      border.append(
        random.pick(
          .zeros, .zeros, .constant(constant), .replicate, .reflect, .symmetric, .circular))
    }
    if random.once(in: 2) { border = border.map { _ in border[0] } }
    if random.once(in: 30) {
      extents[Int.random(in: 0..<rank, using: &random)] = 0
      border = border.map { $0.readsSamples ? .zeros : $0 }
    }
    var dilation: [Int] = []
    var stride: [Int] = []
    for _ in 0..<rank {
      dilation.append(random.once(in: 20) ? random.skewed(1...200) : random.pick(1, 1, 1, 2, 3))
      stride.append(random.once(in: 20) ? random.skewed(1...80) : random.pick(1, 1, 1, 2, 3))
    }
    if random.once(in: 2) { stride = stride.map { _ in 1 } }
    if random.once(in: 2) { dilation = dilation.map { _ in 1 } }
    let most = random.once(in: 10) ? 3000 : 8
    var amounts: [PaddingAmount] = []
    for _ in 0..<rank {
      amounts.append(
        PaddingAmount(
          before: random.skewed(-2...most), after: random.skewed(-2...most)))
    }
    var padding = random.pick(
      Padding.valid, .same, .same, .sameLower, .causal, .full, .explicit(amounts),
      .explicit(amounts))
    if stride.allSatisfy({ $0 == 1 }), random.once(in: 8) { padding = .sameTorch }
    let images = random.once(in: 50) ? 0 : random.pick(1, 1, 1, 2, 3)
    return LayerCase(
      inputShape: [images, inputs * groups] + extents,
      weightShape: [outputs * groups, inputs] + kernel, stride: stride, dilation: dilation,
      groups: groups, padding: padding, border: border, activation: .fuzzed(&random), x: [], w: [],
      bias: random.once(in: 2) ? [] : nil, residual: random.once(in: 3) ? [] : nil)
  }

  /// Layers with less in them, without data of their sizes.
  var smaller: [LayerCase] {
    var layers: [LayerCase] = []
    func add(_ change: (inout LayerCase) -> Void) {
      var layer = self
      change(&layer)
      let isOne = layer.padding != .sameTorch || layer.stride.allSatisfy { $0 == 1 }
      if layer.description != description, isOne, layer.outputShape[2...].allSatisfy({ $0 > 0 }) {
        layers.append(layer)
      }
    }
    add { $0.bias = nil }
    add { $0.residual = nil }
    add { $0.activation = .identity }
    add { $0.border = $0.border.map { _ in .zeros } }
    add { layer in
      layer.padding = .explicit((0..<layer.rank).map { layer.paddingAmount(axis: $0) })
    }
    for count in Set([1, inputShape[0] / 2]) where inputShape[0] > count {
      add { $0.inputShape[0] = count }
    }
    // Channels: of the outputs and inputs of a group, and groups.
    let (inputs, outputs) = (weightShape[1], weightShape[0] / groups)
    func add(groups: Int, inputs: Int, outputs: Int) {
      add {
        $0.groups = groups
        $0.inputShape[1] = groups * inputs
        $0.weightShape[0] = groups * outputs
        $0.weightShape[1] = inputs
      }
    }
    for less in Self.less(groups) { add(groups: less, inputs: inputs, outputs: outputs) }
    for less in Self.less(inputs) { add(groups: groups, inputs: less, outputs: outputs) }
    for less in Self.less(outputs) { add(groups: groups, inputs: inputs, outputs: less) }
    for axis in 0..<rank {
      for less in Self.less(inputShape[2 + axis]) { add { $0.inputShape[2 + axis] = less } }
      for less in Self.less(weightShape[2 + axis]) { add { $0.weightShape[2 + axis] = less } }
      for less in Self.less(stride[axis]) { add { $0.stride[axis] = less } }
      for less in Self.less(dilation[axis]) { add { $0.dilation[axis] = less } }
      add { $0.border[axis] = .zeros }
      guard case .explicit(let amounts) = padding, amounts.count == rank else { continue }
      for (before, after) in [
        (0, amounts[axis].after), (amounts[axis].before, 0),
        (amounts[axis].before / 2, amounts[axis].after),
        (amounts[axis].before, amounts[axis].after / 2),
        (amounts[axis].before - amounts[axis].before.signum(), amounts[axis].after),
        (amounts[axis].before, amounts[axis].after - amounts[axis].after.signum()),
      ] {
        var changed = amounts
        changed[axis] = PaddingAmount(before: before, after: after)
        add { $0.padding = .explicit(changed) }
      }
    }
    return layers
  }

  private static func less(_ count: Int) -> [Int] {
    Array(Set([1, count / 2, count - 1].filter { $0 > 0 && $0 < count })).sorted()
  }

  /// Writes its files, and returns the options of `convolve apply` that name them and say the rest.
  func words(_ folder: String, _ layout: Layout) throws -> [String] {
    try input(in: layout).write(toNPYFile: "\(folder)/x.npy")
    try Tensor(w, shape: weightShape).write(toNPYFile: "\(folder)/w.npy")
    var words = ["--input \(folder)/x.npy", "--weights \(folder)/w.npy"]
    if let bias {
      try Tensor(bias, shape: [bias.count]).write(toNPYFile: "\(folder)/b.npy")
      words.append("--bias \(folder)/b.npy")
    }
    if let residual = try residual(in: layout) {
      try residual.write(toNPYFile: "\(folder)/r.npy")
      words.append("--residual \(folder)/r.npy")
    }
    func list(_ numbers: [Int]) -> String { numbers.map(String.init).joined(separator: ",") }
    let amounts = (0..<rank).map { paddingAmount(axis: $0) }
    return words + [
      "--layout \(layout)", "--groups \(groups)", "--stride \(list(stride))",
      "--dilation \(list(dilation))", "--pads \(list(amounts.flatMap { [$0.before, $0.after] }))",
      "--border \(border.map(\.description).joined(separator: ","))",
      "--activation \(activation)",
    ]
  }
}

extension Border {
  fileprivate var readsSamples: Bool {
    ![.zeros].contains(self) && !description.hasPrefix("constant")
  }
}

extension Activation {
  static func fuzzed(_ random: inout SplitMix64) -> Activation {
    random.pick(
      .identity, .identity, .identity, .relu, .relu6, .clip(minimum: -0.5, maximum: 1),
      .leakyRelu(slope: 0.1), .sigmoid, .tanh, .silu, .hardSwish, .hardSigmoid(), .gelu)
  }
}
