import Convolution

/// A layer, its input and its weights, channels-first whatever layout it is run in.
struct LayerCase: Sendable {
  /// N C \*spatial.
  var inputShape: [Int]
  /// O I/groups \*kernel.
  var weightShape: [Int]
  var stride, dilation: [Int]
  var groups = 1
  var padding = Padding.valid
  var border: [Border]
  var activation = Activation.identity
  var x, w: [Float]
  var bias, residual: [Float]?

  var rank: Int { inputShape.count - 2 }

  func paddingAmount(axis: Int) -> PaddingAmount {
    paddingByDefinition(
      padding, n: inputShape[2 + axis], k: weightShape[2 + axis], s: stride[axis],
      d: dilation[axis],
      axis: axis)
  }

  /// The shape of the output, N C \*spatial; a kernel that does not fit gives an extent below 1.
  var outputShape: [Int] {
    [inputShape[0], weightShape[0]]
      + (0..<rank).map { (axis: Int) -> Int in
        let amount = paddingAmount(axis: axis)
        let padded = inputShape[2 + axis] + amount.before + amount.after
        let span = dilation[axis] * (weightShape[2 + axis] - 1) + 1
        return padded < span ? 0 : (padded - span) / stride[axis] + 1
      }
  }
}

extension LayerCase: CustomStringConvertible {
  var description: String {
    """
    \(inputShape) * \(weightShape) stride \(stride) dilation \(dilation) groups \(groups) \(padding) \(border) \
    \(activation)\(bias == nil ? "" : " bias")\(residual == nil ? "" : " residual")
    """
  }
}

// MARK: - Through the library

/// What tests ask of a layer of any rank.
protocol PlannedLayer: Sendable {
  func plan(
    for shape: [Int], layout: Layout, threads: Int?, accuracy: Accuracy, algorithm: Algorithm,
    instructionSet: InstructionSet?, maximumPackedBytes: Int?, region: [Range<Int>]?
  ) throws(ConvolutionError) -> Plan
}

extension ConvolutionLayer: PlannedLayer {}

extension LayerCase {
  /// The library's layer. It packs its weights once for all plans made from it.
  func layer() throws -> any PlannedLayer {
    switch rank {
    case 1: try layer(Conv1D.self)
    case 2: try layer(Conv2D.self)
    default: try layer(Conv3D.self)
    }
  }

  func layer<let rank: Int>(
    _ type: ConvolutionLayer<rank>.Type
  ) throws(ConvolutionError) -> ConvolutionLayer<rank> {
    var biasTensor: Tensor?
    if let bias { biasTensor = try Tensor(bias, shape: [bias.count]) }
    return try ConvolutionLayer<rank>(
      weights: Tensor(w, shape: weightShape), bias: biasTensor, stride: .each(stride),
      dilation: .each(dilation),
      groups: groups, padding: padding, border: .each(border), activation: activation)
  }

  /// The input in `layout`.
  func input(in layout: Layout) throws(ConvolutionError) -> Tensor {
    try Tensor(
      arrange(x, shape: inputShape, in: layout), shape: arrange(shape: inputShape, in: layout),
      layout: layout)
  }

  /// The residual in `layout`.
  func residual(in layout: Layout) throws(ConvolutionError) -> Tensor? {
    guard let residual else { return nil }
    return try Tensor(
      arrange(residual, shape: outputShape, in: layout),
      shape: arrange(shape: outputShape, in: layout),
      layout: layout)
  }

  /// The output of `plan`, N C \*spatial.
  func run(_ plan: Plan) throws(ConvolutionError) -> [Float] {
    let output = try plan.run(input(in: plan.layout), residual: residual(in: plan.layout))
    return channelsFirst(output.elements, shape: outputShape, from: plan.layout)
  }
}

// MARK: - What a layer is run on

/// One way to compute a layer.
struct Setting: Sendable, CustomStringConvertible {
  var layout = Layout.channelsFirst
  var algorithm = Algorithm.automatic
  var accuracy = Accuracy.standard
  var instructionSet = InstructionSet.scalar

  var description: String { "\(layout) \(algorithm) \(accuracy) \(instructionSet)" }

  /// Both layouts, every algorithm, Winograd's also with its largest tiles, every instruction set of this CPU.
  static let all: [Setting] = Layout.allCases.flatMap { layout in
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
  static let available = allCases.filter { $0 <= Machine.instructionSet }
}

extension LayerCase {
  /// A plan for this input, or nil where the algorithm does not compute the layer. Two of them compute every layer.
  func plan(
    _ layer: any PlannedLayer, _ setting: Setting, threads: Int = 1, region: [Range<Int>]? = nil
  ) throws -> Plan? {
    do {
      return try layer.plan(
        for: arrange(shape: inputShape, in: setting.layout), layout: setting.layout,
        threads: threads, accuracy: setting.accuracy, algorithm: setting.algorithm,
        instructionSet: setting.instructionSet, maximumPackedBytes: nil, region: region)
    } catch {
      let mayRefuse = ![.automatic, .general].contains(setting.algorithm)
      guard error.code == .unsupportedAlgorithm, mayRefuse else { throw error }
      return nil
    }
  }

  /// The settings and one-thread plans that between them use every kernel of the layer once, Winograd's once a form.
  func plansOfEveryKernel(_ layer: any PlannedLayer) throws -> [(setting: Setting, plan: Plan)] {
    var seen: Set<String> = []
    return try Setting.all.compactMap { setting in
      guard let plan = try plan(layer, setting) else { return nil }
      let form = plan.winograd?.description ?? ""
      let isNew = seen.insert("\(plan.layout) \(plan.kernel) \(form) \(plan.instructionSet)")
        .inserted
      return isNew ? (setting, plan) : nil
    }
  }
}
