// What every run does with the memory that it is given.

func checkBuffer(_ count: Int, has shape: [Int], argument: String) throws(ConvolutionError) {
  let expected = try Checked.elementCount(shape, argument: argument)
  guard count == expected else {
    throw ConvolutionError(
      .wrongBufferSize, argument: argument, received: "\(count) elements",
      expected: "\(expected), the product of shape \(shape)")
  }
}

func checkTensor(
  _ tensor: Tensor, has shape: [Int], _ layout: Layout, argument: String
) throws(ConvolutionError) {
  guard tensor.shape == shape else {
    throw ConvolutionError(
      .shapeMismatch, argument: argument, received: "shape \(tensor.shape)",
      expected: "\(shape) (\(layout))")
  }
}

/// Calls `body` with the memory behind two spans.
func withBuffers(
  _ input: Span<Float>, _ output: inout MutableSpan<Float>,
  _ body: (UnsafeBufferPointer<Float>, UnsafeMutableBufferPointer<Float>) throws(ConvolutionError)
    -> Void
) throws(ConvolutionError) {
  let result = input.withUnsafeBufferPointer { input in
    output.withUnsafeMutableBufferPointer { output in
      Result { () throws(ConvolutionError) in try body(input, output) }
    }
  }
  try result.get()
}
