extension ConvolutionLayer {
  /// Resolves the layer for an input shape.
  ///
  /// - Parameters:
  ///   - shape: the shape of the whole input, in `layout`.
  ///   - layout: of input and output.
  ///   - planner: how it is to be computed.
  ///   - region: the rectangle of the output to compute, a range for each axis of space; nil: all of it. It never changes
  ///     a bit of what is computed.
  ///   - buffers: whether runs are given the whole input and output, or only what the region needs.
  /// - Throws: what ``outputShape(for:layout:)`` throws; `.nonPositiveSize` for threads, `.unsupportedAlgorithm`,
  ///   `.rankMismatch` or `.invalidValue` for a region that the output does not have, `.integerOverflow`, `.outOfMemory`.
  public func plan(
    for shape: [Int], layout: Layout = .channelsFirst, with planner: Planner = Planner(),
    region: [Range<Int>]? = nil, buffers: Plan.Buffers = .whole
  ) throws(ConvolutionError) -> Plan {
    let (choice, problem) = try choice(for: shape, layout: layout, with: planner)
    return try plan(choice, problem, with: planner, region: region, buffers: buffers)
  }

  /// The way that the layer is computed in, alone or with another one.
  func choice(
    for shape: [Int], layout: Layout, with planner: Planner
  ) throws(ConvolutionError) -> (Choice, Problem) {
    let geometry = try geometry(for: shape, layout: layout)
    if let known = planner.chosenWays?.choice(
      geometry, activation, hasFiniteWeights: weights.areFinite)
    {
      return known
    }
    let problem = try problem(geometry, planner)
    if planner.effort == .measure { try planner.measure(self, problem) }
    let choice = try Choice(planner, problem, model: planner.resolvedCostModel)
    planner.chosenWays?.remember(choice, for: problem)
    return (choice, problem)
  }

  /// A plan of each way to compute the layer that ``plan(for:layout:with:region:buffers:)`` chooses from, to measure them;
  /// at least one, the one that is taken first.
  ///
  /// - Throws: what ``plan(for:layout:with:region:buffers:)`` throws.
  @_spi(Tools) public func alternatives(
    for shape: [Int], layout: Layout = .channelsFirst, with planner: Planner = Planner()
  ) throws(ConvolutionError) -> [Plan] {
    let problem = try problem(geometry(for: shape, layout: layout), planner)
    let choice = try Choice(planner, problem, model: planner.resolvedCostModel)
    return try choice.alternatives.map { (choice) throws(ConvolutionError) in
      try plan(choice, problem, with: planner, region: nil, buffers: .whole)
    }
  }

  private func problem(
    _ geometry: Geometry, _ planner: Planner
  ) throws(ConvolutionError) -> Problem {
    _ = try planner.checkedThreads()
    return try Problem(
      geometry, activation: activation, hasFiniteWeights: weights.areFinite, caches: Machine.caches)
  }

  func plan(
    _ choice: Choice, _ problem: Problem, with planner: Planner, region: [Range<Int>]?,
    buffers: Plan.Buffers
  ) throws(ConvolutionError) -> Plan {
    let geometry = problem.geometry
    let axes = geometry.axes.suffix(rank)
    let blueprint = Blueprint(
      layer: description, layout: geometry.layout, input: geometry.input, output: geometry.output,
      padding: axes.map(\.padding), border: axes.map(\.border),
      floatingPointOperations: geometry.floatingPointOperations, weights: weights,
      phases: [Phase(problem)], manner: .direct)
    return try Plan(blueprint, [choice], with: planner, region: region, buffers: buffers)
  }
}
