extension Plan {
  /// Computes into caller-owned memory.
  ///
  /// - Parameters:
  ///   - input: the elements of the input, ``inputShape`` in order of memory.
  ///   - output: the elements of the output, ``outputShape``. It must not overlap `input`.
  ///   - workspace: made for this plan or for one that needs as much.
  /// - Throws: `.wrongBufferSize`.
  public func run(
    _ input: Span<Float>, into output: inout MutableSpan<Float>, workspace: inout Workspace
  ) throws(ConvolutionError) {
    try withBuffers(input, &output) { (input, output) throws(ConvolutionError) in
      try run(input, into: output, workspace: workspace.bytes)
    }
  }

  /// Computes into caller-owned memory, adding `residual` (``outputShape``) before the activation.
  ///
  /// - Throws: `.wrongBufferSize`.
  public func run(
    _ input: Span<Float>, residual: Span<Float>, into output: inout MutableSpan<Float>,
    workspace: inout Workspace
  ) throws(ConvolutionError) {
    try withBuffers(input, &output) { (input, output) throws(ConvolutionError) in
      let result = residual.withUnsafeBufferPointer { residual in
        Result { () throws(ConvolutionError) in
          try run(input, residual: residual, into: output, workspace: workspace.bytes)
        }
      }
      try result.get()
    }
  }

  /// Computes into caller-owned memory.
  ///
  /// - Parameters:
  ///   - input: the elements of the input, ``inputShape`` in order of memory.
  ///   - residual: added before the activation; ``outputShape``. It may be `output` itself.
  ///   - output: the elements of the output, ``outputShape``. It must not overlap `input`.
  ///   - workspace: at least ``workspaceBytes`` bytes, on a 64-byte boundary.
  /// - Throws: `.wrongBufferSize`.
  public func run(
    _ input: UnsafeBufferPointer<Float>, residual: UnsafeBufferPointer<Float>? = nil,
    into output: UnsafeMutableBufferPointer<Float>, workspace: UnsafeMutableRawBufferPointer
  ) throws(ConvolutionError) {
    try check(input.count, inputCount, inputShape, inputPixel, argument: "input")
    try check(output.count, outputCount, outputShape, outputPixel, argument: "output")
    if let residual {
      try check(residual.count, outputCount, outputShape, outputPixel, argument: "residual")
    }
    let address = workspace.baseAddress.map { UInt(bitPattern: $0) } ?? 0
    guard workspaceBytes == 0 || (workspace.count >= workspaceBytes && address.isMultiple(of: 64))
    else {
      throw ConvolutionError(
        .wrongBufferSize, argument: "workspace",
        received: "\(workspace.count) bytes at an address with remainder \(address % 64) by 64",
        expected: "\(workspaceBytes) bytes on a 64-byte boundary")
    }
    withDenormals(flushed: flushesDenormals) {
      pass.run(
        images: images, input.baseAddress, residual: residual?.baseAddress,
        into: output.baseAddress, workspace: workspace.baseAddress)
    }
  }

  private func check(
    _ count: Int, _ expected: @autoclosure () -> Int, _ shape: [Int], _ pixel: Int?,
    argument: String
  ) throws(ConvolutionError) {
    guard let pixel else { return try checkBuffer(count, has: shape, argument: argument) }
    guard count == expected() else {
      throw ConvolutionError(
        .wrongBufferSize, argument: argument, received: "\(count) elements",
        expected: "\(expected()), shape \(shape) with pixels \(pixel) elements apart")
    }
  }

  /// Computes a new tensor.
  ///
  /// - Throws: `.shapeMismatch` when a tensor is not what the plan was made for, `.invalidValue` for a plan that leaves a
  ///   part of its output as it was, `.outOfMemory`.
  public func run(_ x: Tensor, residual: Tensor? = nil) throws(ConvolutionError) -> Tensor {
    try checkTensor(x, has: inputShape, layout, argument: "input")
    if let residual { try checkTensor(residual, has: outputShape, layout, argument: "residual") }
    guard region.map(\.count) == ImageShape(outputShape, layout: layout).spatial else {
      throw ConvolutionError(
        .invalidValue, argument: "region", received: "a plan of a part of the output",
        expected: "a run into memory of the caller's, or a plan whose buffers hold the region alone"
      )
    }
    var y = try Tensor(uninitializedShape: outputShape)
    let workspace = try Workspace(for: self)
    try x.withUnsafeBufferPointer { (x) throws(ConvolutionError) in
      try y.withUnsafeMutableBufferPointer { (y) throws(ConvolutionError) in
        guard let residual else { return try run(x, into: y, workspace: workspace.bytes) }
        try residual.withUnsafeBufferPointer { (residual) throws(ConvolutionError) in
          try run(x, residual: residual, into: y, workspace: workspace.bytes)
        }
      }
    }
    return y
  }
}
