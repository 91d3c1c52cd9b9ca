import TestSupport

/// A network of random steps, of the kinds that rewrites look for.
struct RandomNetwork {
  private var model = ONNXModelBytes()
  private(set) var operations: [String] = []
  /// What was computed so far; the last one is what the next step works on.
  private var values: [Value] = []
  private var random = SplitMix64(seed: 0)

  private struct Value {
    let name: String
    /// N C H W.
    let shape: [Int]
  }

  /// - Parameter steps: a seed each.
  init(_ shape: [Int], steps: [Int]) {
    model.addInput("x", shape)
    values = [Value(name: "x", shape: shape)]
    for seed in steps {
      random = SplitMix64(seed: seed)
      step()
    }
    if values.count == 1 { add("Relu", [values[0].name], shape) }
    model.addOutput(values.last!.name)
  }

  var bytes: [UInt8] { model.bytes }

  private var last: Value { values.last! }

  // MARK: - Nodes

  @discardableResult
  private mutating func node(
    _ operation: String, _ inputs: [String], _ attributes: [ONNXAttributeBytes] = []
  ) -> String {
    let name = "\(operation) \(operations.count)"
    operations.append(operation)
    model.addNode(operation, inputs, [name], attributes)
    return name
  }

  private mutating func add(
    _ operation: String, _ inputs: [String], _ shape: [Int],
    _ attributes: [ONNXAttributeBytes] = []
  ) {
    values.append(Value(name: node(operation, inputs, attributes), shape: shape))
  }

  private mutating func numbers(_ shape: [Int], scale: Float = 1) -> String {
    model.constant(random.floats(shape.reduce(1, *), scale: scale), shape)
  }

  // MARK: - Steps

  private mutating func step() {
    switch Int.random(in: 0..<17, using: &random) {
    case 0...2: convolution()
    case 3: transposedConvolution()
    case 4: batchNormalization()
    case 5...6: arithmetic()
    case 7...8: activation()
    case 9: pad()
    case 10: pooling()
    case 11: gate()
    case 12: join()
    case 13: transposed()
    case 14: reshaped()
    case 15: split()
    default: resized()
    }
  }

  private mutating func convolution() {
    let (x, shape) = (last.name, last.shape)
    let kernel: [Int] = (0..<2).map { _ in random.pick(1, 1, 2, 3, 3, 5) }
    let stride: Int = random.pick(1, 1, 1, 2)
    let pads: [Int] = (0..<4).map { _ in random.pick(0, 1, 1, 2) }
    let output = (0..<2).map { (axis: Int) -> Int in
      let padded: Int = shape[2 + axis] + pads[axis] + pads[2 + axis]
      return padded < kernel[axis] ? 0 : (padded - kernel[axis]) / stride + 1
    }
    guard !output.contains(0) else { return }
    let isDepthwise = random.once(in: 4)
    let groups = isDepthwise ? shape[1] : shape[1] % 2 == 0 && random.once(in: 4) ? 2 : 1
    let multiplier: Int = isDepthwise ? random.pick(1, 1, 2) : random.skewed(1...12)
    let channels = groups * multiplier
    let inputs = shape[1] / groups
    let weights = [channels, inputs] + kernel
    let terms = inputs * kernel[0] * kernel[1]
    let scale: Float = 2 / Float(terms).squareRoot()
    var names = [x, numbers(weights, scale: scale)]
    if random.once(in: 2) { names.append(numbers([channels])) }
    add(
      "Conv", names, [shape[0], channels] + output,
      [
        ONNXAttributeBytes("group", groups), ONNXAttributeBytes("strides", [stride, stride]),
        ONNXAttributeBytes("pads", pads),
      ])
  }

  private mutating func transposedConvolution() {
    let (x, shape) = (last.name, last.shape)
    guard shape[2] * shape[3] < 200 else { return }
    let (kernel, stride) = random.pick((1, 1), (2, 2), (3, 2), (3, 1))
    let channels = random.skewed(1...12)
    let scale: Float = 2 / Float(shape[1]).squareRoot()
    let weights = numbers([shape[1], channels, kernel, kernel], scale: scale)
    let output: [Int] = [shape[0], channels] + shape[2...].map { ($0 - 1) * stride + kernel }
    add(
      "ConvTranspose", [x, weights, numbers([channels])], output,
      [ONNXAttributeBytes("strides", [stride, stride])])
  }

  private mutating func batchNormalization() {
    let (x, shape) = (last.name, last.shape)
    let channels = [shape[1]]
    let parameters = (0..<3).map { _ in numbers(channels) }
    let variance = model.constant(random.floats(shape[1]).map { abs($0) + 0.25 }, channels)
    add("BatchNormalization", [x] + parameters + [variance], shape)
  }

  /// With a constant that repeats along some axes.
  private mutating func arithmetic() {
    let (x, shape) = (last.name, last.shape)
    let oneImage: [Int] = [1] + shape[1...]
    let shapes: [[Int]] = [
      [], [1], [shape[1], 1, 1], [1, shape[1], 1, 1], [shape[3]], [shape[2], 1], shape, oneImage,
    ]
    let operands = [x, numbers(shapes.randomElement(using: &random)!, scale: 1.5)]
    add(
      random.pick("Add", "Sub", "Mul", "Max", "Min"),
      random.once(in: 4) ? operands.reversed() : operands, shape)
  }

