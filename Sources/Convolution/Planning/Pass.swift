import CConvolution

/// What a run computes: the phases of an output, each in the way chosen for it, cut into tasks. Written while a plan is
/// made, only read afterwards.
struct Pass: @unchecked Sendable {
  let tasks: AlignedMemory<conv_task>
  let threads: Int
  /// Bytes of workspace for each thread, a multiple of 64.
  let workspaceStride: Int
  /// Of all phases.
  let packedBytes: Int
  private let phases: AlignedMemory<conv_phase>
  private let turned: TurnedMemory?
  private let weights: LayerWeights
  private let chosen: [ChosenPhase]
  /// What the phases point to.
  private let problems: AlignedMemory<conv_problem>
  private let packed: [AlignedMemory<UInt8>]

  /// - Parameters:
  ///   - input: what the input's buffer holds, depth, height, width; nil: all of it.
  ///   - output: likewise.
  /// - Throws: `.outOfMemory`.
  init(
    _ chosen: [ChosenPhase], of blueprint: Blueprint, work: Schedule.Work, schedule: Schedule,
    input: [Range<Int>]?, output: [Range<Int>]?
  ) throws(ConvolutionError) {
    let x = HeldImage(blueprint.input, input, layout: blueprint.layout)
    let y = HeldImage(blueprint.output, output, layout: blueprint.layout)
    self.chosen = chosen
    weights = blueprint.weights
    threads = schedule.threads
    problems = try AlignedMemory(count: chosen.count, argument: "plan")
    phases = try AlignedMemory(count: chosen.count, argument: "plan")
    var scratch = 0
    var packed: [AlignedMemory<UInt8>] = []
    for (index, part) in chosen.enumerated() {
      var problem = part.way.problem
      problem.hold(x, y, lattice: part.phase.lattice)
      let pointer = problems.buffer.baseAddress! + index
      pointer.initialize(to: problem)
      packed.append(try weights.packed(for: part.way, taps: part.phase.taps))
      let lattice = part.phase.lattice.map {
        (first: Int32($0.first), step: Int32(clamping: $0.step))
      }
      (phases.buffer.baseAddress! + index).initialize(
        to: conv_phase(
          kernel: part.way.kernel.entry, problem: pointer,
          packed: UnsafeRawPointer(packed[index].buffer.baseAddress!)
            .assumingMemoryBound(to: Float.self),
          x: x.origin, y: y.origin + y.strides.offset(of: part.phase.lattice.map(\.first)),
          first: (lattice[0].first, lattice[1].first, lattice[2].first),
          step: (lattice[0].step, lattice[1].step, lattice[2].step)))
      scratch = max(scratch, part.way.kernel.entry.pointee.workspace_bytes(pointer))
    }
    self.packed = packed
    packedBytes =
      Set(packed.map(ObjectIdentifier.init)).count == 1
      ? packed[0].buffer.count : packed.reduce(0) { $0 + $1.buffer.count }
    tasks = try AlignedMemory(count: schedule.tasks.count * chosen.count, argument: "tasks")
    _ = tasks.buffer.initialize(fromContentsOf: schedule.tasks.flatMap(work.parts))
    turned =
      blueprint.isTurned
      ? try TurnedMemory(
        schedule.tasks.map { (work.inputBox(of: $0), work.outputBox(of: $0)) }, x: x, y: y) : nil
    workspaceStride = (turned?.bytes ?? 0) + scratch.roundedUpToALine
  }

