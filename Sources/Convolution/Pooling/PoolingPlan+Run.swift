import CConvolution

extension PoolingPlan {
  /// Computes into caller-owned memory.
  ///
  /// - Parameters:
  ///   - input: the elements of the input, ``inputShape`` in order of memory.
  ///   - output: the elements of the output, ``outputShape``. It must not overlap `input`.
  /// - Throws: `.wrongBufferSize`.
  public func run(
    _ input: Span<Float>, into output: inout MutableSpan<Float>
  ) throws(ConvolutionError) {
    try withBuffers(input, &output) { (input, output) throws(ConvolutionError) in
      try run(input, into: output)
    }
  }

  /// Computes maxima, and where they lie, into caller-owned memory.
  ///
  /// - Parameters:
  ///   - input: the elements of the input, ``inputShape`` in order of memory.
  ///   - output: the elements of the output, ``outputShape``. It must not overlap `input`.
  ///   - indices: for each output the place of the maximum in a list of the whole input, N C \*spatial whatever the
  ///     layout: ONNX's second output of `MaxPool` (with `storage_order` 0). Of equal maxima the first; of NaNs the last.
  /// - Throws: `.wrongBufferSize`, `.invalidValue` where it is not maxima that the plan computes.
  public func run(
    _ input: Span<Float>, into output: inout MutableSpan<Float>,
    indices: inout MutableSpan<Int64>
  ) throws(ConvolutionError) {
    let result = indices.withUnsafeMutableBufferPointer { indices in
      Result { () throws(ConvolutionError) in
        try withBuffers(input, &output) { (input, output) throws(ConvolutionError) in
          try run(input, into: output, indices: indices)
        }
      }
    }
    try result.get()
  }

  /// Computes into caller-owned memory, with `indices` maxima and where they lie.
  ///
  /// - Throws: `.wrongBufferSize`, `.invalidValue` for indices of what are not maxima.
  public func run(
    _ input: UnsafeBufferPointer<Float>, into output: UnsafeMutableBufferPointer<Float>,
    indices: UnsafeMutableBufferPointer<Int64>? = nil
  ) throws(ConvolutionError) {
    try checkBuffer(input.count, has: inputShape, argument: "input")
    try checkBuffer(output.count, has: outputShape, argument: "output")
    if let indices {
      guard kind == .max else {
        throw ConvolutionError(
          .invalidValue, argument: "indices", received: "pooling of kind \(kind)",
          expected: "max, which alone has indices")
      }
      try checkBuffer(indices.count, has: outputShape, argument: "indices")
    }
    guard !tasks.isEmpty else { return }
    var pool = pool
    var operands = conv_pool_operands(
      x: input.baseAddress.map { $0 - inputOffset },
      y: output.baseAddress.map { $0 - outputOffset },
      indices: indices?.baseAddress.map { $0 - outputOffset })
    withDenormals(flushed: flushesDenormals) {
      tasks.withUnsafeBufferPointer { tasks in
        conv_pool_run(
          instructionSet.isa, &pool, &operands, Int64(geometry.images), tasks.baseAddress,
          Int32(tasks.count), Int32(threads))
      }
    }
  }

  /// Computes a new tensor.
  ///
  /// - Throws: `.shapeMismatch` when the tensor is not what the plan was made for, `.invalidValue` for a plan that leaves a
  ///   part of its output as it was, `.outOfMemory`.
  public func run(_ x: Tensor) throws(ConvolutionError) -> Tensor {
    try check(x)
    var y = try Tensor(uninitializedShape: outputShape)
    var output = y.mutableSpan
    try run(x.span, into: &output)
    return y
  }

  /// Computes a new tensor of maxima, and where they lie.
  ///
  /// - Throws: as ``run(_:)``, and `.invalidValue` where it is not maxima that the plan computes.
  public func runWithIndices(
    _ x: Tensor
  ) throws(ConvolutionError) -> (values: Tensor, indices: [Int64]) {
    try check(x)
    var y = try Tensor(uninitializedShape: outputShape)
    var indices = [Int64](repeating: 0, count: y.count)
    var output = y.mutableSpan
    var places = indices.mutableSpan
    try run(x.span, into: &output, indices: &places)
    return (y, indices)
  }

  private func check(_ x: Tensor) throws(ConvolutionError) {
    try checkTensor(x, has: inputShape, layout, argument: "input")
    guard region.map(\.count) == ImageShape(outputShape, layout: layout).spatial else {
      throw ConvolutionError(
        .invalidValue, argument: "region", received: "a plan of a part of the output",
        expected: "a run into memory of the caller's, or a plan whose buffers hold the region alone"
      )
    }
  }
}
