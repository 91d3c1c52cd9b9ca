import CConvolution

/// A layer on one input shape, resolved: algorithm, axis maps, packed weights, the cut into tasks, workspace.
///
/// A plan never changes and many threads may run it at once, each with its own output and workspace.
/// A run checks the sizes of its buffers, computes, and allocates nothing.
public struct Plan: Sendable {
  /// The shape of the input, in ``layout``.
  public let inputShape: [Int]
  /// The shape of the output and of a residual, in ``layout``.
  public let outputShape: [Int]
  public let layout: Layout
  /// The border taps of each axis of space.
  public let padding: [PaddingAmount]
  /// What they read.
  public let border: [Border]
  /// What was chosen; never `.automatic`.
  public let algorithm: Algorithm
  /// The instruction set of the kernel.
  public let instructionSet: InstructionSet
  /// The kernel family's name.
  public let kernel: String
  /// At most so many threads compute.
  public let threads: Int
  /// Tasks of the whole batch.
  public let taskCount: Int
  /// The scratch memory of a run, for all its threads.
  public let workspaceBytes: Int
  /// The packed weights, shared by all plans of a layer that use the same kernel.
  public let packedBytes: Int
  /// Two for every multiply-add, border taps counted.
  public let floatingPointOperations: Double
  let explanation: Explanation
  let resolved: ResolvedConvolution

  /// What the description says besides the public properties.
  struct Explanation {
    let layer: String
    let reason: String
    let tilePixels, tileChannels: Int
    let panels, panelCuts, spaceCuts: Int
    let expectations: [Schedule.Expectation]
    let region: [Range<Int>]?
  }
}

extension ConvolutionLayer {
  /// Resolves the layer for an input shape.
  ///
  /// - Parameters:
  ///   - shape: the shape of the input, in `layout`.
  ///   - threads: at most so many; nil: as many as the machine has cores. It never changes a bit of the result.
  ///   - algorithm: `.automatic`, or the one to use.
  ///   - instructionSet: at most this one; nil: ``Machine/instructionSet``.
  ///   - region: the rectangle of the output to compute, a range for each axis of space; the rest of the output is left
  ///     as it was. nil: all of it.
  /// - Throws: what ``outputShape(for:layout:)`` throws; `.nonPositiveSize` for threads, `.unsupportedAlgorithm`,
  ///   `.rankMismatch` or `.invalidValue` for a region that the output does not have.
  public func plan(
    for shape: [Int], layout: Layout = .channelsFirst, threads: Int? = nil,
    algorithm: Algorithm = .automatic, instructionSet: InstructionSet? = nil,
    region: [Range<Int>]? = nil
  ) throws(ConvolutionError) -> Plan {
    let geometry = try geometry(for: shape, layout: layout)
    let threads = threads ?? Machine.coreCount
    guard (1...1024).contains(threads) else {
      throw ConvolutionError(
        .nonPositiveSize, argument: "threads", received: "\(threads)", expected: "1 to 1024")
    }
    let rectangle = try rectangle(region, output: geometry.output.spatial)
    let axes = try axisMaps(geometry)
    let choice = try AlgorithmChoice(algorithm, for: facts(geometry))
    let kernel = Kernel(
      family: choice.family,
      instructionSet: min(instructionSet ?? Machine.instructionSet, Machine.instructionSet))

    let resolved = try ResolvedConvolution(
      kernel: kernel, weights: weights, axes: axes, geometry: geometry,
      groups: groups, activation: activation)
    let extents = weights.extents
    let panels = kernel.panelCount(extents)
    let packedBytes = kernel.packedBytes(extents)
    let taps = self.kernel.reduce(1, *)
    let groupInputs = inputChannels / groups
    let schedule = Schedule(
      Schedule.Work(
        panels: panels, panelBytes: max(packedBytes / panels, 1),
        rectangle: rectangle, images: geometry.output.images,
        cost: Schedule.Cost(
          kernel: kernel, family: choice.family,
          panelWeights: Double(packedBytes) / Double(panels * MemoryLayout<Float>.stride),
          taps: taps,
          groupInputs: groupInputs, channels: inputChannels + outputChannels,
          sharedRows: sharedRows(geometry)),
        threads: threads, cacheBytes: conv_private_cache_bytes() / 2))
    try resolved.setSchedule(schedule)

    return Plan(
      inputShape: shape, outputShape: geometry.output.shape(in: layout), layout: layout,
      padding: geometry.padding, border: border, algorithm: choice.algorithm,
      instructionSet: kernel.instructionSet, kernel: choice.family.rawValue,
      threads: schedule.threads,
      taskCount: schedule.tasks.count * geometry.output.images,
      workspaceBytes: schedule.threads * resolved.workspaceStride,
      packedBytes: packedBytes,
      floatingPointOperations: 2 * geometry.output.shape(in: layout).reduce(1) { $0 * Double($1) }
        * Double(taps * groupInputs),
      explanation: Plan.Explanation(
        layer: description, reason: choice.reason, tilePixels: kernel.tilePixels,
        tileChannels: kernel.tileChannels, panels: panels, panelCuts: schedule.panelCuts,
        spaceCuts: schedule.spaceCuts, expectations: schedule.expectations,
        region: region),
      resolved: resolved)
  }

