import Convolution

/// A change of a graph that leaves what it computes as it is.
protocol Rewrite: Sendable {
  /// What people call it: `batch-normalization`.
  var name: String { get }

  /// What takes a node's place; nil: the node stays. Values and constants that the patch needs are added to the graph.
  func patch(_ node: Graph.Node, in graph: inout Graph) throws(NetworkError) -> Graph.Patch?
}

/// Infers types, computes what is constant, and applies rewrites until none applies.
///
/// After each patch, the types of what it computes are checked against what they were. A limit stops after so many
/// patches: of a network whose result is wrong, the patch that made it so is found by bisection.
struct Rewriter {
  let rewrites: [any Rewrite]
  let context: PlanningContext
  /// Patches at most; nil: any number.
  var limit: Int?
  /// The names of the patches that were made.
  private(set) var applied: [String] = []
  /// Bytes that nodes which are constant may still be computed to.
  private var room = 0

  init(_ rewrites: [any Rewrite], limit: Int? = nil, context: PlanningContext) {
    self.rewrites = rewrites
    self.limit = limit
    self.context = context
  }

  mutating func run(on graph: inout Graph) throws(NetworkError) {
    room = 2 * graph.constantBytes + 1 << 20
    while true {
      let before = applied.count
      try graph.sweep { (graph, node) throws(NetworkError) in try visit(node, in: &graph) }
      try graph.check()
      guard applied.count > before else { return }
    }
  }

  private mutating func visit(
    _ node: Graph.Node, in graph: inout Graph
  ) throws(NetworkError) -> Graph.Patch? {
    do throws(NetworkError) {
      if let arguments = graph.arguments(of: node) {
        let types = try node.operation.outputTypes(for: arguments)
        try record(types, of: node, in: &graph)
        if try fold(node, arguments, types, in: &graph) { return Graph.Patch(name: "constant") }
      }
      guard applied.count < limit ?? .max else { return nil }
      for rewrite in rewrites {
        if let patch = try rewrite.patch(node, in: &graph) {
          applied.append(rewrite.name)
          return patch
        }
      }
      return nil
    } catch {
      throw error.at(node.name)
    }
  }

  private func record(
    _ types: [TensorType], of node: Graph.Node, in graph: inout Graph
  ) throws(NetworkError) {
    guard node.outputs.count <= types.count else {
      throw NetworkError(
        .invalidValue, argument: "outputs", received: "\(node.outputs.count)",
        expected: "at most \(types.count)")
    }
    for type in types { _ = try type.checked(upTo: TensorType.mostBytes) }
    for (output, type) in zip(node.outputs, types) {
      guard let output else { continue }
      if let known = graph.type(output), known != type {
        throw NetworkError(
          .shapeMismatch, argument: "output \"\(graph[output].name)\"", received: "\(type)",
          expected: "\(known)")
      }
      graph.setType(type, of: output)
    }
  }

  /// Computes a node whose outputs never change.
  private mutating func fold(
    _ node: Graph.Node, _ arguments: Arguments, _ types: [TensorType], in graph: inout Graph
  ) throws(NetworkError) -> Bool {
    let wanted = node.outputs.map { $0.map { graph[$0].uses > 0 } ?? false }
    if wanted.dropFirst().allSatisfy({ !$0 }), let output = node.outputs[0],
      let known = try node.operation.constantOutput(for: arguments)
    {
      graph.setConstant(known, of: output)
      return true
    }
    var size = 0
    for index in 0..<arguments.count {
      guard let argument = arguments[index] else { continue }
      guard argument.constant != nil else { return false }
      size += argument.type.byteCount
    }
    // What grows is computed in runs instead.
    let outputSize = types.reduce(0) { $0 + $1.byteCount }
    guard outputSize <= max(2 * size, 1 << 16) else { return false }
    // Many nodes could grow too, each by little. Shapes, which types follow from, are small.
    guard outputSize <= max(room, 1 << 8) else { return false }
    room -= outputSize
    for case let input? in node.inputs where graph[input].uses == 1 {
      room += graph.constant(input)?.type.byteCount ?? 0
    }
    let step = try node.operation.step(for: arguments, outputs: types, context: context)
    let results = try step.run(arguments, wanted: wanted, types)
    for (output, result) in zip(node.outputs, results) {
      if let output, let result { graph.setConstant(result, of: output) }
    }
    return true
  }
}

extension Step {
  /// Runs on constants, in memory of its own.
  func run(
    _ arguments: Arguments, wanted: [Bool], _ types: [TensorType]
  ) throws(NetworkError) -> [NetworkTensor?] {
    let count = arguments.count
    let results = try zip(wanted, types).map { (wanted, type) throws(NetworkError) in
      wanted ? try NetworkTensor(uninitialized: type) : nil
    }
    let inputs = (0..<count).map { arguments[$0]?.constant }
    let addresses = (inputs + results).map { $0?.mutableBytes.baseAddress }
    let numbers = (inputs + results).enumerated().map { $1 == nil ? -1 : $0 }
    let workspace = try asNetworkError { () throws(ConvolutionError) in
      try AlignedMemory<UInt8>(count: workspaceBytes, argument: "workspace")
    }
    try addresses.withUnsafeBufferPointer { (addresses) throws(NetworkError) in
      try run(
        Operands(
          addresses: addresses.baseAddress!, inputs: Array(numbers[..<count]),
          outputs: Array(numbers[count...]),
          workspace: UnsafeMutableRawPointer(workspace.buffer.baseAddress)))
    }
    withExtendedLifetime((inputs, workspace)) {}
    return results
  }
}
