extension SeparableLayer {
  /// Resolves both layers for an input shape, as one plan. Each is computed in the way that it would be alone.
  ///
  /// - Parameters:
  ///   - shape: the shape of the whole input, in `layout`.
  ///   - layout: of input and output.
  ///   - planner: how both are to be computed.
  ///   - region: the rectangle of the output to compute, a range for each axis of space; nil: all of it. It never changes
  ///     a bit of what is computed.
  ///   - buffers: whether runs are given the whole input and output, or only what the region needs.
  /// - Throws: what ``outputShape(for:layout:)`` throws; `.nonPositiveSize` for threads, `.unsupportedAlgorithm`,
  ///   `.rankMismatch` or `.invalidValue` for a region that the output does not have, `.integerOverflow`, `.outOfMemory`.
  public func plan(
    for shape: [Int], layout: Layout = .channelsFirst, with planner: Planner = Planner(),
    region: [Range<Int>]? = nil, buffers: Plan.Buffers = .whole
  ) throws(ConvolutionError) -> Plan {
    try pair.plan(
      of: description, for: shape, layout: layout, with: planner, region: region, buffers: buffers)
  }
}
