@_spi(Tools) import Convolution
import ConvolutionOptions

/// A line's layer with random weights.
struct BenchmarkLayer {
  let weights, bias: Tensor
  private let line: LayerLine
  private let layer: any Layer

  /// - Throws: where the layer needs more memory than the machine has.
  init(_ line: LayerLine) throws {
    let descriptor = line.descriptor
    let weightCount = descriptor.weightShape.reduce(1) { $0 * Double($1) }
    let inputCount = descriptor.inputShape(in: .channelsFirst).reduce(1) { $0 * Double($1) }
    try SharedBuffers.check(bytes: 4 * (2 * weightCount + inputCount))
    var random = RandomFloats(seed: 2)
    let weights = try Tensor(random.next(Int(weightCount)), shape: descriptor.weightShape)
    let bias = try Tensor(
      random.next(descriptor.outputChannels), shape: [descriptor.outputChannels])
    try self.init(line, weights: weights, bias: bias)
  }

  private init(_ line: LayerLine, weights: Tensor, bias: Tensor) throws {
    (self.weights, self.bias, self.line) = (weights, bias, line)
    let descriptor = line.descriptor
    layer =
      descriptor.isTransposed
      ? try line.options.transposedLayer(of: descriptor, weights: weights, bias: bias)
      : try line.options.layer(of: descriptor, weights: weights, bias: bias)
  }

  /// The same layer with nothing packed yet.
  func remade() throws -> BenchmarkLayer { try BenchmarkLayer(line, weights: weights, bias: bias) }

  /// Images of the line's input.
  var images: Int { line.inputShape[0] }

  /// The plan for the line's input.
  func plan(_ planner: Planner) throws -> Plan {
    try layer.plan(
      for: line.inputShape, layout: line.layout, with: planner, region: nil, buffers: .whole)
  }

  /// The plan of all gradients.
  func gradients(_ planner: Planner) throws -> GradientPlan {
    try layer.gradients(
      [.input, .weights, .bias], for: line.inputShape, layout: line.layout, with: planner)
  }

  /// A plan of each way for one image, the one that is taken first.
  ///
  /// - Throws: for a transposed layer, whose phases are convolutions that have ways of their own.
  func alternatives(_ planner: Planner) throws -> [Plan] {
    guard let layer = layer as? ConvolutionLayer else {
      throw Failure("got a transposed layer with --tune or --fit, expected convolutions")
    }
    return try layer.alternatives(
      for: [1] + line.inputShape.dropFirst(), layout: line.layout, with: planner)
  }
}
