@_spi(Tools) @testable import Convolution

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

  /// The weights in the order that `order` names.
  func weights(in order: WeightOrder) -> [Float] {
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
  var description: String {
    """
    \(inputShape) * \(weightShape) stride \(stride) dilation \(dilation) groups \(groups) \(padding) \(border) \
    \(activation)\(bias == nil ? "" : " bias")\(residual == nil ? "" : " residual")
    """
  }
}

// MARK: - Through the library

extension LayerCase {
  /// The library's layer, made of weights in `order`. It packs its weights once for all plans made from it.
  func layer(
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
  func input(in layout: Layout) throws(ConvolutionError) -> Tensor {
    try Tensor(
      arrange(x, shape: inputShape, in: layout), shape: arrange(shape: inputShape, in: layout))
  }

  /// The residual in `layout`.
  func residual(in layout: Layout) throws(ConvolutionError) -> Tensor? {
    guard let residual else { return nil }
    return try Tensor(
      arrange(residual, shape: outputShape, in: layout),
      shape: arrange(shape: outputShape, in: layout))
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
  /// The kernel family, or Winograd's form, by the name that measured times have for it; nil: the planner chooses.
  var way: String?

  var description: String { "\(layout) \(way ?? "\(algorithm) \(accuracy)") \(instructionSet)" }

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

extension Planner {
  /// The same planner where the way of this name is known to be the fastest for `layer`, and nothing else is known.
  func taking(
    _ way: String, of layer: ConvolutionLayer, for shape: [Int], layout: Layout
  ) throws(ConvolutionError) -> Planner {
    let geometry = try layer.geometry(for: shape, layout: layout)
    var planner = self
    planner.measuredTimes = MeasuredTimes()
    planner.measuredTimes.record(
      [way: 1], of: MeasuredLayer(geometry, on: resolvedInstructionSet))
    return planner
  }
}

extension LayerCase {
  /// A plan for this input, or nil where the algorithm does not compute the layer. Two of them compute every layer.
  func plan(
    _ layer: ConvolutionLayer, _ setting: Setting, threads: Int = 1, region: [Range<Int>]? = nil,
    buffers: Plan.Buffers = .whole
  ) throws(ConvolutionError) -> Plan? {
    let shape = arrange(shape: inputShape, in: setting.layout)
    var planner = Planner(
      threads: threads, accuracy: setting.accuracy, algorithm: setting.algorithm,
      instructionSet: setting.instructionSet)
    if let way = setting.way {
      planner = try planner.taking(way, of: layer, for: shape, layout: setting.layout)
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
  func plansOfEveryKernel(
    _ layer: ConvolutionLayer
  ) throws(ConvolutionError) -> [(setting: Setting, plan: Plan)] {
    var plans: [(Setting, Plan)] = []
    for layout in Layout.allCases {
      var seen: Set<Way.Identity> = []
      for set in InstructionSet.available {
        let ways = try layer.alternatives(
          for: arrange(shape: inputShape, in: layout), layout: layout,
          with: Planner(threads: 1, accuracy: .fast, instructionSet: set))
        for plan in ways where seen.insert(plan.way.identity).inserted {
          let setting = Setting(
            layout: layout, accuracy: .fast, instructionSet: set, way: plan.wayName)
          plans.append((setting, plan))
        }
      }
    }
    return plans
  }
}
