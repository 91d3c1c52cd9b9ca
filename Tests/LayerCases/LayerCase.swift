@_spi(Tools) import Convolution

/// A layer, its input and its weights, channels-first whatever layout it is run in.
package struct LayerCase: Sendable {
  /// N C \*spatial.
  package var inputShape: [Int]
  /// O I/groups \*kernel.
  package var weightShape: [Int]
  package var stride, dilation: [Int]
  package var groups = 1
  package var padding = Padding.valid
  package var border: [Border]
  package var activation = Activation.identity
  package var x, w: [Float]
  package var bias, residual: [Float]?

  package init(
    inputShape: [Int], weightShape: [Int], stride: [Int], dilation: [Int], groups: Int = 1,
    padding: Padding = .valid, border: [Border], activation: Activation = .identity, x: [Float],
    w: [Float], bias: [Float]? = nil, residual: [Float]? = nil
  ) {
    self.inputShape = inputShape
    self.weightShape = weightShape
    self.stride = stride
    self.dilation = dilation
    self.groups = groups
    self.padding = padding
    self.border = border
    self.activation = activation
    self.x = x
    self.w = w
    self.bias = bias
    self.residual = residual
  }

  package var rank: Int { inputShape.count - 2 }

  package func paddingAmount(axis: Int) -> PaddingAmount {
    paddingByDefinition(
      padding, n: inputShape[2 + axis], k: weightShape[2 + axis], s: stride[axis],
      d: dilation[axis],
      axis: axis)
  }

  /// The shape of the output, N C \*spatial; a kernel that does not fit gives an extent below 1.
  package var outputShape: [Int] {
    [inputShape[0], weightShape[0]]
      + (0..<rank).map { (axis: Int) -> Int in
        let amount = paddingAmount(axis: axis)
        let padded = inputShape[2 + axis] + amount.before + amount.after
        let span = dilation[axis] * (weightShape[2 + axis] - 1) + 1
        return padded < span ? 0 : (padded - span) / stride[axis] + 1
      }
  }

  /// Whether an image is a single pixel, before and after.
  package var isPixel: Bool {
    (inputShape.dropFirst(2) + outputShape.dropFirst(2)).allSatisfy { $0 == 1 }
  }

  /// The weights in the order that `order` names.
  package func weights(in order: WeightOrder) -> [Float] {
    guard order == .kernelInputOutput else { return w }
    let outputs = weightShape[0]
    let inputs = weightShape[1]
    let taps = weightShape[2...].reduce(1, *)
    return (0..<taps).flatMap { tap in
      (0..<inputs).flatMap { input in
        (0..<outputs).map { w[($0 * inputs + input) * taps + tap] }
      }
    }
  }
}

extension LayerCase: CustomStringConvertible {
  package var description: String {
    """
    \(inputShape) * \(weightShape) stride \(stride) dilation \(dilation) groups \(groups) \(padding) \(border) \
    \(activation)\(bias == nil ? "" : " bias")\(residual == nil ? "" : " residual")
    """
  }
}

// MARK: - Through the library

extension LayerCase {
  /// The library's layer, made of weights in `order`. It packs its weights once for all plans made from it.
  package func layer(
    _ order: WeightOrder = .outputInputKernel
  ) throws(ConvolutionError) -> ConvolutionLayer {
    var biasTensor: Tensor?
    if let bias { biasTensor = try Tensor(bias, shape: [bias.count]) }
    let shape =
      order == .outputInputKernel
      ? weightShape : weightShape[2...] + [weightShape[1], weightShape[0]]
    return try ConvolutionLayer(
      rank: rank, weights: Tensor(weights(in: order), shape: shape), weightOrder: order,
      bias: biasTensor, stride: stride, dilation: dilation, groups: groups, padding: padding,
      border: border, activation: activation)
  }

  /// The input in `layout`.
  package func input(in layout: Layout) throws(ConvolutionError) -> Tensor {
    try Tensor(arranging: x, shape: inputShape, in: layout)
  }

  /// The residual in `layout`.
  package func residual(in layout: Layout) throws(ConvolutionError) -> Tensor? {
    guard let residual else { return nil }
    return try Tensor(arranging: residual, shape: outputShape, in: layout)
  }

  /// The output of `plan`, N C \*spatial.
  package func run(_ plan: Plan) throws(ConvolutionError) -> [Float] {
    let output = try plan.run(input(in: plan.layout), residual: residual(in: plan.layout))
    return channelsFirst(output.elements, shape: outputShape, from: plan.layout)
  }
}

// MARK: - What a layer is run on

