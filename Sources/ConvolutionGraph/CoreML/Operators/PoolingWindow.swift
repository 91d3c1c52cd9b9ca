import Convolution

/// The window of a pool on an input of known extents, as Core ML is told of it.
struct PoolingWindow {
  let kernel, stride, dilation: [Int]
  /// Border taps before and after each axis of space.
  let padding: [PaddingAmount]
  /// Taps of the last windows behind the padding, which only rounding up has.
  let beyond: [Int]
  /// Extents of space.
  let inputs, outputs: [Int]

  init(
    _ pool: PoolingOperator, _ kernel: [Int], x: [Int], y: [Int]
  ) throws(NetworkError) {
    let ones = kernel.map { _ in 1 }
    self.kernel = kernel
    (stride, dilation) = (pool.stride ?? ones, pool.dilation ?? ones)
    (inputs, outputs) = (Array(x.dropFirst(2)), Array(y.dropFirst(2)))
    padding = try pool.padding.amounts(of: inputs, kernel, stride, dilation)
    var beyond: [Int] = []
    for axis in kernel.indices {
      let end = (outputs[axis] - 1) * stride[axis] + dilation[axis] * (kernel[axis] - 1) + 1
      let padded = inputs[axis] + padding[axis].before + padding[axis].after
      beyond.append(max(end - padded, 0))
    }
    self.beyond = beyond
  }

  var isDilated: Bool { zip(dilation, kernel).contains { $0 > 1 && $1 > 1 } }

  /// Padding with what is beyond it.
  var pad: [PaddingAmount] {
    zip(padding, beyond).map { PaddingAmount(before: $0.before, after: $0.after + $1) }
  }

  /// How many taps of each window lie within the input or, with `countsPadding`, within the padded one, on an axis.
  func tapCounts(axis: Int, countsPadding: Bool) -> [Int] {
    let first = countsPadding ? -padding[axis].before : 0
    let end = inputs[axis] + (countsPadding ? padding[axis].after : 0)
    return (0..<outputs[axis]).map { output in
      (0..<kernel[axis]).count {
        (first..<end).contains(
          output * stride[axis] - padding[axis].before + $0 * dilation[axis])
      }
    }
  }
}

extension MLScope {
  /// A pool without dilation, with all of its settings.
  mutating func pooled(
    _ type: String, _ x: MLValue, _ window: PoolingWindow, pad: [PaddingAmount]? = nil,
    excludesPadding: Bool? = nil
  ) throws(NetworkError) -> MLValue {
    let (kernel, stride) = (MLArgument.integers(window.kernel), MLArgument.integers(window.stride))
    let amounts = MLArgument.integers((pad ?? window.pad).inPairs)
    let result = x.type.shaped(Array(x.shape.prefix(2)) + window.outputs)
    guard let excludesPadding else {
      return try add(
        type,
        [
          "x": .value(x), "kernel_sizes": kernel, "strides": stride, "pad_type": "custom",
          "pad": amounts, "ceil_mode": false,
        ], result)
    }
    return try add(
      type,
      [
        "x": .value(x), "kernel_sizes": kernel, "strides": stride, "pad_type": "custom",
        "pad": amounts, "ceil_mode": false, "exclude_padding_from_average": .bool(excludesPadding),
      ], result)
  }

  /// All taps of each window joined by an operation of two, axis after axis; what lies outside is a number.
  mutating func joined(
    _ type: String, _ x: MLValue, _ window: PoolingWindow, outside: Float
  ) throws(NetworkError) -> MLValue {
    var y = x
    for axis in window.kernel.indices {
      y = try padded(y, axis + 2, window.pad[axis], .constant(outside))
      var taps: MLValue?
      for tap in 0..<window.kernel[axis] {
        let first = tap * window.dilation[axis]
        let part = try sliced(
          y, axis + 2,
          .init(
            from: first, to: first + (window.outputs[axis] - 1) * window.stride[axis] + 1,
            step: window.stride[axis], extent: y.shape[axis + 2]))
        if let others = taps { taps = try binary(type, others, part) } else { taps = part }
      }
      y = taps!
    }
    return y
  }
}
