import Convolution

/// A transposed convolution whose kernel is as large as its stride adds each input sample to outputs of its own: it is a
/// pointwise convolution with a channel for each of them, which are then put side by side. It is computed so where that is
/// predicted to be faster: with few output channels.
struct TransposedAsPointwise: Rewrite {
  let context: PlanningContext
  let name = "transposed-as-pointwise"

  func patch(_ node: Graph.Node, in graph: inout Graph) throws(NetworkError) -> Graph.Patch? {
    guard let transposed = node.operation as? TransposedOperator,
      transposed.layout == .channelsLast, transposed.groups == 1,
      !node.hasInput(LayerInput.residual.rawValue),
      transposed.activation.isTheSameForAllChannels,
      let weights = graph.constant(node.inputs[1])?.tensor,
      let arguments = graph.arguments(of: node), let output = node.outputs[0],
      let x = graph.type(node.inputs[0])?.shape, let y = graph.type(output)
    else { return nil }
    let kernel = Array(weights.shape.dropFirst(2))
    let (rank, channels) = (kernel.count, weights.shape[1])
    let space = Array(x.dropFirst().dropLast())
    guard transposed.stride == kernel,
      y.shape == [x[0]] + zip(space, kernel).map { $0 * $1 } + [channels],
      node.hasInput(2) == false || graph.constant(node.inputs[2]) != nil
    else { return nil }

    // I O *kernel becomes (*kernel O) I and *1.
    let outputs = kernel.product * channels
    let order = Array(2..<rank + 2) + [1, 0]
    let arranged = graph.transpose(node.inputs[1]!, order)
    let flat = try graph.view(
      arranged.output, [outputs, weights.shape[0]] + kernel.map { _ in 1 })
    var inputs = [node.inputs[0], flat.output]
    if node.hasInput(2), let bias = graph.constant(node.inputs[2])?.floats {
      let all = (0..<kernel.product).flatMap { _ in bias }
      inputs.append(
        graph.addConstant("\(node.name) bias", try NetworkTensor(all, shape: [outputs])))
    }
    let pointwise = ConvolutionOperator(
      pointwiseWithActivation: transposed.activation, layout: .channelsLast)
    let sums = graph.addValue("\(node.name) side by side")
    graph.setType(TensorType(.float32, [x[0]] + space + [outputs]), of: sums)

    // N *space (*kernel O) becomes N and for each axis its outputs and their taps, then O.
    let parts = try graph.view(sums, [x[0]] + space + kernel + [channels])
    let interleaved = graph.transpose(
      parts.output,
      [0] + (0..<rank).flatMap { [1 + $0, 1 + rank + $0] } + [1 + 2 * rank])
    let whole = try graph.view(interleaved.output, y.shape, output: output)

    // Any weights take as long.
    let any = try NetworkTensor(
      repeating: 0, shape: [outputs, weights.shape[0]] + kernel.map { _ in 1 })
    let layer = try pointwise.makeLayer(any, nil)
    let context = context.onOneThread
    let time = try asNetworkError { () throws(ConvolutionError) in
      try layer.predictedNanoseconds(for: x, layout: .channelsLast, with: context.planner)
    }
    let copied = 2 * Double(y.byteCount) / bytesPerNanosecond
    let before = try transposed.predictedNanoseconds(for: arguments, outputs: [y], context)
    guard time + copied < before else { return nil }
    return Graph.Patch(
      name: name,
      nodes: [
        arranged.node, flat.node, Graph.Node(node.name, pointwise, inputs, [sums]), parts.node,
        interleaved.node, whole.node,
      ])
  }
}
