@_spi(Tools) import Convolution
import ConvolutionOptions

/// A line's layer with random weights.
struct BenchmarkLayer {
  let weights, bias: Tensor
  private let line: LayerLine
  private let layer: Layer

  private enum Layer {
    case convolution(ConvolutionLayer)
    case transposed(TransposedLayer)
  }

  /// - Throws: where the layer needs more memory than the machine has.
  init(_ line: LayerLine) throws {
    let descriptor = line.descriptor
    let weightCount = descriptor.weightShape.reduce(1) { $0 * Double($1) }
    let inputCount = descriptor.inputShape(in: .channelsFirst).reduce(1) { $0 * Double($1) }
    try SharedBuffers.check(bytes: 4 * (2 * weightCount + inputCount))
    var random = RandomFloats(seed: 2)
    weights = try Tensor(random.next(Int(weightCount)), shape: descriptor.weightShape)
    bias = try Tensor(random.next(descriptor.outputChannels), shape: [descriptor.outputChannels])
    layer =
      descriptor.isTransposed
      ? .transposed(try line.options.transposedLayer(of: descriptor, weights: weights, bias: bias))
      : .convolution(try line.options.layer(of: descriptor, weights: weights, bias: bias))
    self.line = line
  }

  /// The plan for the line's input.
  func plan(_ planner: Planner) throws -> Plan {
    switch layer {
    case .convolution(let layer):
      try layer.plan(for: line.inputShape, layout: line.layout, with: planner)
    case .transposed(let layer):
      try layer.plan(for: line.inputShape, layout: line.layout, with: planner)
    }
  }

  /// A plan of each way for one image, the one that is taken first.
  ///
  /// - Throws: for a transposed layer, whose phases are convolutions that have ways of their own.
  func alternatives(_ planner: Planner) throws -> [Plan] {
    guard case .convolution(let layer) = layer else {
      throw Failure("got a transposed layer with --tune or --fit, expected convolutions")
    }
    return try layer.alternatives(
      for: [1] + line.inputShape.dropFirst(), layout: line.layout, with: planner)
  }
}
