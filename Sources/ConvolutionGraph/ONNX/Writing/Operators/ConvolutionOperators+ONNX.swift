import Convolution

extension ConvolutionOperator: ONNXWriting {
  func write(to writer: inout ONNXWriter) throws(NetworkError) {
    let rank = try writer.rank(LayerInput.weights.rawValue) - 2
    let kernel = if let kernel { kernel } else { try writer.kernel() }
    let window = Window(kernel: kernel, stride: stride, dilation: dilation)
    var x = writer.channelsFirst(try writer.input(0), layout, rank: rank)
    let space = writer.shape(0).map { layout.space(of: $0) }
    let border = border.isEmpty ? kernel.map { _ in Border.zeros } : border
    let padding = try writer.padding(padding, window, space, x, border)
    if case .nodes(let axes) = padding { x = try writer.padded(x, rank: rank + 2, axes) }
    try writer.notePadding(padding.words)
    let y = writer.add(
      "Conv", [x, try writer.input(1), writer.optionalInput(2)],
      [
        "kernel_shape": .integers(kernel), "strides": .integers(window.stride),
        "dilations": .integers(window.dilation), "group": .integer(groups),
        "pads": padding.pads, "auto_pad": padding.autoPad,
      ])
    try writer.finish(y, self, rank: rank)
  }
}

extension TransposedOperator: ONNXWriting {
  func write(to writer: inout ONNXWriter) throws(NetworkError) {
    let rank = try writer.rank(LayerInput.weights.rawValue) - 2
    let kernel = if let kernel { kernel } else { try writer.kernel() }
    let window = Window(kernel: kernel, stride: stride, dilation: dilation)
    var x = writer.channelsFirst(try writer.input(0), layout, rank: rank)
    let space = writer.shape(0).map { layout.space(of: $0) }
    let parts = try amounts(window, space, writer).enumerated().map { axis, amount in
      TransposedPart(amount, window, axis: axis)
    }
    // Outputs beyond what inputs reach are those of zeros around the input.
    let isExtended = parts.contains { $0.zeros != .none }
    if isExtended {
      x = try writer.padded(
        x, rank: rank + 2,
        parts.enumerated().map { BorderedAxis($0 + 2, $1.zeros, .zeros, extent: space?[$0]) })
    }
    let pads = parts.map(\.pads)
    let added = parts.map(\.outputPadding)
    let attribute = WindowPadding.pads(pads)
    try writer.notePadding(
      attribute.words + (added.contains { $0 > 0 } ? ", output_padding=\(added)" : ""))
    let y = writer.add(
      "ConvTranspose", [x, try writer.input(1), writer.optionalInput(2)],
      [
        "kernel_shape": .integers(kernel), "strides": .integers(window.stride),
        "dilations": .integers(window.dilation), "group": .integer(groups),
        "pads": attribute.pads,
        "output_padding": added.contains { $0 > 0 } ? .integers(added) : nil,
      ])
    try writer.finish(y, self, rank: rank)
  }

  /// What is left out of the full output along each axis.
  private func amounts(
    _ window: Window, _ space: [Int]?, _ writer: ONNXWriter
  ) throws(NetworkError) -> [PaddingAmount] {
    if let space {
      return try padding.amounts(of: space, window.kernel, window.stride, window.dilation)
    }
    return try (0..<window.rank).map { (axis) throws(NetworkError) in
      let amount = try padding.amountForAnyInput(
        kernel: window.kernel[axis], stride: window.stride[axis], dilation: window.dilation[axis],
        axis: axis)
      guard let amount else { throw writer.reject("an output shape for inputs of any extent") }
      return amount
    }
  }
}

/// How what is left out of a transposed layer's axis is written.
private struct TransposedPart {
  let pads: PaddingAmount
  let outputPadding: Int
  /// Put around the input.
  let zeros: PaddingAmount

  init(_ amount: PaddingAmount, _ window: Window, axis: Int) {
    let stride = window.stride[axis]
    func samples(for outputs: Int) -> Int { max((outputs + stride - 1) / stride, 0) }
    let before = samples(for: -amount.before)
    // ONNX allows an output padding less than the dilation as well, which onnxruntime refuses.
    if (1..<stride).contains(-amount.after) {
      pads = PaddingAmount(before: amount.before + before * stride, after: 0)
      outputPadding = -amount.after
      zeros = PaddingAmount(before: before, after: 0)
    } else {
      let after = samples(for: -amount.after)
      pads = PaddingAmount(
        before: amount.before + before * stride, after: amount.after + after * stride)
      outputPadding = 0
      zeros = PaddingAmount(before: before, after: after)
    }
  }
}

extension ONNXWriter {
  /// The kernel of a layer that does not say it, as its weights have it.
  func kernel() throws(NetworkError) -> [Int] {
    guard let weights = shape(LayerInput.weights.rawValue) else {
      throw reject("weights of an unknown shape")
    }
    return Array(weights.dropFirst(2))
  }

  /// What follows a layer's sums: its layout, residual and activation.
  mutating func finish(
    _ sums: String, _ layer: some LayerOperator, rank: Int
  ) throws(NetworkError) {
    var y = arranged(sums, layer.layout, rank: rank)
    if let residual = optionalInput(LayerInput.residual.rawValue) {
      y = add("Add", [y, residual])
    }
    if let chain = Elementwise(layer.activation) {
      var values = [y]
      if let slopes = layer.activation.slopes {
        var shape = Array(repeating: 1, count: rank + 1)
        shape[layer.layout.channelAxis(rank: rank) - 1] = slopes.count
        values.append(constant(try NetworkTensor(slopes).reshaped(shape), "slopes"))
      }
      y = try chain.written(of: values, .float32, to: &self)
    }
    setOutput(0, y)
  }
}
