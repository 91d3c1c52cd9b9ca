import CConvolution

/// How layers are to be computed: the settings of ``ConvolutionLayer/plan(for:layout:threads:accuracy:algorithm:instructionSet:maximumPackedBytes:region:)``
/// in one value, for many layers, and what was measured of them.
public struct Planner: Sendable {
  /// At most so many; nil: as many as the machine has cores. It never changes a bit of the result.
  public var threads: Int?
  /// What a convolution may do to the order of its sums.
  public var accuracy: Accuracy
  /// `.automatic`, or the one to use.
  public var algorithm: Algorithm
  /// At most this one; nil: ``Machine/instructionSet``.
  public var instructionSet: InstructionSet?
  /// Winograd's forms whose packed weights take more are not used: they take ``WinogradForm/points`` for every tap.
  /// nil: any number. Direct summation is never refused; its packed weights are about as large as the layer's.
  public var maximumPackedBytes: Int?
  /// Where they know a layer, the fastest way that the other settings allow is taken; elsewhere, and with nil, the one
  /// that is expected to be fastest.
  public var measuredTimes: MeasuredTimes?

  public init(
    threads: Int? = nil, accuracy: Accuracy = .standard, algorithm: Algorithm = .automatic,
    instructionSet: InstructionSet? = nil, maximumPackedBytes: Int? = nil,
    measuredTimes: MeasuredTimes? = nil
  ) {
    self.threads = threads
    self.accuracy = accuracy
    self.algorithm = algorithm
    self.instructionSet = instructionSet
    self.maximumPackedBytes = maximumPackedBytes
    self.measuredTimes = measuredTimes
  }

  /// Resolves a layer for an input shape.
  ///
  /// - Parameters:
  ///   - shape: the shape of the input, in `layout`.
  ///   - region: the rectangle of the output to compute, a range for each axis of space; the rest of the output is left
  ///     as it was. nil: all of it. It never changes a bit of what is computed.
  /// - Throws: what ``ConvolutionLayer/outputShape(for:layout:)`` throws; `.nonPositiveSize` for threads,
  ///   `.unsupportedAlgorithm`, `.rankMismatch` or `.invalidValue` for a region that the output does not have,
  ///   `.integerOverflow`, `.outOfMemory`.
  public func plan<let rank: Int>(
    _ layer: ConvolutionLayer<rank>, for shape: [Int], layout: Layout = .channelsFirst,
    region: [Range<Int>]? = nil
  ) throws(ConvolutionError) -> Plan {
    try plans(layer, for: shape, layout: layout, region: region) { [$0] }[0]
  }

  /// A plan of each way to compute a layer that ``plan(_:for:layout:region:)`` chooses from, to measure them; at least
  /// one.
  ///
  /// - Throws: what ``plan(_:for:layout:region:)`` throws.
  public func alternatives<let rank: Int>(
    _ layer: ConvolutionLayer<rank>, for shape: [Int], layout: Layout = .channelsFirst
  ) throws(ConvolutionError) -> [Plan] {
    try plans(layer, for: shape, layout: layout, region: nil, choices: \.alternatives)
  }

  private func plans<let rank: Int>(
    _ layer: ConvolutionLayer<rank>, for shape: [Int], layout: Layout, region: [Range<Int>]?,
    choices: (AlgorithmChoice) -> [AlgorithmChoice]
  ) throws(ConvolutionError) -> [Plan] {
    let geometry = try layer.geometry(for: shape, layout: layout)
    let threads = threads ?? Machine.coreCount
    guard (1...1024).contains(threads) else {
      throw ConvolutionError(
        .nonPositiveSize, argument: "threads", received: "\(threads)", expected: "1 to 1024")
    }
    let rectangle = try layer.rectangle(region, output: geometry.output.spatial)
    let axes = try layer.axisMaps(geometry)
    let facts = layer.facts(geometry, axes)
    let choice = try AlgorithmChoice(self, for: facts, weights: layer.weights)
    let outputShape = geometry.output.shape(in: layout)
    return try choices(choice).map { (choice) throws(ConvolutionError) in
      let candidate = choice.candidate
      let resolved = try ResolvedConvolution(
        kernel: candidate.kernel, form: candidate.form, weights: layer.weights, axes: axes,
        geometry: geometry, groups: layer.groups, activation: layer.activation)
      let schedule = Schedule(
        candidate.work(
          rectangle: rectangle, images: geometry.output.images, threads: threads,
          cacheBytes: conv_private_cache_bytes() / 2))
      try resolved.setSchedule(schedule)

      return Plan(
        inputShape: shape, outputShape: outputShape, layout: layout,
        padding: geometry.padding, border: layer.border, algorithm: candidate.algorithm,
        winograd: candidate.form,
        instructionSet: candidate.kernel.instructionSet, kernel: candidate.family.rawValue,
        threads: schedule.threads,
        taskCount: schedule.tasks.count * geometry.output.images,
        workspaceBytes: schedule.threads * resolved.workspaceStride,
        packedBytes: candidate.packedBytes,
        floatingPointOperations: 2 * outputShape.reduce(1) { $0 * Double($1) }
          * Double(facts.taps * facts.groupInputChannels),
        explanation: Plan.Explanation(
          layer: layer.description, reason: choice.reason,
          weighed: choice.weighed.map {
            (name: $0.name, nanoseconds: $0.expectedTime)
          },
          tilePixels: candidate.kernel.tilePixels,
          tileChannels: candidate.kernel.tileChannels, panels: candidate.panels,
          panelCuts: schedule.panelCuts,
          spaceCuts: schedule.spaceCuts, expectations: schedule.expectations,
          region: region),
        measuredLayer: MeasuredLayer(facts, on: resolvedInstructionSet),
        resolved: resolved)
    }
  }

  var resolvedInstructionSet: InstructionSet {
    min(instructionSet ?? Machine.instructionSet, Machine.instructionSet)
  }
}
