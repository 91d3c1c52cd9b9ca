import CConvolution

extension PoolingLayer {
  /// Zeros with every value where its index says: ONNX's and PyTorch's `MaxUnpool`. Of several values at one place the last
  /// remains.
  ///
  /// - Parameters:
  ///   - values: N C \*spatial or N \*spatial C, as `layout` says.
  ///   - indices: of each value, in the order of `values`; it counts in N C \*spatial whatever the layout, and lies in the
  ///     value's own image and channel.
  ///   - outputShape: in `layout`; nil: ``unpooledShape(for:layout:)``.
  ///   - indexedShape: the shape that indices count in, in `layout`; nil: `outputShape`, as PyTorch and ONNX Runtime have
  ///     it. (The ONNX reference counts in the ``unpooledShape(for:layout:)``, whatever the output's shape is.)
  ///   - layout: of `values` and of what is returned.
  ///   - planner: of its settings the threads.
  /// - Throws: `.rankMismatch`, `.nonPositiveSize`, `.integerOverflow`, `.outOfMemory`; `.shapeMismatch` where images or
  ///   channels differ, `.wrongBufferSize` for another number of indices, `.invalidValue` for an index out of its range;
  ///   what ``unpooledShape(for:layout:)`` throws.
  public func unpool(
    _ values: Tensor, indices: [Int64], outputShape: [Int]? = nil, indexedShape: [Int]? = nil,
    layout: Layout = .channelsFirst, with planner: Planner = Planner()
  ) throws(ConvolutionError) -> Tensor {
    let pooled = try ImageShape(
      checking: values.shape, rank: rank, layout: layout, argument: "values")
    let shape =
      if let outputShape { outputShape } else {
        try unpooledShape(for: values.shape, layout: layout)
      }
    let output = try unpooled(shape, of: pooled, layout: layout, argument: "outputShape")
    let indexed = try unpooled(
      indexedShape ?? shape, of: pooled, layout: layout, argument: "indexedShape")
    try checkBuffer(indices.count, has: values.shape, argument: "indices")
    let threads = try planner.checkedThreads()

    var y = try Tensor(uninitializedShape: shape)
    let stray = values.withUnsafeBufferPointer { value in
      indices.withUnsafeBufferPointer { index in
        y.withUnsafeMutableBufferPointer { y in
          var unpooling = conv_unpooling(
            layout: layout.resolved, images: Int64(pooled.images), channels: Int32(pooled.channels),
            values: Int64(pooled.spatial.reduce(1, *)), indexed: indexed, output: output,
            value: value.baseAddress, index: index.baseAddress, y: y.baseAddress)
          return Int(conv_unpool(&unpooling, Int32(threads)))
        }
      }
    }
    guard stray < 0 else {
      throw ConvolutionError(
        .invalidValue, argument: "indices", received: "\(indices[stray]) for value \(stray)",
        expected: "a place in the value's own image and channel of \(indexedShape ?? shape), "
          + "within \(shape) (\(layout))")
    }
    return y
  }

  /// The shape of what was pooled to `shape`, if its windows ended with it: (n - 1) stride + span - padding.
  ///
  /// - Throws: `.rankMismatch`, `.nonPositiveSize`, `.integerOverflow`; `.invalidValue` for global pooling and for padding
  ///   that depends on the input's size, where only the caller knows.
  public func unpooledShape(
    for shape: [Int], layout: Layout = .channelsFirst
  ) throws(ConvolutionError) -> [Int] {
    var image = try ImageShape(checking: shape, rank: rank, layout: layout, argument: "values")
    let dependsOnInput = padding == .same || padding == .sameLower
    guard let kernel, !dependsOnInput else {
      throw ConvolutionError(
        .invalidValue, argument: "outputShape", received: "none",
        expected: "a shape, for \(kernel == nil ? "global pooling" : "\(padding) padding")")
    }
    let amounts = try padding.amounts(
      for: image.spatial, kernel: kernel, stride: stride, dilation: dilation)
    image.spatial = try image.spatial.indices.map { (axis) throws(ConvolutionError) in
      guard image.spatial[axis] > 0 else { return 0 }
      let last = try Checked.multiply(
        image.spatial[axis] - 1, stride[axis], argument: "outputShape")
      let span = try kernelSpan(kernel: kernel[axis], dilation: dilation[axis])
      let end = try Checked.add(last, span, argument: "outputShape")
      let extent = try Checked.add(end, -amounts[axis].before, argument: "outputShape")
      return try Checked.add(extent, -amounts[axis].after, argument: "outputShape")
    }
    return image.shape(in: layout)
  }

  /// Depth, height and width of a shape that values are brought back to.
  private func unpooled(
    _ shape: [Int], of pooled: ImageShape, layout: Layout, argument: String
  ) throws(ConvolutionError) -> (Int32, Int32, Int32) {
    let image = try ImageShape(checking: shape, rank: rank, layout: layout, argument: argument)
    guard image.images == pooled.images, image.channels == pooled.channels else {
      throw ConvolutionError(
        .shapeMismatch, argument: argument, received: "\(shape)",
        expected: "\(pooled.images) images of \(pooled.channels) channels, as the values have")
    }
    let extents = (Array(repeating: 1, count: 3 - rank) + image.spatial).map { Int32(exactly: $0) }
    guard let depth = extents[0], let height = extents[1], let width = extents[2],
      Int32(exactly: image.channels) != nil
    else {
      throw ConvolutionError(
        .integerOverflow, argument: argument, received: "\(shape)",
        expected: "extents that fit into 32 bits")
    }
    return (depth, height, width)
  }
}
