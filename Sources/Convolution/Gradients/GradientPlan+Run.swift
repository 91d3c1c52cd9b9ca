import CConvolution

extension GradientPlan {
  /// Computes new tensors.
  ///
  /// - Parameters:
  ///   - x: the layer's input.
  ///   - outputGradient: what the loss changes by with the output.
  ///   - output: what the layer gave for `x`; only where ``needsOutput`` says so.
  ///   - residual: what was added before the activation; only where sums are computed again for an activation whose slope
  ///     the output does not tell.
  /// - Throws: `.shapeMismatch` when a tensor is not what the plan was made for, `.invalidValue` for a missing output,
  ///   `.outOfMemory`.
  public func run(
    _ x: Tensor, outputGradient: Tensor, output: Tensor? = nil, residual: Tensor? = nil
  ) throws(ConvolutionError) -> Gradients {
    var gradients = try Gradients(for: self)
    var workspace = try Workspace(for: self)
    try run(
      x, outputGradient: outputGradient, output: output, residual: residual, into: &gradients,
      workspace: &workspace)
    return gradients
  }

  /// Computes into the tensors of `gradients`, allocating nothing.
  ///
  /// - Throws: as ``run(_:outputGradient:output:residual:)``; `.wrongBufferSize` for a workspace of another plan.
  public func run(
    _ x: Tensor, outputGradient: Tensor, output: Tensor? = nil, residual: Tensor? = nil,
    into gradients: inout Gradients, workspace: inout Workspace
  ) throws(ConvolutionError) {
    try check(x, inputShape, "input")
    try check(outputGradient, outputShape, "outputGradient")
    try check(gradients.input, inputShape, "gradients.input", for: .input)
    try check(gradients.weights, weightShape, "gradients.weights", for: .weights)
    try check(gradients.bias, [outputChannels], "gradients.bias", for: .bias)
    try check(gradients.residual, outputShape, "gradients.residual", for: .residual)
    if let residual { try check(residual, outputShape, "residual") }
    if let output { try check(output, outputShape, "output") }
    guard output != nil || !needsOutput else {
      throw ConvolutionError(
        .invalidValue, argument: "output", received: "none",
        expected: "what the layer gave, to see what \(activation) let through")
    }
    guard workspace.bytes.count >= workspaceBytes else {
      throw ConvolutionError(
        .wrongBufferSize, argument: "workspace", received: "\(workspace.bytes.count) bytes",
        expected: "\(workspaceBytes) bytes")
    }
    let results = Results(
      input: gradients.input.mutableBase, weights: gradients.weights.mutableBase,
      bias: gradients.bias.mutableBase, residual: gradients.residual.mutableBase)
    let scratch = workspace.bytes
    try x.withUnsafeBufferPointer { (x) throws(ConvolutionError) in
      try outputGradient.withUnsafeBufferPointer { (dy) throws(ConvolutionError) in
        try output.withBuffer { (output) throws(ConvolutionError) in
          try residual.withBuffer { (residual) throws(ConvolutionError) in
            try withDenormals(flushed: flushesDenormals) { () throws(ConvolutionError) in
              try run(x, dy, output: output, residual: residual, into: results, scratch)
            }
          }
        }
      }
    }
    withExtendedLifetime(gradients) {}
  }

  /// Where results are written; nil where one was not asked for.
  private struct Results {
    let input, weights, bias, residual: UnsafeMutableBufferPointer<Float>?
  }