  /// Computes. The buffers have the sizes that the plan states.
  func run(
    images: Int, _ x: UnsafePointer<Float>?, residual: UnsafePointer<Float>?,
    into y: UnsafeMutablePointer<Float>?, workspace: UnsafeMutableRawPointer?
  ) {
    var operands = conv_operands(
      x: x, residual: residual, packed: nil, bias: weights.biasPointer, y: y)
    let count = chosen.count
    let taskCount = Int32(tasks.buffer.count / count)
    let memory = conv_workspace(memory: workspace, stride: workspaceStride)
    if let turned {
      conv_run_turned(
        phases.buffer.baseAddress, Int32(count), turned.description.buffer.baseAddress, &operands,
        Int64(images), tasks.buffer.baseAddress, taskCount, Int32(threads), memory)
    } else {
      conv_run(
        phases.buffer.baseAddress, Int32(count), &operands, Int64(images),
        tasks.buffer.baseAddress, taskCount, Int32(threads), memory)
    }
  }

  /// The work of one image, term by term of ``CostModel/terms``.
  var work: [Double] {
    tasks.buffer.enumerated().reduce(CostModel.terms.map { _ in 0 }) { total, task in
      guard !task.element.isEmpty else { return total }
      let counts = chosen[task.offset % chosen.count].way.work(task.element).counts
      return zip(total, counts).map(+)
    }
  }
}

/// Where an image's samples lie in a buffer that holds all of it, or a window.
struct HeldImage {
  let strides: conv_strides
  /// Depth, height, width; nil: all of it.
  let window: [Range<Int>]?
  /// From the buffer's first sample to where index 0 of every axis would lie.
  let origin: Int

  init(_ image: ImageShape, _ window: [Range<Int>]?, layout: Layout) {
    let missing = Array(repeating: 1, count: 3 - image.spatial.count)
    strides = conv_strides(
      window?.map(\.count) ?? missing + image.spatial, channels: image.channels, layout: layout)
    self.window = window
    origin = window.map { [strides] in -strides.offset(of: $0.map(\.lowerBound)) } ?? 0
  }
}

extension conv_problem {
  /// Says how the buffers lie, and that a phase's outputs are those of a lattice.
  fileprivate mutating func hold(_ input: HeldImage, _ output: HeldImage, lattice: [Lattice]) {
    x = input.strides
    y = output.strides
    y.axis = (
      y.axis.0 * lattice[0].step, y.axis.1 * lattice[1].step, y.axis.2 * lattice[2].step
    )
    guard let window = input.window else { return }
    let held = window.map { (Int32($0.lowerBound), Int32($0.upperBound)) }
    (axis.0.held_begin, axis.0.held_end) = held[0]
    (axis.1.held_begin, axis.1.held_end) = held[1]
    (axis.2.held_begin, axis.2.held_end) = held[2]
  }
}

/// What C reads of tasks that turn their part of the memory.
private struct TurnedMemory {
  let description: AlignedMemory<conv_turned>
  /// Workspace of a thread for what is turned.
  let bytes: Int
  private let inputs, outputs: AlignedMemory<conv_box>

  /// - Throws: `.outOfMemory`.
  init(
    _ boxes: [(input: conv_box, output: conv_box)], x: HeldImage, y: HeldImage
  ) throws(ConvolutionError) {
    inputs = try AlignedMemory(count: boxes.count, argument: "tasks")
    outputs = try AlignedMemory(count: boxes.count, argument: "tasks")
    _ = inputs.buffer.initialize(fromContentsOf: boxes.map(\.input))
    _ = outputs.buffer.initialize(fromContentsOf: boxes.map(\.output))
    func most(_ boxes: [conv_box]) -> Int {
      ((boxes.map(\.count).max() ?? 0) * MemoryLayout<Float>.stride).roundedUpToALine
    }
    let (input, output) = (most(boxes.map(\.input)), most(boxes.map(\.output)))
    bytes = input + output
    description = try AlignedMemory(count: 1, argument: "plan")
    description.buffer.initialize(
      repeating: conv_turned(
        x: x.strides, y: y.strides, x_offset: x.origin, y_offset: y.origin,
        inputs: inputs.buffer.baseAddress, outputs: outputs.buffer.baseAddress, input_bytes: input,
        output_bytes: output))
  }
}
