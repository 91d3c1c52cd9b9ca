extension ConvolutionLayer {
  /// Resolves the layer for an input shape, as a ``Planner`` of these settings does.
  ///
  /// - Parameters:
  ///   - shape: the shape of the input, in `layout`.
  ///   - threads: at most so many; nil: as many as the machine has cores. It never changes a bit of the result.
  ///   - accuracy: what may be done to the order of the sums.
  ///   - algorithm: `.automatic`, or the one to use.
  ///   - instructionSet: at most this one; nil: ``Machine/instructionSet``.
  ///   - maximumPackedBytes: Winograd is not used where its packed weights take more; nil: any number.
  ///   - region: the rectangle of the output to compute, a range for each axis of space; the rest of the output is left
  ///     as it was. nil: all of it.
  /// - Throws: what ``outputShape(for:layout:)`` throws; `.nonPositiveSize` for threads, `.unsupportedAlgorithm`,
  ///   `.rankMismatch` or `.invalidValue` for a region that the output does not have.
  public func plan(
    for shape: [Int], layout: Layout = .channelsFirst, threads: Int? = nil,
    accuracy: Accuracy = .standard, algorithm: Algorithm = .automatic,
    instructionSet: InstructionSet? = nil, maximumPackedBytes: Int? = nil,
    region: [Range<Int>]? = nil
  ) throws(ConvolutionError) -> Plan {
    try Planner(
      threads: threads, accuracy: accuracy, algorithm: algorithm, instructionSet: instructionSet,
      maximumPackedBytes: maximumPackedBytes
    ).plan(self, for: shape, layout: layout, region: region)
  }

  /// Depth, height, width of the output or of `region`; missing axes are 0..<1.
  func rectangle(
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
