import CConvolution

/// A convolution as C takes it, with the memory that it points to. Written while a plan is made, only read afterwards.
final class ResolvedConvolution: @unchecked Sendable {
  let kernel: Kernel
  /// Bytes of workspace for each thread, a multiple of 64.
  let workspaceStride: Int
  private let weights: LayerWeights
  private let packed: AlignedMemory<Float>
  private let images: Int64
  private let problem: UnsafeMutablePointer<conv_problem>
  private let maps: AlignedMemory<Int32>
  private let constants: AlignedMemory<Float>
  private(set) var tasks: AlignedMemory<conv_task>?
  private var threads: Int32 = 1

  init(
    kernel: Kernel, form: WinogradForm?, weights: LayerWeights, axes: [AxisMap],
    geometry: Geometry, groups: Int, activation: Activation
  ) throws(ConvolutionError) {
    self.kernel = kernel
    self.weights = weights
    packed = try weights.packed(for: kernel, form)
    images = Int64(geometry.input.images)
    let maps = try AlignedMemory<Int32>(
      count: axes.reduce(0) { $0 + $1.count }, argument: "axis maps")
    let channels = geometry.input.channels
    let rowSamples = channels * axes[2].kernel
    let constants = try AlignedMemory<Float>(
      count: axes.count * rowSamples, argument: "border constants")
    var start = 0
    let resolvedAxes = axes.enumerated().map { index, map in
      let entries = UnsafeMutableBufferPointer(rebasing: maps.buffer[start..<start + map.count])
      start += map.count
      map.write(to: entries)
      let row = constants.buffer.baseAddress! + index * rowSamples
      row.update(repeating: map.constantValue, count: rowSamples)
      return conv_axis(
        input: Int32(map.input), output: Int32(map.output), kernel: Int32(map.kernel),
        stride: Int32(clamping: map.stride), dilation: Int32(clamping: map.dilation),
        before: Int32(map.before), inside_begin: Int32(map.inside.lowerBound),
        inside_end: Int32(map.inside.upperBound), map: UnsafePointer(entries.baseAddress),
        constant: UnsafePointer(row))
    }
    self.maps = maps
    self.constants = constants
    problem = .allocate(capacity: 1)
    problem.initialize(
      to: conv_problem(
        axis: (resolvedAxes[0], resolvedAxes[1], resolvedAxes[2]), groups: Int32(groups),
        output_channels: Int32(geometry.output.channels / groups),
        input_channels: Int32(channels / groups),
        x: Self.strides(geometry.input, layout: geometry.layout),
        y: Self.strides(geometry.output, layout: geometry.layout),
        winograd: form.resolvedTile,
        vectors_within_rows: Self.keepsVectorsWithinRows(
          axes[2], lanes: kernel.instructionSet.lanes),
        activation: activation.resolved))
    workspaceStride = (kernel.workspaceBytes(problem) + 63) / 64 * 64
  }

  deinit { problem.deallocate() }

  /// Takes the tasks over. Called once, while the plan is made.
  func setSchedule(_ schedule: Schedule) throws(ConvolutionError) {
    let tasks = try AlignedMemory<conv_task>(count: schedule.tasks.count, argument: "tasks")
    _ = tasks.buffer.initialize(fromContentsOf: schedule.tasks)
    self.tasks = tasks
    threads = Int32(schedule.threads)
  }

  /// Computes. The buffers have the sizes that the plan states.
  func run(
    _ x: UnsafePointer<Float>?, residual: UnsafePointer<Float>?,
    into y: UnsafeMutablePointer<Float>?,
    workspace: UnsafeMutableRawPointer?
  ) {
    var operands = conv_operands(
      x: x, residual: residual, packed: packed.buffer.baseAddress!, bias: weights.biasPointer, y: y)
    guard let tasks = tasks?.buffer else { return }
    conv_run(
      kernel.pointer, problem, &operands, images, tasks.baseAddress, Int32(tasks.count), threads,
      workspace,
      workspaceStride)
  }

  /// Whether channels-first vectors should end with their row of outputs.
  ///
  /// With a stride, the samples of a vector across two rows are scattered and must be gathered one by one; within a row
  /// they are evenly spaced. Worth it while few lanes of a row's last vector stay empty.
  private static func keepsVectorsWithinRows(_ width: AxisMap, lanes: Int) -> Bool {
    let used = (width.output + lanes - 1) / lanes * lanes
    return width.stride > 1 && width.output * 4 >= used * 3
  }

  private static func strides(_ shape: ImageShape, layout: Layout) -> conv_strides {
    let spatial = Array(repeating: 1, count: 3 - shape.spatial.count) + shape.spatial
    let image = shape.channels * spatial.reduce(1, *)
    switch layout {
    case .channelsFirst:
      return conv_strides(
        image: image, channel: spatial.reduce(1, *), axis: (spatial[1] * spatial[2], spatial[2], 1))
    case .channelsLast:
      return conv_strides(
        image: image, channel: 1,
        axis: (
          spatial[1] * spatial[2] * shape.channels, spatial[2] * shape.channels, shape.channels
        ))
    }
  }
}
