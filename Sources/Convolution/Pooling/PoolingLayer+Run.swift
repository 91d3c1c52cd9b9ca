extension PoolingLayer {
  /// Plans for `x` and runs.
  ///
  /// Where planning and allocating the output anew in every call matter, make a ``PoolingPlan`` once and run it into
  /// memory of your own.
  /// - Parameters:
  ///   - x: N C \*spatial or N \*spatial C, as `layout` says.
  ///   - layout: of `x` and of what is returned.
  ///   - planner: of its settings the threads, the instruction set and what becomes of denormals.
  /// - Throws: what ``plan(for:layout:with:region:buffers:)`` throws, `.outOfMemory`.
  public func callAsFunction(
    _ x: Tensor, layout: Layout = .channelsFirst, with planner: Planner = Planner()
  ) throws(ConvolutionError) -> Tensor {
    try plan(for: x.shape, layout: layout, with: planner).run(x)
  }

  /// The maxima of `x`, and for each of them its place in a list of `x`, N C \*spatial whatever the layout: ONNX's second
  /// output of `MaxPool`. ``unpool(_:indices:outputShape:indexedShape:layout:with:)`` is the way back.
  ///
  /// - Throws: as ``callAsFunction(_:layout:with:)``, and `.invalidValue` where the layer computes no maxima.
  public func withIndices(
    _ x: Tensor, layout: Layout = .channelsFirst, with planner: Planner = Planner()
  ) throws(ConvolutionError) -> (values: Tensor, indices: [Int64]) {
    try plan(for: x.shape, layout: layout, with: planner).runWithIndices(x)
  }
}
