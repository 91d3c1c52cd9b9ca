import Convolution

/// A line's layer with random weights, whatever its rank.
struct BenchmarkLayer {
  let weights, bias: Tensor
  private let line: LayerLine
  private let layer: any Plannable

  /// - Throws: where the layer needs more memory than the machine has.
  init(_ line: LayerLine) throws {
    let descriptor = line.descriptor
    let weightCount = descriptor.weightShape.reduce(1) { $0 * Double($1) }
    let inputCount = descriptor.inputShape(in: .channelsFirst).reduce(1) { $0 * Double($1) }
    try SharedBuffers.check(bytes: 4 * (2 * weightCount + inputCount))
    var random = RandomFloats(seed: 2)
    weights = try Tensor(
      (0..<Int(weightCount)).map { _ in random.next() }, shape: descriptor.weightShape)
    bias = try Tensor(
      (0..<descriptor.outputChannels).map { _ in random.next() }, shape: [descriptor.outputChannels]
    )
    self.line = line
    switch descriptor.rank {
    case 1: layer = try Conv1D(line, weights: weights, bias: bias)
    case 2: layer = try Conv2D(line, weights: weights, bias: bias)
    default: layer = try Conv3D(line, weights: weights, bias: bias)
    }
  }

  private var layout: Layout { (line.options.layout ?? .nchw).layout }

  /// The plan for the line's input.
  func plan(_ planner: Planner) throws -> Plan {
    try layer.plan(with: planner, for: line.descriptor.inputShape(in: layout), layout: layout)
  }

  /// The plan for one image, and a plan of each way that it was chosen from.
  func alternatives(_ planner: Planner) throws -> (chosen: Plan, all: [Plan]) {
    let shape = [1] + line.descriptor.inputShape(in: layout).dropFirst()
    return (
      try layer.plan(with: planner, for: shape, layout: layout),
      try layer.alternatives(with: planner, for: shape, layout: layout)
    )
  }
}

/// What is asked of a layer of any rank.
private protocol Plannable {
  func plan(with planner: Planner, for shape: [Int], layout: Layout) throws -> Plan
  func alternatives(with planner: Planner, for shape: [Int], layout: Layout) throws -> [Plan]
}

extension ConvolutionLayer: Plannable {
  fileprivate init(_ line: LayerLine, weights: Tensor, bias: Tensor) throws {
    let (descriptor, options) = (line.descriptor, line.options)
    try self.init(
      weights: weights, bias: bias, stride: .each(descriptor.stride),
      dilation: .each(descriptor.dilation), groups: descriptor.groups,
      padding: options.padding?.padding ?? .explicit(descriptor.pads),
      border: options.border?.border ?? .zeros)
  }

  fileprivate func plan(with planner: Planner, for shape: [Int], layout: Layout) throws -> Plan {
    try planner.plan(self, for: shape, layout: layout)
  }

  fileprivate func alternatives(
    with planner: Planner, for shape: [Int], layout: Layout
  ) throws -> [Plan] {
    try planner.alternatives(self, for: shape, layout: layout)
  }
}
