import Convolution

extension NeuralNetworkWriter {
  /// Convolutions and pools: of planes, to which lines are made, and of space.
  static let convolutionLayers: [String: Writer] = [
    "conv": { $0.convolution($1, isDeconvolution: false) },
    "conv_transpose": { $0.convolution($1, isDeconvolution: true) },
    "max_pool": { $0.pool($1, .max) },
    "avg_pool": { $0.pool($1, .average) },
    "l2_pool": { $0.pool($1, .l2) },
    "pad": { $0.padding($1) },
  ]

  private mutating func convolution(_ operation: MLOperation, isDeconvolution: Bool) {
    let (x, output) = (operation.value("x"), operation.outputs[0])
    var (weights, dilation) = (operation.value("weight").constant, operation.integers("dilations"))
    // Deconvolutions have no dilation: zeros lie between the taps.
    if isDeconvolution, let tensor = weights {
      weights = tensor.dilated(by: dilation)
      dilation = dilation.map { _ in 1 }
    }
    let kernel = Array((weights?.shape ?? operation.value("weight").shape).dropFirst(2))
    let (stride, pad) = (operation.integers("strides"), operation.integers("pad"))
    let bias = operation["bias"]?.values.first?.constant
    guard kernel.count < 3 else {
      return add(
        operation, [x],
        .convolution3D(
          .with {
            ($0.outputChannels, $0.inputChannels) = (Int32(output.shape[1]), Int32(x.shape[1]))
            $0.groups = Int32(operation.integer("groups"))
            ($0.kernelDepth, $0.kernelHeight, $0.kernelWidth) = kernel.three
            ($0.strideDepth, $0.strideHeight, $0.strideWidth) = stride.three
            ($0.dilationDepth, $0.dilationHeight, $0.dilationWidth) = dilation.three
            ($0.front, $0.top, $0.left) = [pad[0], pad[2], pad[4]].three
            ($0.back, $0.bottom, $0.right) = [pad[1], pad[3], pad[5]].three
            $0.hasBias_p = bias != nil
            $0.isDeconvolution = isDeconvolution
            if isDeconvolution { $0.outputShape = output.shape.dropFirst(2).map(UInt64.init) }
            // Those of a deconvolution have their axes of channels the other way round.
            $0.weights = self.weights(isDeconvolution ? weights!.withOutputsFirst() : weights!)
            if let bias { $0.bias = self.weights(bias) }
          }))
    }
    let isLine = kernel.count == 1
    let images = isLine ? reshaped(x, x.shape.asPlanes) : x
    let parameters = CoreMLConvolution.with {
      $0.outputChannels = UInt64(output.shape[1])
      $0.groups = UInt64(operation.integer("groups"))
      $0.kernelChannels = UInt64(
        isDeconvolution ? x.shape[1] : x.shape[1] / operation.integer("groups"))
      $0.kernel = ((isLine ? [1] : []) + kernel).map(UInt64.init)
      $0.stride = ((isLine ? [1] : []) + stride).map(UInt64.init)
      $0.dilation = ((isLine ? [1] : []) + dilation).map(UInt64.init)
      $0.valid.amounts = .init(pad)
      $0.isDeconvolution = isDeconvolution
      $0.hasBias_p = bias != nil
      if let weights { $0.weights = self.weights(weights) }
      if let bias { $0.bias = self.weights(bias) }
    }
    add(
      operation, weights == nil ? [images, operation.value("weight")] : [images],
      as: isLine ? output.shape.asPlanes : output.shape, .convolution(parameters))
  }