  private func facts(_ geometry: Geometry) -> LayerFacts {
    let inputRows = kernel.dropLast().reduce(1, *)
    return LayerFacts(
      layout: geometry.layout, groups: groups, groupInputChannels: inputChannels / groups,
      groupOutputChannels: outputChannels / groups, taps: kernel.reduce(1, *),
      pixels: geometry.output.spatial.reduce(1, *),
      rowBytes: Double(MemoryLayout<Float>.stride)
        * max(
          Double(geometry.input.spatial[rank - 1]) * Double(inputRows * inputChannels),
          Double(geometry.output.spatial[rank - 1]) * Double(outputChannels)),
      hasZeroBorder: border.contains { $0.constantValue == 0 }, hasFiniteWeights: weights.areFinite,
      hasZeroColumns: border[rank - 1].constantValue == 0
        || geometry.padding[rank - 1] == PaddingAmount(before: 0, after: 0))
  }

  /// Samples of the input rows that two rectangles of outputs both see where one ends and the other begins.
  private func sharedRows(_ geometry: Geometry) -> Double {
    let span = dilation[0] * (kernel[0] - 1) + 1
    let row = geometry.input.spatial.dropFirst().reduce(1, *) * inputChannels
    return Double(max(span - stride[0], 0)) * Double(row)
  }

  /// Depth, height, width of the output or of `region`; missing axes are 0..<1.
  private func rectangle(
    _ region: [Range<Int>]?, output: [Int]
  ) throws(ConvolutionError) -> [Range<Int>] {
    let missing = Array(repeating: 0..<1, count: 3 - rank)
    guard let region else { return missing + output.map { 0..<$0 } }
    guard region.count == rank else {
      throw ConvolutionError(
        .rankMismatch, argument: "region", received: "\(region)",
        expected: "\(rank) ranges, one for each axis of space")
    }
    for (axis, range) in region.enumerated()
    where range.lowerBound < 0 || range.upperBound > output[axis] {
      throw ConvolutionError(
        .invalidValue, argument: "region", received: "\(range) on axis \(axis)",
        expected: "a range within 0..<\(output[axis])")
    }
    return missing + region
  }

  /// The axis maps of depth, height and width.
  func axisMaps(_ geometry: Geometry) throws(ConvolutionError) -> [AxisMap] {
    var maps = Array(repeating: AxisMap.missing, count: 3 - rank)
    for axis in 0..<rank {
      let input = geometry.input.spatial[axis]
      let output = geometry.output.spatial[axis]
      let entries = try Checked.multiply(output, kernel[axis], argument: "input")
      for extent in [input, output, entries] where Int32(exactly: extent) == nil {
        throw ConvolutionError(
          .integerOverflow, argument: "input", received: "\(extent) on axis \(axis)",
          expected: "extents, and outputs times taps, that fit into 32 bits")
      }
      let before = geometry.padding[axis].before
      guard Int32(exactly: before) != nil else {
        throw ConvolutionError(
          .integerOverflow, argument: "padding", received: "\(before) border taps on axis \(axis)",
          expected: "a number that fits into 32 bits")
      }
      maps.append(
        AxisMap(
          input: input, output: output, kernel: kernel[axis], stride: stride[axis],
          dilation: dilation[axis], before: before, border: border[axis]))
    }
    let plane = geometry.input.spatial.reduce(1, *)
    guard Int32(exactly: plane) != nil else {
      throw ConvolutionError(
        .integerOverflow, argument: "input", received: "\(plane) samples a channel",
        expected: "samples a channel that fit into 32 bits")
    }
    return maps
  }
}
