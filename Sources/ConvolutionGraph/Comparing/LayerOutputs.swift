import Convolution

/// A network for given input shapes that gives, besides its outputs, what each of its layers computes: convolutions,
/// transposed ones and products with matrices, with what is part of them: normalisation, activation, residual.
struct LayerOutputs {
  struct Layer {
    let name: String
    /// Of its images; nil: it computes none.
    let layout: Layout?
  }

  let network: Network
  /// In the order of the network's outputs, behind those that the file has.
  let layers: [Layer]

  /// - Throws: what planning throws.
  init(_ network: Network, shapes: [String: [Int]]) throws(NetworkError) {
    var graph = network.graph
    try graph.setInputShapes(shapes)
    var rewriter = Rewriter(
      Rewriter.general,
      limit: nil, context: PlanningContext(planner: Planner(threads: 1), layers: network.layers))
    try rewriter.run(on: &graph)
    var layers: [Layer] = []
    for case let node? in graph.nodes {
      let layout = (node.operation as? any LayerOperator)?.layout
      guard layout != nil || node.operation is MatrixProduct, let output = node.outputs[0] else {
        continue
      }
      graph.addOutput("layer \(layers.count) \(node.name)", output)
      layers.append(Layer(name: node.name, layout: layout))
    }
    self.network = try Network(graph)
    self.layers = layers
  }

  /// What the layers, and the network, give.
  func run(
    _ inputs: [String: NetworkTensor], _ planner: Planner
  ) throws(NetworkError) -> (layers: [NetworkTensor], outputs: [NetworkTensor]) {
    let plan = try network.plan(inputs: inputs.mapValues(\.shape), with: planner)
    let values = try plan.run(inputs)
    let ordered = plan.outputs.map { values[$0.name]! }
    let own = ordered.count - layers.count
    return (
      zip(layers, ordered[own...]).map {
        $0.layout == .channelsLast ? $1.turned(to: .channelsFirst) : $1
      },
      Array(ordered[..<own])
    )
  }
}

extension NetworkTensor {
  /// Images of floats in the other layout; anything with fewer than three axes as it is.
  func turned(to layout: Layout) -> NetworkTensor {
    guard shape.count > 2, element == .float32 else { return self }
    let last = layout == .channelsFirst
    let channels = last ? shape.last! : shape[1]
    let space = Array(last ? shape[1..<shape.count - 1] : shape[2...])
    let (pixels, values) = (space.product, floats)
    // Within an image, rows and columns of a matrix change places.
    let (rows, columns) = last ? (pixels, channels) : (channels, pixels)
    let turned = values.indices.map { i in
      let (image, place) = (i / (rows * columns), i % (rows * columns))
      return values[image * rows * columns + place % rows * columns + place / rows]
    }
    let shape = [shape[0]] + (last ? [channels] + space : space + [channels])
    return try! NetworkTensor(turned, shape: shape)
  }
}
