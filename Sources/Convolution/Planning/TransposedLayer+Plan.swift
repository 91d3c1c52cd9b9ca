extension TransposedLayer {
  /// Resolves the layer for an input shape. The phases of the output are chosen ways for as ordinary convolutions are.
  ///
  /// - Parameters:
  ///   - shape: the shape of the whole input, in `layout`.
  ///   - planner: how it is to be computed. Phases are not timed, whatever its effort; times that it knows are used.
  ///   - region: the rectangle of the output to compute, a range for each axis of space; nil: all of it. It never changes
  ///     a bit of what is computed.
  ///   - buffers: whether runs are given the whole input and output, or only what the region needs.
  /// - Throws: what ``outputShape(for:layout:)`` throws; `.nonPositiveSize` for threads, `.unsupportedAlgorithm`,
  ///   `.rankMismatch` or `.invalidValue` for a region that the output does not have, `.integerOverflow`, `.outOfMemory`.
  public func plan(
    for shape: [Int], layout: Layout = .channelsFirst, with planner: Planner = Planner(),
    region: [Range<Int>]? = nil, buffers: Plan.Buffers = .whole
  ) throws(ConvolutionError) -> Plan {
    let geometry = try geometry(for: shape, layout: layout)
    let blueprint = try blueprint(geometry)
    var choices: [Geometry: Choice] = [:]
    let chosen = try blueprint.phases.map { (phase) throws(ConvolutionError) in
      let geometry = phase.problem.geometry
      if let known = choices[geometry] { return known }
      let choice = try Choice(planner, phase.problem, model: planner.resolvedCostModel)
      choices[geometry] = choice
      return choice
    }
    return try Plan(blueprint, chosen, with: planner, region: region, buffers: buffers)
  }

  private func blueprint(_ geometry: TransposedGeometry) throws(ConvolutionError) -> Blueprint {
    // Along a row, outputs of a phase are every stride-th.
    let isTurned = geometry.layout == .channelsFirst && geometry.axes[2].stride > 1
    let parts = geometry.phases(in: isTurned ? .channelsLast : geometry.layout)
    let phases = try parts.map { (part) throws(ConvolutionError) in
      try Phase(
        problem: Problem(
          part.geometry, activation: activation, hasFiniteWeights: weights.areFinite,
          caches: Machine.caches),
        lattice: part.lattice, taps: part.taps)
    }
    return Blueprint(
      layer: description, layout: geometry.layout, input: geometry.input, output: geometry.output,
      padding: geometry.axes.suffix(rank).map(\.padding),
      border: Array(repeating: .zeros, count: rank),
      floatingPointOperations: geometry.floatingPointOperations, weights: weights, phases: phases)
  }
}
