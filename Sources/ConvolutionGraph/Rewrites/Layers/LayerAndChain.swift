import CConvolution
import Convolution

/// A chain of elementwise operations one of whose inputs is computed by a layer for it alone.
struct LayerAndChain {
  let chain: Elementwise
  /// The chain's input that the layer computes.
  let input: Int
  let layer: Graph.Node
  let operation: any LayerOperator
  /// Of the layer's weights.
  let weightShape: [Int]
  /// The only operation on what the layer computes.
  let instruction: Elementwise.Instruction
  private let position: Int

  /// All that a node's inputs allow.
  static func all(_ node: Graph.Node, in graph: Graph) -> [LayerAndChain] {
    guard let chain = node.operation as? Elementwise, chain.secondInputAxis == nil else {
      return []
    }
    return node.inputs.indices.compactMap { index in
      guard chain.uses(of: index) == 1, let layer = graph.onlyProducer(of: node.inputs[index]),
        let operation = layer.operation as? any LayerOperator,
        let weights = graph.type(layer.inputs[1])
      else { return nil }
      let position = chain.instructions.firstIndex { $0.operands.contains(index) }!
      return LayerAndChain(
        chain: chain, input: index, layer: layer, operation: operation,
        weightShape: weights.shape, instruction: chain.instructions[position], position: position)
    }
  }

  var outputChannels: Int { operation.outputChannels(weightShape) }

  /// The operation's other operand among the chain's inputs; nil: it has none, or it is computed.
  var otherInput: Int? {
    instruction.operands.first { $0 != input && $0 < chain.inputCount }
  }

  /// Whether nothing but the sum is what the layer computes.
  func isPlain(_ graph: Graph) -> Bool {
    operation.activation == .identity
      && !layer.hasInput(LayerInput.residual.rawValue)
  }

  /// Nodes that do the same when the layer does the operation as well.
  ///
  /// - Parameters:
  ///   - layer: with the layer's operator and inputs; its output is put in.
  ///   - before: what computes new inputs of the layer.
  func patch(
    _ name: String, _ operation: any LayerOperator, _ inputs: [Graph.ValueID?],
    before: [Graph.Node] = [], for node: Graph.Node, in graph: inout Graph
  ) -> Graph.Patch {
    if chain.instructions.count == 1 {
      return Graph.Patch(
        name: name,
        nodes: before + [Graph.Node(layer.name, operation, inputs, node.outputs)])
    }
    var rest = chain
    let value = rest.inputCount + position
    // What the operation gave is now what the layer gives.
    rest.renumber { $0 == value ? input : $0 > value ? $0 - 1 : $0 }
    rest.instructions.remove(at: position)
    var restInputs = node.inputs
    let output = graph.addValue(layer.name)
    restInputs[input] = output
    for index in restInputs.indices.reversed() where rest.uses(of: index) == 0 {
      rest.removeInput(index)
      restInputs.remove(at: index)
    }
    return Graph.Patch(
      name: name,
      nodes: before + [
        Graph.Node(layer.name, operation, inputs, [output]),
        Graph.Node(node.name, rest, restInputs, node.outputs),
      ])
  }
}

extension Graph.Node {
  func hasInput(_ index: Int) -> Bool { index < inputs.count && inputs[index] != nil }

  /// The inputs with another one at a place, which may lie beyond the last.
  func inputs(with value: Graph.ValueID?, at index: Int) -> [Graph.ValueID?] {
    var inputs = inputs
    while inputs.count <= index { inputs.append(nil) }
    inputs[index] = value
    return inputs
  }
}
