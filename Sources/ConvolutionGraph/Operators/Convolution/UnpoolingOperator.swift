import Convolution

/// `MaxUnpool`: maxima go back to where they were; everything else is 0.
struct UnpoolingOperator: Operator {
  let kernel: [Int]
  let stride: [Int]?
  let padding: Padding

  init?(_ reader: inout NodeReader) {
    let window = WindowAttributes(&reader)
    guard let kernel = window.kernel else {
      reader.reject("no attribute kernel_shape")
      return nil
    }
    self.kernel = kernel
    stride = window.stride
    padding = window.padding(&reader)
  }

  var description: String { "MaxUnpool" }

  private func layer() throws(NetworkError) -> PoolingLayer {
    try asNetworkError { () throws(ConvolutionError) in
      try PoolingLayer(
        rank: kernel.count, .max, kernel: kernel,
        stride: stride ?? Array(repeating: 1, count: kernel.count), padding: padding)
    }
  }

  /// The extents that indices count in: those of the pool's input.
  private func indexedShape(_ arguments: Arguments) throws(NetworkError) -> [Int] {
    let (layer, shape) = (try layer(), try arguments.floatShape(0, "x"))
    return try asNetworkError { () throws(ConvolutionError) in try layer.unpooledShape(for: shape) }
  }

  func outputTypes(for arguments: Arguments) throws(NetworkError) -> [TensorType] {
    let (x, indices) = (try arguments.floatShape(0, "x"), try arguments.type(1, "indices"))
    guard indices == TensorType(.int64, x) else {
      throw NetworkError(
        .shapeMismatch, argument: "indices", received: "\(indices)",
        expected: "\(TensorType(.int64, x))")
    }
    let given = try arguments.integers(2, "output_shape")
    let shape = if let given { given } else { try indexedShape(arguments) }
    guard shape.count == x.count, shape.starts(with: x.prefix(2)) else {
      throw NetworkError(
        .shapeMismatch, argument: "output_shape", received: "\(shape)",
        expected: "the images and channels of \(x), and its axes of space")
    }
    return [TensorType(.float32, shape)]
  }

  func step(
    for arguments: Arguments, outputs: [TensorType], context: PlanningContext
  ) throws(NetworkError) -> any Step {
    let (layer, x) = (try layer(), try arguments.floatShape(0, "x"))
    let (shape, indexed) = (outputs[0].shape, try indexedShape(arguments))
    return SwiftStep { operands in
      let indices = UnsafeBufferPointer(
        start: operands.input(1)?.assumingMemoryBound(to: Int64.self), count: x.product)
      let result = UnsafeMutableBufferPointer(
        start: operands.outputFloats(0), count: shape.product)
      do {
        let values = try Tensor(
          copying: UnsafeBufferPointer(start: operands.floats(0), count: x.product).span, shape: x)
        let y = try layer.unpool(
          values, indices: Array(indices), outputShape: shape, indexedShape: indexed)
        y.withUnsafeBufferPointer { _ = result.update(fromContentsOf: $0) }
      } catch {
        // An index that lies outside: no value can be brought back.
        result.update(repeating: .nan)
      }
    }
  }
}
