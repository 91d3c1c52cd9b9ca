extension TransposedLayer {
  /// Resolves the layer for an input shape. The phases of the output are chosen ways for as ordinary convolutions are.
  ///
  /// - Parameters:
  ///   - shape: the shape of the whole input, in `layout`.
  ///   - layout: of input and output.
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
    let best = try best(for: shape, layout: layout, with: planner)
    return try Plan(
      best.blueprint, best.choices, with: planner, region: region, buffers: buffers)
  }

  /// What a plan is made of, and what one image is predicted to take.
  typealias Candidate = (blueprint: Blueprint, choices: [Choice], time: Double)

  /// The fastest manner to compute the layer.
  func best(
    for shape: [Int], layout: Layout, with planner: Planner
  ) throws(ConvolutionError) -> Candidate {
    let geometry = try geometry(for: shape, layout: layout)
    var best: Candidate?
    var refusal: ConvolutionError?
    for manner in Self.manners(for: geometry) {
      do throws(ConvolutionError) {
        let candidate = try candidate(geometry, manner, planner)
        if candidate.time < best?.time ?? .infinity { best = candidate }
      } catch {
        guard error.code == .unsupportedAlgorithm else { throw error }
        refusal = error
      }
    }
    guard let best else { throw refusal! }
    return best
  }

  /// How phases may meet the image: along a row, outputs of one are every stride-th.
  static func manners(for geometry: TransposedGeometry) -> [Blueprint.Manner] {
    var manners: [Blueprint.Manner] =
      switch geometry.layout {
      case _ where geometry.axes[2].stride == 1: [.direct]
      case .channelsFirst: [.turned, .spread]
      case .channelsLast: [.direct, .spread, .turnedAndSpread]
      }
    if geometry.mergedPhase(in: geometry.layout) != nil { manners.append(.merged) }
    return manners
  }

  /// The fastest ways of all phases in one manner.
  func candidate(
    _ geometry: TransposedGeometry, _ manner: Blueprint.Manner, _ planner: Planner
  ) throws(ConvolutionError) -> Candidate {
    let blueprint = try blueprint(geometry, manner)
    let choices = try choices(blueprint, planner)
    let time = Schedule.Handling.time(of: blueprint, choices, model: planner.resolvedCostModel)
    return (blueprint, choices, time)
  }

  /// One a phase; phases that are alike are looked at once.
  private func choices(
    _ blueprint: Blueprint, _ planner: Planner
  ) throws(ConvolutionError) -> [Choice] {
    var known: [Geometry: Choice] = [:]
    let choices = try blueprint.phases.map { (phase) throws(ConvolutionError) in
      let geometry = phase.problem.geometry
      if let choice = known[geometry] { return choice }
      let choice = try Choice(planner, phase.problem, model: planner.resolvedCostModel)
      known[geometry] = choice
      return choice
    }
    // Outputs that no tap reaches take whatever the others do, so that all of them are cut alike.
    let main = choices.max { $0.predicted < $1.predicted }!
    return zip(blueprint.phases, choices).map { phase, choice in
      phase.problem.geometry.inputChannels == main.way.problem.input_channels
        ? choice : choice.taking(main.way) ?? choice
    }
  }

  private func blueprint(
    _ geometry: TransposedGeometry, _ manner: Blueprint.Manner
  ) throws(ConvolutionError) -> Blueprint {
    let kernelLayout = manner.kernelLayout(of: geometry.layout)
    let parts =
      manner == .merged
      ? [geometry.mergedPhase(in: kernelLayout)!] : geometry.phases(in: kernelLayout)
    let phases = try parts.map { (part) throws(ConvolutionError) in
      try Phase(
        problem: Problem(
          part.geometry,
          outputStep: manner == .direct ? part.lattice.map(\.step) : [1, 1, 1],
          activation: activation.repeated(part.taps.mergedOutputs, groups: groups),
          hasFiniteWeights: weights.areFinite, caches: Machine.caches.shared(by: parts.count)),
        lattice: part.lattice, taps: part.taps)
    }
    return Blueprint(
      layer: description, layout: geometry.layout, input: geometry.input, output: geometry.output,
      padding: geometry.axes.suffix(rank).map(\.padding),
      border: Array(repeating: .zeros, count: rank),
      floatingPointOperations: geometry.floatingPointOperations, weights: weights, phases: phases,
      manner: manner)
  }
}