/// One way to compute a layer.
package struct Setting: Sendable, CustomStringConvertible {
  package var layout = Layout.channelsFirst
  package var algorithm = Algorithm.automatic
  package var accuracy = Accuracy.standard
  package var instructionSet = InstructionSet.scalar
  /// The kernel family, or Winograd's form, by the name that measured times have for it; nil: the planner chooses.
  package var way: String?

  package init(
    layout: Layout = .channelsFirst, algorithm: Algorithm = .automatic,
    accuracy: Accuracy = .standard, instructionSet: InstructionSet = .scalar, way: String? = nil
  ) {
    self.layout = layout
    self.algorithm = algorithm
    self.accuracy = accuracy
    self.instructionSet = instructionSet
    self.way = way
  }

  package var description: String {
    "\(layout) \(way ?? "\(algorithm) \(accuracy)") \(instructionSet)"
  }

  /// Both layouts, every algorithm, Winograd's also with its largest tiles, every instruction set of this CPU.
  package static let all: [Setting] = Layout.allCases.flatMap { layout in
    (Algorithm.allCases.map { ($0, .standard) } + [(.winograd, .fast)]).flatMap {
      (algorithm: Algorithm, accuracy: Accuracy) in
      InstructionSet.available.map {
        Setting(layout: layout, algorithm: algorithm, accuracy: accuracy, instructionSet: $0)
      }
    }
  }
}

extension InstructionSet {
  /// The instruction sets of this CPU, within the cap that the environment may set; scalar among them.
  package static let available = allCases.filter { $0 <= Machine.instructionSet }
}

extension LayerCase {
  /// Times that know one way to compute the layer, and nothing else.
  package func measuredTimes(of way: String, _ setting: Setting) -> MeasuredTimes {
    let times = MeasuredTimes()
    times.record(
      [way: 1],
      of: MeasuredLayer(
        groups: groups, inputChannels: inputShape[1], outputChannels: weightShape[0],
        input: Array(inputShape[2...]), output: Array(outputShape[2...]),
        kernel: Array(weightShape[2...]), stride: stride, dilation: dilation,
        layout: setting.layout, instructionSet: setting.instructionSet))
    return times
  }

  /// A plan for this input, or nil where the algorithm does not compute the layer. Two of them compute every layer.
  package func plan(
    _ layer: ConvolutionLayer, _ setting: Setting, threads: Int = 1, region: [Range<Int>]? = nil,
    buffers: Plan.Buffers = .whole
  ) throws(ConvolutionError) -> Plan? {
    let shape = arrange(shape: inputShape, in: setting.layout)
    var planner = Planner(
      threads: threads, accuracy: setting.accuracy, algorithm: setting.algorithm,
      instructionSet: setting.instructionSet)
    if let way = setting.way {
      planner.measuredTimes = measuredTimes(of: way, setting)
      // Every thread is worth it, so that small layers are cut too.
      planner.costModel = .arithmetic
    }
    do {
      let plan = try layer.plan(
        for: shape, layout: setting.layout, with: planner, region: region, buffers: buffers)
      precondition(setting.way == nil || setting.way == plan.wayName)
      return plan
    } catch {
      let mayRefuse = ![.automatic, .general].contains(setting.algorithm)
      guard error.code == .unsupportedAlgorithm, mayRefuse else { throw error }
      return nil
    }
  }

  /// Every way to compute the layer, whether or not it would ever be chosen: in both layouts every kernel that takes it,
  /// in each of its forms, on every instruction set of this CPU. The plans are for one thread.
  package func plansOfEveryKernel(
    _ layer: ConvolutionLayer
  ) throws(ConvolutionError) -> [(setting: Setting, plan: Plan)] {
    var plans: [(Setting, Plan)] = []
    for layout in Layout.allCases {
      var seen: Set<String> = []
      for set in InstructionSet.available {
        for (setting, plan) in try plansOfEveryKernel(layer, layout, set)
        where seen.insert("\(plan.wayName) \(plan.instructionSet)").inserted {
          plans.append((setting, plan))
        }
      }
    }
    return plans
  }

  /// The same in one layout, of every family's kernel that comes closest to an instruction set.
  package func plansOfEveryKernel(
    _ layer: ConvolutionLayer, _ layout: Layout, _ set: InstructionSet
  ) throws(ConvolutionError) -> [(setting: Setting, plan: Plan)] {
    try layer.alternatives(
      for: arrange(shape: inputShape, in: layout), layout: layout,
      with: Planner(threads: 1, accuracy: .fast, instructionSet: set)
    ).map { plan in
      let setting = Setting(
        layout: layout, accuracy: .fast, instructionSet: set, way: plan.wayName)
      return (setting, plan)
    }
  }
}
