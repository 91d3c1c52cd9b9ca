extension Plan {
  /// - Parameters:
  ///   - choices: one a phase.
  ///   - leading: what computes the input of the only phase.
  /// - Throws: `.nonPositiveSize` for threads, `.rankMismatch` or `.invalidValue` for a region that the output does not
  ///   have, `.integerOverflow`, `.outOfMemory`.
  init(
    _ blueprint: Blueprint, _ choices: [Choice], after leading: LeadingLayer? = nil,
    with planner: Planner, region: [Range<Int>]?, buffers: Buffers
  ) throws(ConvolutionError) {
    let rank = blueprint.output.spatial.count
    let rectangle = try blueprint.output.rectangle(region)
    let chosen = zip(blueprint.phases, choices).map { ChosenPhase(phase: $0, way: $1.way) }
    let work = Schedule.Work(
      chosen, model: planner.resolvedCostModel, rectangle: rectangle,
      images: blueprint.output.images, manner: blueprint.manner,
      after: leading?.chosen)
    let schedule = Schedule(work, threads: try planner.checkedThreads())
    let input = work.samples
    let isWindow = buffers == .region
    func shape(_ image: ImageShape, _ window: [Range<Int>]) -> [Int] {
      var image = image
      if isWindow { image.spatial = window.suffix(rank).map(\.count) }
      return image.shape(in: blueprint.layout)
    }
    let pass = try Pass(
      chosen, of: blueprint, after: leading, work: work, schedule: schedule,
      rectangle: rectangle, input: isWindow ? input : nil, output: isWindow ? rectangle : nil)
    let main = choices.indices.max { choices[$0].predicted < choices[$1].predicted }!
    self.init(
      inputShape: shape(blueprint.input, input), outputShape: shape(blueprint.output, rectangle),
      region: rectangle.suffix(rank), inputRegion: input.suffix(rank), threads: schedule.threads,
      taskCount: schedule.tasks.count * blueprint.output.images,
      workspaceBytes: schedule.threads * pass.workspaceStride, layout: blueprint.layout,
      padding: blueprint.padding, border: blueprint.border,
      floatingPointOperations: blueprint.floatingPointOperations, images: blueprint.output.images,
      pass: pass, flushesDenormals: planner.flushesDenormals,
      explanation: Explanation(
        layer: blueprint.layer, leading: leading, choice: choices[main],
        measuredLayer: MeasuredLayer(
          blueprint.phases[main].problem.geometry, on: planner.resolvedInstructionSet),
        phases: choices.map(\.way), manner: blueprint.manner, panels: work.panels,
        panelCuts: schedule.panelCuts,
        spaceCuts: schedule.spaceCuts, expectations: schedule.expectations))
  }
}
