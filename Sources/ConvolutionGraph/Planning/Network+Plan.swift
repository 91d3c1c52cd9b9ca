import Convolution

extension Network {
  /// Resolves the network for input shapes.
  ///
  ///     let plan = try network.plan(inputs: ["x": [1, 3, 256, 384]])
  ///
  /// - Parameters:
  ///   - shapes: of the inputs, by name. One whose shape the file says in full may be left out.
  ///   - planner: how convolutions are computed, and on how many threads everything is.
  ///   - layout: of images between steps; nil: what is predicted to be faster. Inputs and outputs are as the file says,
  ///     whatever it is.
  /// - Throws: `.unknownName`, `.shapeMismatch` for a shape that the network does not take, `.dependsOnData` where a shape
  ///   follows from what is in a tensor; what planning a layer throws; `.outOfMemory`.
  public func plan(
    inputs shapes: [String: [Int]] = [:], with planner: Planner = Planner(),
    layout: Layout? = nil
  ) throws(NetworkError) -> NetworkPlan {
    var graph = graph
    try graph.setInputShapes(shapes)
    var planner = planner
    planner.chosenWays = ChosenWays()
    let context = PlanningContext(planner: planner, layers: layers)
    var applied = rewrites
    /// Rewrites that may still be applied.
    func remaining() -> Int? { rewriteLimit.map { max($0 - applied.count, 0) } }

    var rewriter = Rewriter(Rewriter.general, limit: remaining(), context: context)
    try rewriter.run(on: &graph)
    applied += rewriter.applied
    let tensorBytes = graph.tensorBytes
    let choice = try LayoutChoice(graph, asked: layout, limit: remaining(), context: context)
    graph = choice.graph
    applied += choice.rewrites
    rewriter = Rewriter(Rewriter.finishing(context), limit: remaining(), context: context)
    try rewriter.run(on: &graph)
    return try NetworkPlan(
      graph, rewrites: applied + rewriter.applied, layout: choice.layout, tensorBytes: tensorBytes,
      context: context)
  }
}

extension Graph {
  /// Gives inputs whose shapes the file says in full their types. A plan asks for the same ones.
  ///
  /// - Throws: `.shapeMismatch` for one too large.
  mutating func setDeclaredShapes() throws(NetworkError) {
    for input in inputs {
      guard let shape = input.shape, !shape.contains(nil) else { continue }
      let type = TensorType(input.element, shape.map { $0! })
      setType(try type.checked(upTo: TensorType.mostBytes), of: input.value)
    }
  }

  /// Gives the inputs types.
  mutating func setInputShapes(_ shapes: [String: [Int]]) throws(NetworkError) {
    if let name = shapes.keys.sorted().first(where: { name in
      !inputs.contains { $0.name == name }
    }) {
      throw NetworkError(
        .unknownName, argument: "inputs", received: "\"\(name)\"",
        expected: inputs.map { "\"\($0.name)\"" }.joined(separator: ", "))
    }
    for input in inputs {
      let known = input.shape?.compactMap(\.self)
      guard let shape = shapes[input.name] ?? (known?.count == input.shape?.count ? known : nil)
      else {
        throw NetworkError(
          .shapeMismatch, argument: input.name, received: "no shape",
          expected: "\(input.words), an extent for each axis")
      }
      if let declared = input.shape {
        guard shape.count == declared.count,
          zip(shape, declared).allSatisfy({ $0 == $1 ?? $0 })
        else {
          throw NetworkError(
            .shapeMismatch, argument: input.name, received: "shape \(shape)",
            expected: input.words)
        }
      }
      let type = TensorType(input.element, shape)
      setType(try type.checked(upTo: TensorType.mostBytes), of: input.value)
    }
  }

  /// Bytes of all that nodes compute.
  fileprivate var tensorBytes: Int {
    var bytes = 0
    for case let node? in nodes {
      for case let output? in node.outputs where self[output].uses > 0 && !node.operation.isView {
        bytes += type(output)?.byteCount ?? 0
      }
    }
    return bytes
  }
}

extension Graph.Input {
  /// `float32 1x3x?x?`
  fileprivate var words: String {
    let extents = shape?.map { $0.map(String.init) ?? "?" }.joined(separator: "x")
    return "\(element) \(extents ?? "of any shape")"
  }
}
