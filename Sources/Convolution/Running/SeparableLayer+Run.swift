extension SeparableLayer {
  /// Plans for `x` and runs; see ``ConvolutionLayer/callAsFunction(_:residual:layout:with:)``.
  ///
  /// - Parameters:
  ///   - x: N C \*spatial or N \*spatial C, as `layout` says.
  ///   - residual: added before the activation; of the output's shape and layout.
  ///   - layout: of `x`, of the residual and of what is returned.
  ///   - planner: how it is to be computed.
  /// - Throws: what ``plan(for:layout:with:region:buffers:)`` throws, `.shapeMismatch` for a residual that does not fit.
  public func callAsFunction(
    _ x: Tensor, residual: Tensor? = nil, layout: Layout = .channelsFirst,
    with planner: Planner = Planner()
  ) throws(ConvolutionError) -> Tensor {
    try plan(for: x.shape, layout: layout, with: planner).run(x, residual: residual)
  }

  /// The same on threads outside Swift's cooperative pool, which stays free (``Plan/runInBackground(_:residual:)``).
  public func runInBackground(
    _ x: Tensor, residual: Tensor? = nil, layout: Layout = .channelsFirst,
    with planner: Planner = Planner()
  ) async throws(ConvolutionError) -> Tensor {
    try await plan(for: x.shape, layout: layout, with: planner)
      .runInBackground(x, residual: residual)
  }
}
