import CConvolution

/// Batch normalisation with known parameters is a factor and an offset for each channel.
struct BatchNormalisationAsChain: Rewrite {
  let name = "batch-normalisation-as-chain"

  func patch(_ node: Graph.Node, in graph: inout Graph) throws(NetworkError) -> Graph.Patch? {
    guard let normalisation = node.operation as? BatchNormalisation,
      normalisation.channelAxis == 1, let rank = rank(of: node.inputs[0], in: graph), rank > 1
    else { return nil }
    func values(_ input: BatchNormalisation.Input) -> [Float]? {
      input.rawValue < node.inputs.count ? graph.constant(node.inputs[input.rawValue])?.floats : nil
    }
    guard let scale = values(.scale), let bias = values(.bias), let mean = values(.mean),
      let variance = values(.variance),
      [bias.count, mean.count, variance.count].allSatisfy({ $0 == scale.count })
    else { return nil }
    let factors = zip(scale, variance).map {
      Double($0) / (Double($1) + Double(normalisation.epsilon)).squareRoot()
    }
    let offsets = scale.indices.map { Double(bias[$0]) - Double(mean[$0]) * factors[$0] }
    let shape = [scale.count] + Array(repeating: 1, count: rank - 2)
    func constant(_ name: String, _ values: [Double]) throws(NetworkError) -> Graph.ValueID {
      graph.addConstant(
        "\(node.name) \(name)", try NetworkTensor(values.map(Float.init), shape: shape))
    }
    let chain = Elementwise(
      normalisation.description, inputs: 3,
      [.init(CONV_ELEMENTWISE_MUL, [0, 1]), .init(CONV_ELEMENTWISE_ADD, [3, 2])])
    let inputs = [node.inputs[0], try constant("factor", factors), try constant("offset", offsets)]
    return Graph.Patch(
      name: name, nodes: [Graph.Node(node.name, chain, inputs, [node.outputs[0]])])
  }

  /// Axes of a value: as its type says, or the weights of the layer that computes it.
  private func rank(of value: Graph.ValueID?, in graph: Graph) -> Int? {
    if let type = graph.type(value) { return type.shape.count }
    guard let value, let layer = graph.producer(of: value), layer.operation is any LayerOperator
    else { return nil }
    return graph.type(layer.inputs[1])?.shape.count
  }
}
