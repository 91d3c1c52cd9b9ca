extension LayerPair {
  /// Resolves both layers for an input shape, as one plan. Each is computed in the way that it would be alone, so that the
  /// bits are those of two plans.
  ///
  /// - Parameters:
  ///   - layer: the pair's description.
  ///   - shape: of the whole input of the first layer, in `layout`.
  ///   - region: of the second layer's output.
  /// - Throws: what ``ConvolutionLayer/plan(for:layout:with:region:buffers:)`` throws.
  package func plan(
    of layer: String, for shape: [Int], layout: Layout, with planner: Planner,
    region: [Range<Int>]? = nil, buffers: Plan.Buffers = .whole
  ) throws(ConvolutionError) -> Plan {
    let (blueprint, choice, leading) = try resolved(
      layer, for: shape, layout: layout, with: planner)
    return try Plan(
      blueprint, [choice], after: leading, with: planner, region: region, buffers: buffers)
  }

  /// What a run on an input shape is predicted to take, in nanoseconds; no weights are packed to know it.
  ///
  /// - Throws: what ``plan(of:for:layout:with:region:buffers:)`` throws.
  package func predictedNanoseconds(
    for shape: [Int], layout: Layout, with planner: Planner
  ) throws(ConvolutionError) -> Double {
    let (blueprint, choice, leading) = try resolved(
      "pair", for: shape, layout: layout, with: planner)
    let output = blueprint.output
    let work = Schedule.Work(
      [ChosenPhase(phase: blueprint.phases[0], way: choice.way)], model: planner.resolvedCostModel,
      rectangle: try output.rectangle(nil), images: output.images, manner: blueprint.manner,
      after: leading.chosen)
    return Schedule(work, threads: try planner.checkedThreads()).nanoseconds
  }

  /// Both layers with the ways that they are computed in.
  private func resolved(
    _ layer: String, for shape: [Int], layout: Layout, with planner: Planner
  ) throws(ConvolutionError) -> (Blueprint, Choice, LeadingLayer) {
    let (firstChoice, firstProblem) = try first.choice(for: shape, layout: layout, with: planner)
    let (input, middle) = (firstProblem.geometry, firstProblem.geometry.output)
    let (choice, problem) = try second.choice(
      for: middle.shape(in: layout), layout: layout, with: planner)
    let axes = input.axes.suffix(input.rank)
    let blueprint = Blueprint(
      layer: layer, layout: layout, input: input.input, output: problem.geometry.output,
      padding: axes.map(\.padding), border: axes.map(\.border),
      floatingPointOperations: input.floatingPointOperations
        + problem.geometry.floatingPointOperations,
      weights: second.weights, phases: [Phase(problem)],
      manner: .direct)
    let leading = LeadingLayer(
      layer: first.description, weights: first.weights, phase: Phase(firstProblem),
      choice: firstChoice)
    return (blueprint, choice, leading)
  }
}
