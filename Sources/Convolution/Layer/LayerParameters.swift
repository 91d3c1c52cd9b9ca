// What layers are made of, in the order that files have it.

extension ConvolutionLayer {
  /// The weights, O I/groups \*kernel, whatever the order that they were given in.
  ///
  /// - Throws: `.outOfMemory`.
  package var outputInputKernelWeights: Tensor {
    get throws(ConvolutionError) {
      try weights.tensor(outputChannels, inputChannels / groups, kernel) { ($0.output, $0.input) }
    }
  }

  /// nil: there is none, or it is 0 everywhere.
  package var bias: Tensor? {
    get throws(ConvolutionError) { try weights.bias(outputChannels) }
  }
}

extension TransposedLayer {
  /// The weights, I O/groups \*kernel, whatever the order that they were given in.
  ///
  /// - Throws: `.outOfMemory`.
  package var inputOutputKernelWeights: Tensor {
    get throws(ConvolutionError) {
      try weights.tensor(inputChannels, outputChannels / groups, kernel) { ($0.input, $0.output) }
    }
  }

  /// nil: there is none, or it is 0 everywhere.
  package var bias: Tensor? {
    get throws(ConvolutionError) { try weights.bias(outputChannels) }
  }
}

extension LayerWeights {
  /// The weights with two axes of channels, whose distances `distances` picks, and those of the kernel.
  fileprivate func tensor(
    _ first: Int, _ second: Int, _ kernel: [Int],
    _ distances: (WeightStrides) -> (first: Int, second: Int)
  ) throws(ConvolutionError) -> Tensor {
    let (firstStep, secondStep) = distances(strides)
    let extents = Array(repeating: 1, count: 3 - kernel.count) + kernel
    return try Tensor(shape: [first, second] + kernel) { elements in
      var place = 0
      source.withUnsafeBufferPointer { weights in
        for i in 0..<first {
          for j in 0..<second {
            for depth in 0..<extents[0] {
              for height in 0..<extents[1] {
                for width in 0..<extents[2] {
                  let tap =
                    depth * strides.kernel[0] + height * strides.kernel[1]
                    + width * strides.kernel[2]
                  elements[place] = weights[i * firstStep + j * secondStep + tap]
                  place += 1
                }
              }
            }
          }
        }
      }
    }
  }

  fileprivate func bias(_ channels: Int) throws(ConvolutionError) -> Tensor? {
    let values = UnsafeBufferPointer(start: biasPointer, count: channels)
    guard values.contains(where: { $0 != 0 }) else { return nil }
    return try Tensor(Array(values), shape: [channels])
  }
}
