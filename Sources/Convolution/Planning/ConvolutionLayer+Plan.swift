extension ConvolutionLayer {
  /// Resolves the layer for an input shape.
  ///
  /// - Parameters:
  ///   - shape: the shape of the whole input, in `layout`.
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
    let problem = try problem(for: shape, layout: layout, planner)
    if planner.effort == .measure { try planner.measure(self, problem) }
    let choice = try Choice(planner, problem, model: planner.resolvedCostModel)
    return try plan(choice, problem, with: planner, region: region, buffers: buffers)
  }

  /// A plan of each way to compute the layer that ``plan(for:layout:with:region:buffers:)`` chooses from, to measure them;
  /// at least one, the one that is taken first.
  ///
  /// - Throws: what ``plan(for:layout:with:region:buffers:)`` throws.
  @_spi(Tools) public func alternatives(
    for shape: [Int], layout: Layout = .channelsFirst, with planner: Planner = Planner()
  ) throws(ConvolutionError) -> [Plan] {
    let problem = try problem(for: shape, layout: layout, planner)
    let choice = try Choice(planner, problem, model: planner.resolvedCostModel)
    return try choice.alternatives.map { (choice) throws(ConvolutionError) in
      try plan(choice, problem, with: planner, region: nil, buffers: .whole)
    }
  }

  private func problem(
    for shape: [Int], layout: Layout, _ planner: Planner
  ) throws(ConvolutionError) -> Problem {
    _ = try planner.checkedThreads()
    return try Problem(
      geometry(for: shape, layout: layout), activation: activation,
      hasFiniteWeights: weights.areFinite, caches: Machine.caches)
  }

  func plan(
    _ choice: Choice, _ problem: Problem, with planner: Planner, region: [Range<Int>]?,
    buffers: Plan.Buffers
  ) throws(ConvolutionError) -> Plan {
    let geometry = problem.geometry
    let rectangle = try geometry.rectangle(region)
    let work = Schedule.Work(
      choice.way, model: planner.resolvedCostModel, rectangle: rectangle, images: geometry.images)
    let schedule = Schedule(work, threads: try planner.checkedThreads())
    let input = zip(geometry.axes, work.rectangle).map { $0.samples(for: $1) }
    let isWindow = buffers == .region
    let pass = try Pass(
      choice.way, of: problem, weights: weights, schedule: schedule,
      input: isWindow ? input : nil, output: isWindow ? rectangle : nil)
    func shape(_ image: ImageShape, _ window: [Range<Int>]) -> [Int] {
      var image = image
      if isWindow { image.spatial = window.suffix(rank).map(\.count) }
      return image.shape(in: geometry.layout)
    }
    return Plan(
      inputShape: shape(geometry.input, input), outputShape: shape(geometry.output, rectangle),
      region: rectangle.suffix(rank), inputRegion: input.suffix(rank), threads: schedule.threads,
      taskCount: schedule.tasks.count * geometry.images,
      workspaceBytes: schedule.threads * pass.workspaceStride, geometry: geometry, passes: [pass],
      explanation: Plan.Explanation(
        layer: description, instructionSet: planner.resolvedInstructionSet, choice: choice,
        panels: work.panels, panelCuts: schedule.panelCuts,
        spaceCuts: schedule.spaceCuts, expectations: schedule.expectations))
  }
}

extension Axis {
  /// What a kernel reads for a range of outputs, whose cells it computes whole.
  fileprivate func samples(for outputs: CellRange) -> Range<Int> {
    let read = samples(for: outputs.range)
    guard outputs.grain > 1, !outputs.range.isEmpty else { return read }
    let whole = outputs.wholeCells
    let first = max(position(output: whole.lowerBound, tap: 0), 0)
    let end = min(position(output: whole.upperBound - 1, tap: kernel - 1) + 1, input)
    let mapped = samples(for: whole.clamped(to: 0..<output))
    let ranges = [first..<max(first, end), mapped].filter { !$0.isEmpty }
    guard let lower = ranges.map(\.lowerBound).min(), let upper = ranges.map(\.upperBound).max()
    else { return read }
    return lower..<upper
  }
}