  private func run(
    _ x: UnsafeBufferPointer<Float>, _ dy: UnsafeBufferPointer<Float>,
    output: UnsafeBufferPointer<Float>?, residual: UnsafeBufferPointer<Float>?,
    into results: Results, _ workspace: UnsafeMutableRawBufferPointer
  ) throws(ConvolutionError) {
    let scratch = UnsafeMutableRawBufferPointer(rebasing: workspace[innerBytes...])
    var inner = dy
    if hasActivation, !parts.isEmpty {
      let target =
        results.residual
        ?? UnsafeMutableBufferPointer(
          start: workspace.baseAddress?.assumingMemoryBound(to: Float.self), count: dy.count)
      if let sums { try sums.run(x, residual: residual, into: target, workspace: scratch) }
      var activation = activation.resolved
      functions.activation(
        &activation, sums == nil ? CONV_FROM_OUTPUT : CONV_FROM_SUM,
        sums == nil ? output?.baseAddress : UnsafePointer(target.baseAddress), dy.baseAddress,
        target.baseAddress, Int64(dy.count), Int32(threads))
      inner = UnsafeBufferPointer(target)
    } else if let copy = results.residual {
      _ = copy.update(fromContentsOf: dy)
    }
    if let dx = results.input { try runInput(inner, into: dx, scratch) }
    runSums(x, inner, into: results, scratch)
  }

  private func runInput(
    _ dz: UnsafeBufferPointer<Float>, into dx: UnsafeMutableBufferPointer<Float>,
    _ scratch: UnsafeMutableRawBufferPointer
  ) throws(ConvolutionError) {
    try input?.run(dz, into: dx, workspace: scratch)
    guard hasBorderShare else { return }
    var base = problem.base
    weights.withPlainWeights { weights in
      functions.border(
        &base, weights, dz.baseAddress, Int64(images), dx.baseAddress, Int32(threads),
        scratch.baseAddress)
    }
  }

  /// The sums over pixels and images.
  private func runSums(
    _ x: UnsafeBufferPointer<Float>, _ dz: UnsafeBufferPointer<Float>, into results: Results,
    _ scratch: UnsafeMutableRawBufferPointer
  ) {
    var base = problem.base
    if let dw = results.weights {
      var target = weights.gradientTarget(dw.baseAddress, isTransposed: isTransposed)
      functions.weights(
        &base, isTransposed ? dz.baseAddress : x.baseAddress,
        isTransposed ? x.baseAddress : dz.baseAddress, Int64(images), keepsExactOrder, &target,
        Int32(threads),
        scratch.baseAddress)
    }
    if let db = results.bias {
      var outputs = outputs.base
      functions.bias(
        &outputs, dz.baseAddress, Int64(images), db.baseAddress, Int32(threads),
        scratch.baseAddress)
    }
  }

  private func check(
    _ tensor: Tensor?, _ shape: [Int], _ argument: String, for part: Gradients.Parts
  ) throws(ConvolutionError) {
    guard parts.contains(part) else {
      if tensor == nil { return }
      throw ConvolutionError(
        .invalidValue, argument: argument, received: "a tensor",
        expected: "none, as the plan does not compute it")
    }
    guard let tensor else {
      throw ConvolutionError(
        .invalidValue, argument: argument, received: "none", expected: "a tensor of shape \(shape)")
    }
    try check(tensor, shape, argument)
  }

  private func check(
    _ tensor: Tensor, _ shape: [Int], _ argument: String
  ) throws(ConvolutionError) {
    guard tensor.shape == shape else {
      throw ConvolutionError(
        .shapeMismatch, argument: argument, received: "shape \(tensor.shape)",
        expected: "\(shape)")
    }
  }
}

extension Tensor? {
  /// The elements, for writing, as long as the tensor lives; nil for none.
  fileprivate var mutableBase: UnsafeMutableBufferPointer<Float>? {
    mutating get { self?.withUnsafeMutableBufferPointer { $0 } }
  }

  /// Calls `body` with the elements.
  fileprivate func withBuffer(
    _ body: (UnsafeBufferPointer<Float>?) throws(ConvolutionError) -> Void
  ) throws(ConvolutionError) {
    guard let self else { return try body(nil) }
    try self.withUnsafeBufferPointer { (buffer) throws(ConvolutionError) in try body(buffer) }
  }
}
