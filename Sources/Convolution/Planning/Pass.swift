import CConvolution

/// What a run computes: the phases of an output, each in the way chosen for it, cut into tasks; perhaps after a layer that
/// computes their input. Written while a plan is made, only read afterwards.
struct Pass: Sendable {
  let tasks: AlignedMemory<conv_task>
  let threads: Int
  /// Whether a task is run for all images of a batch before the next one.
  let isTaskByTask: Bool
  /// Bytes of workspace for each thread, a multiple of 64.
  let workspaceStride: Int
  /// Of all phases.
  let packedBytes: Int
  private var phases: PhaseMemory
  private var turned: TurnedMemory?
  /// Where outputs are spread over from the workspace; nil where they are not.
  private let spread: conv_spread?
  private var chain: ChainMemory?
  private let bias: AlignedMemory<Float>
  private let chosen: [ChosenPhase]

  /// - Parameters:
  ///   - leading: what computes the input of the only phase.
  ///   - rectangle: what is to be computed of the output.
  ///   - input: what the input's buffer holds, depth, height, width; nil: all of it.
  ///   - output: likewise.
  /// - Throws: `.outOfMemory`.
  init(
    _ chosen: [ChosenPhase], of blueprint: Blueprint, after leading: LeadingLayer?,
    work: Schedule.Work, schedule: Schedule, rectangle: [Range<Int>], input: [Range<Int>]?,
    output: [Range<Int>]?
  ) throws(ConvolutionError) {
    let x = HeldImage(blueprint.input, input, layout: blueprint.layout)
    let y = HeldImage(blueprint.output, output, layout: blueprint.layout)
    self.chosen = chosen
    let weights = blueprint.weights
    bias = try weights.bias(
      repeated: chosen[0].phase.mergedOutputs, groups: Int(chosen[0].way.problem.groups))
    threads = schedule.threads
    isTaskByTask = schedule.isTaskByTask
    if let leading {
      let chain = try ChainMemory(
        leading, then: chosen[0], weights: weights,
        parts: schedule.tasks.map { work.leadingPart(of: $0)! }, x: x, y: y, threads: threads)
      self.chain = chain
      phases = chain.second
    } else {
      chain = nil
      phases = try PhaseMemory(chosen.map { ($0, x, y) }, weights: weights, threads: threads)
    }
    tasks = try AlignedMemory(count: schedule.tasks.count * chosen.count, argument: "tasks")
    _ = tasks.buffer.initialize(fromContentsOf: schedule.tasks.flatMap(work.parts))
    turned =
      blueprint.manner.turnsInput
      ? try TurnedMemory(
        schedule.tasks.map { (work.inputBox(of: $0), work.outputBox(of: $0)) }, x: x, y: y) : nil
    let mostOutputs = schedule.tasks.map(work.mostOutputs).max() ?? 0
    spread =
      blueprint.manner.spreadsOutput
      ? conv_spread(
        over: rectangle, bytes: (mostOutputs * MemoryLayout<Float>.stride).roundedUpToALine)
      : nil
    packedBytes = phases.packedBytes + (chain?.first.packedBytes ?? 0)
    let boxBytes =
      if let spread {
        (turned?.inputBytes ?? 0) + spread.box_bytes
      } else {
        turned?.bytes ?? chain?.boxBytes ?? 0
      }
    workspaceStride =
      boxBytes + max(phases.scratch, chain?.first.scratch ?? 0).roundedUpToALine
  }

  /// The same, writing channels-last images of more channels than are computed: `pixel` elements lie between one pixel of
  /// the output and the next.
  ///
  /// - Throws: `.outOfMemory`.
  func spreading(_ channels: Int, over pixel: Int) throws(ConvolutionError) -> Pass {
    var pass = self
    pass.phases = try PhaseMemory(phases) { $0.spreadOutputs(channels, over: pixel) }
    pass.chain = try chain.map { (chain) throws(ConvolutionError) in
      try ChainMemory(chain, chain.first, then: pass.phases)
    }
    return pass
  }

  /// The same, reading channels-last images of more channels than are taken: `pixel` elements lie between one pixel of the
  /// input and the next.
  ///
  /// - Throws: `.outOfMemory`.
  func reading(_ channels: Int, from pixel: Int) throws(ConvolutionError) -> Pass {
    var pass = self
    if let chain {
      let first = try PhaseMemory(chain.first) { $0.spreadInputs(channels, over: pixel) }
      pass.chain = try ChainMemory(chain, first, then: chain.second)
    } else {
      pass.phases = try PhaseMemory(phases) { $0.spreadInputs(channels, over: pixel) }
    }
    pass.turned = try turned.map { (turned) throws(ConvolutionError) in
      try TurnedMemory(turned, reading: channels, from: pixel)
    }
    return pass
  }

  /// Computes. The buffers have the sizes that the plan states.
  func run(
    images: Int, _ x: UnsafePointer<Float>?, residual: UnsafePointer<Float>?,
    into y: UnsafeMutablePointer<Float>?, workspace: UnsafeMutableRawPointer?
  ) {
    var operands = conv_operands(
      x: x, residual: residual, packed: nil, bias: bias.buffer.baseAddress, y: y)
    let batch = conv_batch(images: Int64(images), task_by_task: isTaskByTask)
    let count = chosen.count
    let taskCount = Int32(tasks.buffer.count / count)
    let memory = conv_workspace(memory: workspace, stride: workspaceStride)
    if let chain {
      conv_run_chained(
        chain.description.buffer.baseAddress, &operands, batch, tasks.buffer.baseAddress,
        taskCount, Int32(threads), memory)
    } else if var spread {
      conv_run_spread(
        phases.entries.buffer.baseAddress, Int32(count), turned?.description.buffer.baseAddress,
        &spread, &operands, batch, tasks.buffer.baseAddress, taskCount, Int32(threads), memory)
    } else if let turned {
      conv_run_turned(
        phases.entries.buffer.baseAddress, Int32(count), turned.description.buffer.baseAddress,
        &operands, batch, tasks.buffer.baseAddress, taskCount, Int32(threads), memory)
    } else {
      conv_run(
        phases.entries.buffer.baseAddress, Int32(count), &operands, batch,
        tasks.buffer.baseAddress, taskCount, Int32(threads), memory)
    }
  }

  /// The work of one image, term by term of ``CostModel/terms``; not that of a leading layer.
  var work: [Double] {
    tasks.buffer.enumerated().reduce(CostModel.terms.map { _ in 0 }) { total, task in
      guard !task.element.isEmpty else { return total }
      let counts = chosen[task.offset % chosen.count].way.work(task.element).counts
      return zip(total, counts).map(+)
    }
  }
}

extension conv_spread {
  fileprivate init(over rectangle: [Range<Int>], bytes: Int) {
    let ends = rectangle.map { (Int32($0.lowerBound), Int32($0.upperBound)) }
    self.init(
      first: (ends[0].0, ends[1].0, ends[2].0), end: (ends[0].1, ends[1].1, ends[2].1),
      box_bytes: bytes)
  }
}
