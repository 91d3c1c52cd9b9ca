import CConvolution

/// A ``PoolingLayer`` on one input shape, resolved: extents, padding, the cut into tasks.
///
/// A plan never changes and many threads may run it at once, each with its own output. A run checks the sizes of its
/// buffers, computes, and allocates nothing.
public struct PoolingPlan: Sendable {
  /// The shape of the input that a run is given, in ``layout``.
  public let inputShape: [Int]
  /// The shape of the output that a run writes, and of indices, in ``layout``.
  public let outputShape: [Int]
  /// The part of the output that a run computes, a range for each axis of space.
  public let region: [Range<Int>]
  /// The part of the input that it reads.
  public let inputRegion: [Range<Int>]
  public let instructionSet: InstructionSet
  /// At most so many threads compute.
  public let threads: Int
  /// Tasks of the whole batch.
  public var taskCount: Int { tasks.count * geometry.images }
  public var layout: Layout { geometry.layout }
  /// The border taps of each axis of space.
  public var padding: [PaddingAmount] { geometry.axes.suffix(geometry.rank).map(\.padding) }

  let geometry: Geometry
  let kind: PoolingLayer.Kind
  let tasks: [conv_task]
  let flushesDenormals: Bool
  nonisolated(unsafe) let pool: conv_pool
  /// From where index 0 of every axis would lie to the first sample that the buffers hold.
  let inputOffset, outputOffset: Int
}

extension PoolingLayer {
  /// Resolves the layer for an input shape.
  ///
  /// - Parameters:
  ///   - shape: the shape of the whole input, in `layout`.
  ///   - layout: of input and output.
  ///   - planner: of its settings the threads, the instruction set and what becomes of denormals.
  ///   - region: the rectangle of the output to compute, a range for each axis of space; nil: all of it. It never changes
  ///     a bit of what is computed.
  ///   - buffers: whether runs are given the whole input and output, or only what the region needs.
  /// - Throws: what ``outputShape(for:layout:)`` throws; `.nonPositiveSize` for threads, `.rankMismatch` or
  ///   `.invalidValue` for a region that the output does not have.
  public func plan(
    for shape: [Int], layout: Layout = .channelsFirst, with planner: Planner = Planner(),
    region: [Range<Int>]? = nil, buffers: Plan.Buffers = .whole
  ) throws(ConvolutionError) -> PoolingPlan {
    let geometry = try geometry(for: shape, layout: layout)
    let output = try geometry.output.rectangle(region)
    let input = zip(geometry.axes, output).map { $0.samples(for: $1) }
    let schedule = PoolingSchedule(
      geometry, output: output, input: input, threads: try planner.checkedThreads())

    // What the buffers hold.
    let isWindow = buffers == .region
    func held(_ window: [Range<Int>], of extents: [Int]) -> [Range<Int>] {
      isWindow ? window : extents.map { 0..<$0 }
    }
    let heldInput = held(input, of: geometry.axes.map(\.input))
    let heldOutput = held(output, of: geometry.axes.map(\.output))
    func heldShape(_ held: [Range<Int>]) -> [Int] {
      ImageShape(
        images: geometry.images, channels: geometry.groups, spatial: held.suffix(rank).map(\.count)
      ).shape(in: layout)
    }
    func strides(_ held: [Range<Int>]) -> conv_strides {
      conv_strides(held.map(\.count), channels: geometry.groups, layout: layout)
    }
    let (x, y) = (strides(heldInput), strides(heldOutput))
    return PoolingPlan(
      inputShape: heldShape(heldInput), outputShape: heldShape(heldOutput),
      region: output.suffix(rank),
      inputRegion: input.suffix(rank), instructionSet: planner.resolvedInstructionSet,
      threads: schedule.threads, geometry: geometry, kind: kind, tasks: schedule.tasks,
      flushesDenormals: planner.flushesDenormals,
      pool: conv_pool(kind, geometry, held: heldInput, x: x, y: y),
      inputOffset: x.offset(of: heldInput.map(\.lowerBound)),
      outputOffset: y.offset(of: heldOutput.map(\.lowerBound)))
  }
}

extension conv_pool {
  fileprivate init(
    _ kind: PoolingLayer.Kind, _ geometry: Geometry, held: [Range<Int>], x: conv_strides,
    y: conv_strides
  ) {
    let axes = geometry.axes
    let resolved = zip(axes, held).map { axis, held in
      var resolved = conv_axis(axis)
      (resolved.held_begin, resolved.held_end) = (Int32(held.lowerBound), Int32(held.upperBound))
      return resolved
    }
    let counted = axes.map { axis in
      kind == .average(countsPadding: true)
        ? -axis.padding.before..<axis.input + axis.padding.after : 0..<axis.input
    }
    let begins = counted.map { Int64($0.lowerBound) }
    let ends = counted.map { Int64($0.upperBound) }
    self.init(
      kind: kind.resolved, power: kind.power, layout: geometry.layout.resolved,
      channels: Int32(geometry.groups),
      axis: (resolved[0], resolved[1], resolved[2]),
      counted_begin: (begins[0], begins[1], begins[2]), counted_end: (ends[0], ends[1], ends[2]),
      x: x, y: y)
  }
}

extension PoolingLayer.Kind {
  fileprivate var resolved: conv_pool_kind {
    switch self {
    case .max: CONV_POOL_MAX
    case .average: CONV_POOL_AVERAGE
    case .lp: CONV_POOL_NORM
    }
  }

  fileprivate var power: Int32 {
    if case .lp(let power) = self { Int32(power) } else { 0 }
  }
}
