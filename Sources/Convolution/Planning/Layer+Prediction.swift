extension ConvolutionLayer {
  /// What a run on an input shape is predicted to take, in nanoseconds; no weights are packed to know it.
  ///
  /// - Throws: what ``plan(for:layout:with:region:buffers:)`` throws.
  package func predictedNanoseconds(
    for shape: [Int], layout: Layout, with planner: Planner
  ) throws(ConvolutionError) -> Double {
    let (choice, problem) = try choice(for: shape, layout: layout, with: planner)
    let work = Schedule.Work(
      [ChosenPhase(phase: Phase(problem), way: choice.way)], model: planner.resolvedCostModel,
      rectangle: problem.geometry.axes.map { 0..<$0.output }, images: problem.geometry.images)
    return Schedule(work, threads: try planner.checkedThreads()).nanoseconds
  }
}

extension TransposedLayer {
  /// What a run on an input shape is predicted to take on one thread, in nanoseconds; no weights are packed to know it.
  ///
  /// - Throws: what ``plan(for:layout:with:region:buffers:)`` throws.
  package func predictedNanoseconds(
    for shape: [Int], layout: Layout, with planner: Planner
  ) throws(ConvolutionError) -> Double {
    try best(for: shape, layout: layout, with: planner).time
  }
}