  private mutating func activation() {
    let (x, shape) = (last.name, last.shape)
    switch Int.random(in: 0..<6, using: &random) {
    case 0: add("LeakyRelu", [x], shape, [ONNXAttributeBytes("alpha", Float(0.2))])
    case 1:
      add("Clip", [x, model.constant([-0.5], []), model.constant([1.5], [])], shape)
    case 2: add("PRelu", [x, numbers([shape[1], 1, 1])], shape)
    case 3: add("Mul", [x, node("Sigmoid", [x])], shape)
    default:
      add(
        random.pick(
          "Relu", "Sigmoid", "Tanh", "HardSigmoid", "HardSwish", "Elu", "Softplus", "Gelu", "Neg",
          "Abs", "Identity", "Mish"), [x], shape)
    }
  }

  private mutating func pad() {
    let (x, shape) = (last.name, last.shape)
    let mode = random.pick("constant", "reflect", "edge", "wrap")
    let most = shape[2...].map { mode == "reflect" ? $0 - 1 : $0 }
    let pads: [Int] = (0..<4).map { min(random.pick(0, 1, 1, 2), most[$0 % 2]) }
    let amounts = model.constant([0, 0, pads[0], pads[1], 0, 0, pads[2], pads[3]])
    let output: [Int] = [
      shape[0], shape[1], shape[2] + pads[0] + pads[2], shape[3] + pads[1] + pads[3],
    ]
    add("Pad", [x, amounts], output, [ONNXAttributeBytes("mode", mode)])
  }

  private mutating func pooling() {
    let (x, shape) = (last.name, last.shape)
    let (kernel, stride) = random.pick((2, 2), (3, 1), (3, 2))
    guard shape[2] + 1 >= kernel, shape[3] + 1 >= kernel else { return }
    let output: [Int] = shape[..<2] + shape[2...].map { ($0 + 1 - kernel) / stride + 1 }
    add(
      random.pick("MaxPool", "AveragePool"), [x], output,
      [
        ONNXAttributeBytes("kernel_shape", [kernel, kernel]),
        ONNXAttributeBytes("strides", [stride, stride]), ONNXAttributeBytes("pads", [0, 1, 1, 0]),
      ])
  }

  private mutating func gate() {
    let (x, shape) = (last.name, last.shape)
    let mean = node("GlobalAveragePool", [x])
    add("Mul", [x, node(random.pick("HardSigmoid", "Sigmoid"), [mean])], shape)
  }

  /// With something computed earlier.
  private mutating func join() {
    let (x, shape) = (last.name, last.shape)
    let others = values.filter { $0.shape[0] == shape[0] && $0.shape[2...] == shape[2...] }
    let other = others.randomElement(using: &random)!
    if other.shape == shape, !random.once(in: 3) {
      let operands = random.once(in: 2) ? [x, other.name] : [other.name, x]
      return add(random.pick("Add", "Add", "Mul", "Sub", "Max"), operands, shape)
    }
    guard shape[1] + other.shape[1] < 40 else { return }
    add(
      "Concat", [x, other.name],
      [shape[0], shape[1] + other.shape[1], shape[2], shape[3]], [ONNXAttributeBytes("axis", 1)])
  }

  /// Something small with the axes in another order, and back.
  private mutating func transposed() {
    let (x, shape) = (last.name, last.shape)
    let order = random.pick([0, 2, 3, 1], [0, 3, 1, 2], [0, 1, 3, 2], [0, 3, 2, 1])
    var back = order
    for (index, axis) in order.enumerated() { back[axis] = index }
    var y = node("Transpose", [x], [ONNXAttributeBytes("perm", order)])
    switch Int.random(in: 0..<4, using: &random) {
    case 0: y = node("Relu", [y])
    case 1: y = node("Add", [y, numbers([shape[order[3]]])])
    case 2: y = node("Sigmoid", [node("Mul", [y, numbers([shape[order[2]], 1])])])
    default: break
    }
    add("Transpose", [y], shape, [ONNXAttributeBytes("perm", back)])
  }

  private mutating func reshaped() {
    let (x, shape) = (last.name, last.shape)
    var y = node("Reshape", [x, model.constant([shape[0], -1])])
    if random.once(in: 2) { y = node("Tanh", [y]) }
    let other = random.once(in: 2) ? shape : [shape[0], shape[1] * shape[2], shape[3], 1]
    add("Reshape", [y, model.constant(other)], other)
  }

  /// Channels in two parts, one of them changed, in the other order.
  private mutating func split() {
    let (x, shape) = (last.name, last.shape)
    guard shape[1] > 1 else { return }
    let first = Int.random(in: 1..<shape[1], using: &random)
    let names = ["part \(operations.count) a", "part \(operations.count) b"]
    operations.append("Split")
    model.addNode(
      "Split", [x, model.constant([first, shape[1] - first])], names,
      [ONNXAttributeBytes("axis", 1)])
    let changed = node(random.pick("Relu", "Neg", "Sigmoid"), [names[0]])
    add(
      "Concat", [names[1], changed], shape, [ONNXAttributeBytes("axis", 1)])
  }

  private mutating func resized() {
    let (x, shape) = (last.name, last.shape)
    guard shape[2] * shape[3] < 200 else { return }
    let extents = [shape[0], shape[1], shape[2] * 2, shape[3] * 2]
    add(
      "Resize", [x, "", "", model.constant(extents)], extents,
      [ONNXAttributeBytes("mode", random.pick("nearest", "linear"))])
  }
}
