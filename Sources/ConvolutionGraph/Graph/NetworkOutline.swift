/// A network as people look at it: what is computed of what.
package struct NetworkOutline: Sendable {
  package enum Kind: Sendable { case input, node, output }

  package struct Node: Sendable {
    package let kind: Kind
    /// The name in the file.
    package let name: String
    /// What is done: `Conv relu`; the name of an input or output.
    package let operation: String
    /// Of the first output; nil where it is not known.
    package let type: TensorType?
    /// Where its inputs come from: earlier ones of the outline, each once.
    package let sources: [Int]
  }

  /// Inputs, nodes in an order in which they can be computed, outputs.
  package private(set) var nodes: [Node] = []

  init(_ graph: Graph) {
    var places: [Graph.ValueID: Int] = [:]
    for input in graph.inputs {
      places[input.value] = nodes.count
      nodes.append(
        Node(
          kind: .input, name: input.name, operation: input.name, type: graph.type(input.value),
          sources: []))
    }
    func sources(_ values: [Graph.ValueID?]) -> [Int] {
      Set(values.compactMap { $0.flatMap { places[$0] } }).sorted()
    }
    for case let node? in graph.nodes {
      nodes.append(
        Node(
          kind: .node, name: node.name, operation: node.operation.description,
          type: node.outputs.compactMap(\.self).first.flatMap(graph.type),
          sources: sources(node.inputs)))
      for case let output? in node.outputs { places[output] = nodes.count - 1 }
    }
    for output in graph.outputs {
      nodes.append(
        Node(
          kind: .output, name: output.name, operation: output.name,
          type: graph.type(output.value), sources: sources([output.value])))
    }
  }

  /// What is done, by the operators' names, with how often it is: the most frequent first.
  package var operators: [(name: String, count: Int)] {
    let names = nodes.filter { $0.kind == .node }
      .map { String($0.operation.prefix { $0 != " " }) }
    return Dictionary(names.map { ($0, 1) }, uniquingKeysWith: +)
      .sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      .map { ($0.key, $0.value) }
  }
}

extension Network {
  /// As far as it is rewritten before shapes are known.
  package var outline: NetworkOutline { NetworkOutline(graph) }
}

extension NetworkPlan {
  package var outline: NetworkOutline { NetworkOutline(graph) }
}
