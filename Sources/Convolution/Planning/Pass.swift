import CConvolution

/// What one kernel computes in a run of a plan. Written while a plan is made, only read afterwards.
struct Pass: @unchecked Sendable {
  let way: Way
  let packed: AlignedMemory<UInt8>
  let tasks: AlignedMemory<conv_task>
  let threads: Int
  /// Bytes of workspace for each thread, a multiple of 64.
  let workspaceStride: Int
  /// With the form and the windows set.
  private let problem: AlignedMemory<conv_problem>
  /// What it points to.
  private let memory: Problem
  private let weights: LayerWeights
  /// From where index 0 of every axis would lie to the first sample that the buffers hold.
  private let inputOffset, outputOffset: Int

  /// - Parameters:
  ///   - input: what the input's buffer holds, depth, height, width; nil: all of it.
  ///   - output: likewise.
  /// - Throws: `.outOfMemory`.
  init(
    _ way: Way, of problem: Problem, weights: LayerWeights, schedule: Schedule,
    input: [Range<Int>]?, output: [Range<Int>]?
  ) throws(ConvolutionError) {
    var windowed = way.problem
    let geometry = problem.geometry
    inputOffset = windowed.holdInput(input, of: geometry)
    outputOffset = windowed.holdOutput(output, of: geometry)
    self.problem = try AlignedMemory(count: 1, argument: "plan")
    self.problem.buffer.initialize(repeating: windowed)
    tasks = try AlignedMemory(count: schedule.tasks.count, argument: "tasks")
    _ = tasks.buffer.initialize(fromContentsOf: schedule.tasks)
    packed = try weights.packed(for: way)
    workspaceStride =
      (way.kernel.entry.pointee.workspace_bytes(self.problem.buffer.baseAddress) + 63) / 64 * 64
    threads = schedule.threads
    self.way = way
    self.weights = weights
    memory = problem
  }

  /// Computes. The buffers have the sizes that the plan states.
  func run(
    images: Int, _ x: UnsafePointer<Float>?, residual: UnsafePointer<Float>?,
    into y: UnsafeMutablePointer<Float>?, workspace: UnsafeMutableRawPointer?
  ) {
    var operands = conv_operands(
      x: x.map { $0 - inputOffset }, residual: residual.map { $0 - outputOffset },
      packed: UnsafeRawPointer(packed.buffer.baseAddress!).assumingMemoryBound(to: Float.self),
      bias: weights.biasPointer, y: y.map { $0 - outputOffset })
    conv_run(
      way.kernel.entry, problem.buffer.baseAddress, &operands, Int64(images),
      tasks.buffer.baseAddress, Int32(tasks.buffer.count), Int32(threads), workspace,
      workspaceStride)
  }
}

extension conv_problem {
  /// Says that the input's buffer holds only `window`. Returns where its first sample would lie in a buffer of its
  /// strides that held everything.
  fileprivate mutating func holdInput(_ window: [Range<Int>]?, of geometry: Geometry) -> Int {
    guard let window else { return 0 }
    x = conv_strides(
      window.map(\.count), channels: geometry.input.channels, layout: geometry.layout)
    (axis.0.held_begin, axis.0.held_end) = (
      Int32(window[0].lowerBound), Int32(window[0].upperBound)
    )
    (axis.1.held_begin, axis.1.held_end) = (
      Int32(window[1].lowerBound), Int32(window[1].upperBound)
    )
    (axis.2.held_begin, axis.2.held_end) = (
      Int32(window[2].lowerBound), Int32(window[2].upperBound)
    )
    return x.offset(of: window.map(\.lowerBound))
  }

  /// The same for the output.
  fileprivate mutating func holdOutput(_ window: [Range<Int>]?, of geometry: Geometry) -> Int {
    guard let window else { return 0 }
    y = conv_strides(
      window.map(\.count), channels: geometry.output.channels, layout: geometry.layout)
    return y.offset(of: window.map(\.lowerBound))
  }
}
