import CConvolution

/// Phases as C reads them, and what they point to.
struct PhaseMemory: @unchecked Sendable {
  let entries: AlignedMemory<conv_phase>
  /// The workspace that the kernels need.
  let scratch: Int
  let packedBytes: Int
  private let problems: AlignedMemory<conv_problem>
  private let chosen: [ChosenPhase]
  private let packed: [AlignedMemory<UInt8>]

  /// - Parameters:
  ///   - parts: phases of one layer, and the memory that each reads and writes.
  ///   - threads: to pack weights on, at most.
  /// - Throws: `.outOfMemory`.
  init(
    _ parts: [(chosen: ChosenPhase, x: HeldImage, y: HeldImage)], weights: LayerWeights,
    threads: Int
  ) throws(ConvolutionError) {
    chosen = parts.map(\.chosen)
    problems = try AlignedMemory(count: parts.count, argument: "plan")
    entries = try AlignedMemory(count: parts.count, argument: "plan")
    var scratch = 0
    var packed: [AlignedMemory<UInt8>] = []
    for (index, part) in parts.enumerated() {
      let (way, phase) = (part.chosen.way, part.chosen.phase)
      var problem = way.problem
      problem.hold(part.x, part.y, lattice: phase.lattice)
      let pointer = problems.buffer.baseAddress! + index
      pointer.initialize(to: problem)
      packed.append(try weights.packed(for: way, taps: phase.taps, threads: threads))
      let lattice = phase.lattice.map {
        (first: Int32($0.first), step: Int32(clamping: $0.step), extent: Int32($0.extent))
      }
      (entries.buffer.baseAddress! + index).initialize(
        to: conv_phase(
          kernel: way.kernel.entry, problem: pointer,
          packed: UnsafeRawPointer(packed[index].buffer.baseAddress!)
            .assumingMemoryBound(to: Float.self),
          x: part.x.origin,
          y: part.y.origin + part.y.strides.offset(of: phase.lattice.map(\.first)),
          first: (lattice[0].first, lattice[1].first, lattice[2].first),
          step: (lattice[0].step, lattice[1].step, lattice[2].step),
          merged: (lattice[0].extent, lattice[1].extent, lattice[2].extent)))
      scratch = max(scratch, way.kernel.entry.pointee.workspace_bytes(pointer))
    }
    self.scratch = scratch
    self.packed = packed
    let distinct = Dictionary(packed.map { (ObjectIdentifier($0), $0) }) { first, _ in first }
    packedBytes = distinct.values.reduce(0) { $0 + $1.buffer.count }
  }

  /// The same with other places.
  ///
  /// - Throws: `.outOfMemory`.
  init(
    _ other: PhaseMemory, _ change: (inout Places) -> Void
  ) throws(ConvolutionError) {
    problems = try AlignedMemory(count: other.problems.buffer.count, argument: "plan")
    entries = try AlignedMemory(count: other.entries.buffer.count, argument: "plan")
    for (index, entry) in other.entries.buffer.enumerated() {
      var places = Places(problem: other.problems.buffer[index], entry: entry)
      change(&places)
      let pointer = problems.buffer.baseAddress! + index
      pointer.initialize(to: places.problem)
      places.entry.problem = UnsafePointer(pointer)
      (entries.buffer.baseAddress! + index).initialize(to: places.entry)
    }
    (scratch, packedBytes) = (other.scratch, other.packedBytes)
    (chosen, packed) = (other.chosen, other.packed)
  }

  /// Where a phase reads and writes.
  struct Places {
    fileprivate var problem: conv_problem
    fileprivate var entry: conv_phase

    /// It writes channels-last images of more channels than it computes: `pixel` elements lie between one pixel of the
    /// output and the next.
    mutating func spreadOutputs(_ channels: Int, over pixel: Int) {
      problem.y.spread(channels, over: pixel)
      entry.y = entry.y / channels * pixel
    }

    /// Likewise it reads such images.
    mutating func spreadInputs(_ channels: Int, over pixel: Int) {
      problem.x.spread(channels, over: pixel)
      entry.x = entry.x / channels * pixel
    }
  }
}

extension conv_strides {
  /// The distances in channels-last memory when pixels of so many channels lie further apart.
  mutating func spread(_ channels: Int, over pixel: Int) {
    image = image / channels * pixel
    axis = (
      axis.0 / channels * pixel, axis.1 / channels * pixel, axis.2 / channels * pixel
    )
  }
}
