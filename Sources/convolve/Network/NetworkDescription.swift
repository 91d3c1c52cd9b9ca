import ConvolutionGraph

/// A network in words: inputs, outputs, operators before and after, rewrites, and the steps where there is a plan.
struct NetworkDescription: CustomStringConvertible {
  let network: Network
  let plan: NetworkPlan?
  let before, after: NetworkOutline

  var description: String {
    var parts = [
      "inputs\n" + table(network.inputs.map { [$0.name, words($0.element, $0.shape)] }, indent: "  "),
      "outputs\n"
        + table(network.outputs.map { [$0.name, words($0.element, $0.shape)] }, indent: "  "),
      operators("before", before), rewrites, operators("after", after),
    ]
    if let plan { parts.append(steps(of: plan)) }
    return parts.joined(separator: "\n")
  }

  private func words(_ element: ElementType?, _ shape: [Int?]?) -> String {
    let extents = shape?.map { $0.map(String.init) ?? "?" }.joined(separator: "x")
    return "\(element?.description ?? "?") \(extents ?? "of any shape")"
  }

  private func operators(_ title: String, _ outline: NetworkOutline) -> String {
    let operators = outline.operators
    let count = counted(operators.reduce(0) { $0 + $1.count }, "node")
    return "\(title): \(count)\n"
      + table(operators.map { ["\($0.count)", $0.name] }, indent: "  ")
  }

  /// In the order in which they were first applied.
  private var rewrites: String {
    let applied = plan?.rewrites ?? network.rewrites
    let counts = Dictionary(applied.map { ($0, 1) }, uniquingKeysWith: +)
    var names: [String] = []
    for name in applied where !names.contains(name) { names.append(name) }
    return "rewrites: \(applied.count)\n"
      + table(names.map { ["\(counts[$0]!)", $0] }, indent: "  ")
  }

  private func steps(of plan: NetworkPlan) -> String {
    let steps = plan.summary
    let rows = steps.enumerated().map {
      ["\($0 + 1)", "\($1.outputType)", $1.operation, $1.algorithm, $1.node]
    }
    return "steps: \(steps.count), \(plan.layout) between them\n" + table(rows, indent: "  ")
  }
}