  private mutating func pool(_ operation: MLOperation, _ kind: CoreMLPoolingKind) {
    let (x, output) = (operation.value("x"), operation.outputs[0])
    let (kernel, stride) = (operation.integers("kernel_sizes"), operation.integers("strides"))
    let pad = operation.integers("pad")
    guard kernel.count < 3 else {
      return add(
        operation, [x],
        .pooling3D(
          .with {
            $0.kind = kind
            ($0.kernelDepth, $0.kernelHeight, $0.kernelWidth) = kernel.three
            ($0.strideDepth, $0.strideHeight, $0.strideWidth) = stride.three
            ($0.front, $0.top, $0.left) = [pad[0], pad[2], pad[4]].three
            ($0.back, $0.bottom, $0.right) = [pad[1], pad[3], pad[5]].three
            $0.excludesPadding = operation.bool("exclude_padding_from_average")
          }))
    }
    let isLine = kernel.count == 1
    let images = isLine ? reshaped(x, x.shape.asPlanes) : x
    add(
      operation, [images], as: isLine ? output.shape.asPlanes : output.shape,
      .pooling(
        .with {
          $0.kind = kind
          $0.kernel = ((isLine ? [1] : []) + kernel).map(UInt64.init)
          $0.stride = ((isLine ? [1] : []) + stride).map(UInt64.init)
          $0.valid.amounts = .init(pad)
          $0.excludesPadding = operation.bool("exclude_padding_from_average")
        }))
  }

  private mutating func padding(_ operation: MLOperation) {
    let (x, pad) = (operation.value("x"), operation.integers("pad"))
    let mode = operation.word("mode")
    guard mode != "constant" else {
      return add(
        operation, [x],
        .constantPadding(
          .with {
            $0.value = operation.float("constant_val")
            $0.amounts = pad.map(UInt64.init)
          }))
    }
    // A row is a plane of one line.
    let images = x.rank == 1 ? reshaped(x, [1] + x.shape) : x
    let output = operation.outputs[0].shape
    add(
      operation, [images], as: x.rank == 1 ? [1] + output : output,
      .padding(
        .with {
          if mode == "reflect" { $0.reflection = .init() } else { $0.replication = .init() }
          $0.amounts = .init(Array(pad.suffix(4)))
        }))
  }
}

extension CoreMLBorderAmounts {
  /// - Parameter pad: before and after each of one or two axes.
  fileprivate init(_ pad: [Int]) {
    self.init()
    let all = Array(repeating: 0, count: 4 - pad.count) + pad
    amounts = [0, 2].map { place in
      .with { ($0.before, $0.after) = (UInt64(all[place]), UInt64(all[place + 1])) }
    }
  }
}

extension [Int] {
  fileprivate var three: (Int32, Int32, Int32) { (Int32(self[0]), Int32(self[1]), Int32(self[2])) }

  /// The shape of lines as planes of one row.
  fileprivate var asPlanes: [Int] { [self[0], self[1], 1, self[2]] }
}

extension NetworkTensor {
  /// A kernel with zeros between its taps.
  fileprivate func dilated(by dilation: [Int]) -> NetworkTensor {
    guard dilation.contains(where: { $0 > 1 }) else { return self }
    let wide = zip(shape.dropFirst(2), dilation).map { ($0 - 1) * $1 + 1 }
    let kernels = shape[0] * shape[1]
    let (from, to) = (Array(shape.dropFirst(2)), wide)
    var values = [Float](repeating: 0, count: kernels * to.product)
    let elements = floats
    for index in elements.indices {
      var (rest, place, step) = (index % from.product, 0, 1)
      for axis in from.indices.reversed() {
        place += rest % from[axis] * dilation[axis] * step
        rest /= from[axis]
        step *= to[axis]
      }
      values[index / from.product * to.product + place] = elements[index]
    }
    return try! NetworkTensor(values, shape: Array(shape.prefix(2)) + wide)
  }

  /// With the first two axes exchanged.
  fileprivate func withOutputsFirst() -> NetworkTensor {
    let taps = shape.dropFirst(2).reduce(1, *)
    let elements = floats
    var values: [Float] = []
    values.reserveCapacity(count)
    for second in 0..<shape[1] {
      for first in 0..<shape[0] {
        let begin = (first * shape[1] + second) * taps
        values += elements[begin..<begin + taps]
      }
    }
    return try! NetworkTensor(values, shape: [shape[1], shape[0]] + shape.dropFirst(2))
  }
}
