import CConvolution

/// What C reads of tasks that compute the input of their phase as well, box by box.
struct ChainMemory: @unchecked Sendable {
  let description: AlignedMemory<conv_chain>
  let first, second: PhaseMemory
  /// Workspace of a thread for a box, a multiple of 64.
  let boxBytes: Int
  private let boxes: AlignedMemory<conv_task>
  private let weights: LayerWeights

  /// - Parameters:
  ///   - parts: what the first layer computes of each task.
  ///   - x: the first layer's input.
  ///   - y: the second's output.
  ///   - threads: to pack weights on, at most.
  /// - Throws: `.outOfMemory`.
  init(
    _ leading: LeadingLayer, then phase: ChosenPhase, weights secondWeights: LayerWeights,
    parts: [conv_task], x: HeldImage, y: HeldImage, threads: Int
  ) throws(ConvolutionError) {
    let geometry = leading.phase.problem.geometry
    let middle = geometry.output
    let images = parts.map { part in
      HeldImage(boxOf: middle, (0..<3).map(part.range), layout: geometry.layout)
    }
    weights = leading.weights
    first = try PhaseMemory(
      images.map { (leading.chosen, x, $0) }, weights: weights, threads: threads)
    second = try PhaseMemory(
      images.map { (phase, $0, y) }, weights: secondWeights, threads: threads)
    boxes = try AlignedMemory(count: parts.count, argument: "tasks")
    _ = boxes.buffer.initialize(fromContentsOf: parts)
    let samples = parts.map { part in
      (0..<3).reduce(middle.channels) { $0 * part.range(axis: $1).count }
    }
    boxBytes = ((samples.max() ?? 0) * MemoryLayout<Float>.stride).roundedUpToALine
    description = try AlignedMemory(count: 1, argument: "plan")
    describe()
  }

  /// The same reading or writing elsewhere.
  init(
    _ other: ChainMemory, _ first: PhaseMemory, then second: PhaseMemory
  ) throws(ConvolutionError) {
    (boxes, weights, boxBytes) = (other.boxes, other.weights, other.boxBytes)
    self.first = first
    self.second = second
    description = try AlignedMemory(count: 1, argument: "plan")
    describe()
  }

  private func describe() {
    description.buffer.initialize(
      repeating: conv_chain(
        first: first.entries.buffer.baseAddress, second: second.entries.buffer.baseAddress,
        boxes: boxes.buffer.baseAddress, first_bias: weights.biasPointer, box_bytes: boxBytes))
  }
}
