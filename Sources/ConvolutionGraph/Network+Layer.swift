import Convolution

/// Layers as networks: what networks can do, being written into files above all, layers can.
///
/// The input is called `x` and the output `y`; images and extents of space may have any number.
extension Network {
  /// A convolution.
  ///
  /// - Parameters:
  ///   - layer: the convolution.
  ///   - layout: of input and output.
  /// - Throws: `.outOfMemory`.
  public convenience init(
    layer: ConvolutionLayer, layout: Layout = .channelsFirst
  ) throws(NetworkError) {
    var images = ImageGraph(rank: layer.rank, layout, channels: layer.inputChannels)
    try images.append(layer)
    try self.init(images.finished(channels: layer.outputChannels))
  }

  /// A transposed convolution.
  ///
  /// - Parameters:
  ///   - layer: the transposed convolution.
  ///   - layout: of input and output.
  /// - Throws: `.outOfMemory`.
  public convenience init(
    layer: TransposedLayer, layout: Layout = .channelsFirst
  ) throws(NetworkError) {
    var images = ImageGraph(rank: layer.rank, layout, channels: layer.inputChannels)
    try images.append(layer)
    try self.init(images.finished(channels: layer.outputChannels))
  }

  /// A separable convolution: two nodes.
  ///
  /// - Parameters:
  ///   - layer: the separable convolution.
  ///   - layout: of input and output.
  /// - Throws: `.outOfMemory`.
  public convenience init(
    layer: SeparableLayer, layout: Layout = .channelsFirst
  ) throws(NetworkError) {
    var images = ImageGraph(rank: layer.rank, layout, channels: layer.inputChannels)
    try images.append(layer.pair.first, name: "depthwise")
    try images.append(layer.pair.second, name: "pointwise")
    try self.init(images.finished(channels: layer.outputChannels))
  }

  /// A pool. Its indices are no output.
  ///
  /// - Parameters:
  ///   - layer: the pool.
  ///   - channels: how many there are; nil: any number.
  ///   - layout: of input and output.
  public convenience init(
    layer: PoolingLayer, channels: Int? = nil, layout: Layout = .channelsFirst
  ) throws(NetworkError) {
    var images = ImageGraph(rank: layer.rank, layout, channels: channels)
    images.append("pool", PoolingOperator(layer, layout: layout))
    try self.init(images.finished(channels: channels))
  }
}

/// A graph of layers, one after the other, on images.
private struct ImageGraph {
  private var graph = Graph()
  private let rank: Int
  private let layout: Layout
  private var last: Graph.ValueID

  init(rank: Int, _ layout: Layout, channels: Int?) {
    self.rank = rank
    self.layout = layout
    last = graph.addInput("x", .float32, Self.shape(rank: rank, layout, channels))
  }

  private static func shape(rank: Int, _ layout: Layout, _ channels: Int?) -> [Int?] {
    var shape = [Int?](repeating: nil, count: rank + 2)
    shape[layout.channelAxis(rank: rank)] = channels
    return shape
  }

  mutating func append(_ layer: ConvolutionLayer, name: String = "conv") throws(NetworkError) {
    let (weights, bias) = try asNetworkError { () throws(ConvolutionError) in
      (try layer.outputInputKernelWeights, try layer.bias)
    }
    try append(name, ConvolutionOperator(layer, layout: layout), weights, bias, layer.activation)
  }

  mutating func append(_ layer: TransposedLayer, name: String = "conv") throws(NetworkError) {
    let (weights, bias) = try asNetworkError { () throws(ConvolutionError) in
      (try layer.inputOutputKernelWeights, try layer.bias)
    }
    try append(name, TransposedOperator(layer, layout: layout), weights, bias, layer.activation)
  }

  private mutating func append(
    _ name: String, _ operation: any Operator, _ weights: Tensor, _ bias: Tensor?,
    _ activation: Activation
  ) throws(NetworkError) {
    let weights = graph.addConstant("\(name).weight", try NetworkTensor(weights))
    var inputs = [weights]
    if let bias { inputs.append(graph.addConstant("\(name).bias", try NetworkTensor(bias))) }
    append(name, operation, inputs)
    guard let chain = Elementwise(activation) else { return }
    var slopes: [Graph.ValueID] = []
    if let values = activation.slopes {
      var shape = Array(repeating: 1, count: rank + 1)
      shape[layout.channelAxis(rank: rank) - 1] = values.count
      slopes = [
        graph.addConstant("\(name).slope", try NetworkTensor(values).reshaped(shape))
      ]
    }
    append("\(name).activation", chain, slopes)
  }

  mutating func append(_ name: String, _ operation: any Operator, _ others: [Graph.ValueID] = []) {
    let output = graph.addValue(name)
    graph.append(Graph.Node(name, operation, [last] + others, [output]))
    last = output
  }

  consuming func finished(channels: Int?) -> Graph {
    graph.addOutput("y", last, .float32, Self.shape(rank: rank, layout, channels))
    return graph
  }
}
