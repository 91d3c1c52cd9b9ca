extension Planner {
  /// A way that is predicted to take so many times as long as the fastest is not timed.
  private static let worthTiming = 4.0
  /// How long a way is run, at least twice.
  private static let time = Duration.milliseconds(5)

  /// Times the ways of a layer that could be fastest, unless that was done before.
  ///
  /// On one image and one thread, as choices must not depend on the batch or the number of threads.
  func measure(_ layer: ConvolutionLayer, _ problem: Problem) throws(ConvolutionError) {
    let key = MeasuredLayer(problem.geometry, on: resolvedInstructionSet)
    guard measuredTimes.times(of: key).isEmpty else { return }
    var alone = self
    alone.threads = 1
    alone.effort = .estimate
    let single = problem.geometry.oneImage
    guard !single.output.spatial.contains(0) else { return }
    let image = try Problem(
      single, activation: layer.activation, hasFiniteWeights: layer.weights.areFinite,
      caches: Machine.caches)
    let choice = try Choice(alone, image, model: resolvedCostModel)
    let x = try Tensor(repeating: 0.5, shape: single.input.shape(in: single.layout))
    var y = try Tensor(repeating: 0, shape: single.output.shape(in: single.layout))
    var ways: MeasuredTimes.Ways = [:]
    let limit = Self.worthTiming * choice.candidates.first { $0.refusal == nil }!.predicted
    for candidate in choice.alternatives {
      guard candidate.predicted <= limit else { continue }
      let plan = try layer.plan(candidate, image, with: alone, region: nil, buffers: .whole)
      ways[candidate.way.name] = try Self.fastestRun(of: plan, x, into: &y)
    }
    measuredTimes.record(ways, of: key)
  }

  /// Nanoseconds.
  private static func fastestRun(
    of plan: Plan, _ x: Tensor, into y: inout Tensor
  ) throws(ConvolutionError) -> Double {
    var workspace = try Workspace(for: plan)
    let clock = ContinuousClock()
    var fastest = Duration.seconds(Int.max)
    let start = clock.now
    // The first run warms the caches.
    for run in 0... {
      let before = clock.now
      var output = y.mutableSpan
      try plan.run(x.span, into: &output, workspace: &workspace)
      if run > 0 { fastest = min(fastest, clock.now - before) }
      if run > 1, clock.now - start > time { break }
    }
    return fastest / .nanoseconds(1)
  }
}

extension Geometry {
  fileprivate var oneImage: Geometry {
    Geometry(
      layout: layout, images: 1, groups: groups, inputChannels: inputChannels,
      outputChannels: outputChannels, axes: axes, rank: rank)
  }
}
