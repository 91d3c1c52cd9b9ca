import Convolution

extension PoolingOperator: ONNXWriting {
  func write(to writer: inout ONNXWriter) throws(NetworkError) {
    guard let kernel else { return try writeGlobal(to: &writer) }
    let rank = kernel.count
    let window = Window(kernel: kernel, stride: stride, dilation: dilation)
    let x = writer.channelsFirst(try writer.input(0), layout, rank: rank)
    let space = writer.shape(0).map { layout.space(of: $0) }
    let padding = try writer.padding(
      padding, window, space, x, kernel.map { _ in .zeros })
    if writer.isWanted(1), layout == .channelsLast {
      throw writer.reject("indices of channels-last images")
    }
    let outputs: [String]
    if hasNode(for: padding, window, writer.opset) {
      try writer.notePadding(padding.words(description))
      outputs = try node(x, window, padding, &writer)
    } else {
      try writer.notePadding("nodes that pad, then \(description) without pads")
      guard !writer.isWanted(1) else { throw writer.reject("indices of so much padding") }
      outputs = [try nodes(x, window, padding, space, &writer)]
    }
    writer.setOutput(0, writer.arranged(outputs[0], layout, rank: rank))
    if outputs.count > 1 { writer.setOutput(1, outputs[1]) }
  }

  private func writeGlobal(to writer: inout ONNXWriter) throws(NetworkError) {
    var x = try writer.input(0)
    let rank = layout == .channelsFirst ? 2 : try writer.rank(0) - 2
    x = writer.channelsFirst(x, layout, rank: rank)
    var power: ONNXWriter.Attribute?
    if case .lp(let p) = kind { power = .integer(p) }
    let y = writer.add(description, [x], ["p": power])
    writer.setOutput(0, writer.arranged(y, layout, rank: rank))
  }

  /// Whether ONNX, and onnxruntime, have a node for it: there is no more padding than the kernel has taps.
  private func hasNode(for padding: WindowPadding, _ window: Window, _ opset: Int) -> Bool {
    switch padding {
    case .nodes: return false
    case .autoPad: break
    case .pads(let amounts):
      guard zip(amounts, window.kernel).allSatisfy({ max($0.before, $0.after) < $1 }) else {
        return false
      }
    }
    let isDilated = window.dilation.contains { $0 > 1 }
    switch kind {
    case .max: return opset >= 10 || (!isDilated && !ceilMode)
    // Means of dilated windows that count the border, or reach beyond it, are read in several ways.
    case .average: return !isDilated && !ceilMode
    case .lp: return !isDilated && !ceilMode
    }
  }

  private func node(
    _ x: String, _ window: Window, _ padding: WindowPadding, _ writer: inout ONNXWriter
  ) throws(NetworkError) -> [String] {
    var (counts, power): (ONNXWriter.Attribute?, ONNXWriter.Attribute?)
    switch kind {
    case .max:
      if writer.isWanted(1) { try writer.require(opset: 8, for: "indices of maxima") }
    case .average(let countsPadding): counts = countsPadding ? .integer(1) : nil
    case .lp(let p): power = .integer(p)
    }
    let isDilated = window.dilation.contains { $0 > 1 }
    return writer.add(
      description, [x],
      [
        "kernel_shape": .integers(window.kernel), "strides": .integers(window.stride),
        "dilations": isDilated ? .integers(window.dilation) : nil, "pads": padding.pads,
        "auto_pad": padding.autoPad, "ceil_mode": ceilMode ? .integer(1) : nil,
        "count_include_pad": counts, "p": power,
        "storage_order": countsRowsFirst ? nil : .integer(1),
      ], outputs: writer.isWanted(1) ? 2 : 1)
  }
}

// MARK: - Pools that are no node

extension PoolingOperator {
  private func nodes(
    _ x: String, _ window: Window, _ padding: WindowPadding, _ space: [Int]?,
    _ writer: inout ONNXWriter
  ) throws(NetworkError) -> String {
    if kind == .max { return try maximum(x, window, padding, &writer) }
    guard let shape = writer.shape(0), let space else {
      return try dynamic(x, window, padding, &writer)
    }
    let channels = shape[layout.channelAxis(rank: window.rank)]
    // Sums are convolutions of each channel with ones, on as much of a border as the outputs reach.
    let amounts = try self.padding.amounts(
      of: space, window.kernel, window.stride, window.dilation)
    let output = layout.space(of: writer.outputShape(0) ?? shape)
    let needed = amounts.indices.map { axis in
      let end = (output[axis] - 1) * window.stride[axis] + window.span(axis)
      return PaddingAmount(
        before: amounts[axis].before, after: end - space[axis] - amounts[axis].before)
    }
    let padded = try writer.padded(
      x, rank: window.rank + 2,
      needed.enumerated().map { BorderedAxis($0 + 2, $1, .zeros, extent: space[$0]) })
    func sums(_ x: String, _ writer: inout ONNXWriter) throws(NetworkError) -> String {
      let ones = try NetworkTensor(repeating: 1, shape: [channels, 1] + window.kernel)
      return writer.add(
        "Conv", [x, writer.constant(ones, "ones")],
        [
          "kernel_shape": .integers(window.kernel), "strides": .integers(window.stride),
          "dilations": .integers(window.dilation), "group": .integer(channels),
        ])
    }
    switch kind {
    case .lp(let p):
      let powers = writer.add(
        "Pow", [writer.add("Abs", [padded]), try writer.number(Float(p))])
      return writer.add(
        "Pow", [try sums(powers, &writer), try writer.number(1 / Float(p))])
    case .average(let countsPadding):
      let counts = try Self.counts(
        window, space, countsPadding ? amounts : amounts.map { _ in .none }, output,
        before: amounts.map(\.before))
      return writer.add("Div", [try sums(padded, &writer), writer.constant(counts, "counts")])
    case .max: preconditionFailure("computed above")
    }
  }

  /// A border that is never the largest.
  private func maximum(
    _ x: String, _ window: Window, _ padding: WindowPadding, _ writer: inout ONNXWriter
  ) throws(NetworkError) -> String {
    let isByte = writer.element(0) == .uint8
    let border: Border = isByte ? .zeros : .constant(-.infinity)
    if window.dilation.contains(where: { $0 > 1 }) {
      try writer.require(opset: 10, for: "a dilated pool")
    }
    var axes: [BorderedAxis]
    switch padding {
    case .nodes(let computed):
      axes = computed.map {
        BorderedAxis($0.axis, before: $0.before, after: $0.after, border, extent: $0.extent)
      }
    case .pads(let amounts):
      axes = amounts.enumerated().map { BorderedAxis($0 + 2, $1, border, extent: nil) }
    case .autoPad: axes = []
    }
    if ceilMode {
      // As much of a border as the outputs reach.
      guard let x = writer.shape(0), let y = writer.outputShape(0) else {
        throw writer.reject("ceil_mode of so much padding for inputs of any extent")
      }
      let (space, output) = (layout.space(of: x), layout.space(of: y))
      axes = axes.map { axis in
        let index = axis.axis - 2
        let before = axis.known!.before
        let end = (output[index] - 1) * window.stride[index] + window.span(index)
        return BorderedAxis(
          axis.axis, PaddingAmount(before: before, after: end - space[index] - before), border,
          extent: space[index])
      }
    }
    let padded = try writer.padded(
      x, rank: window.rank + 2, axes, element: isByte ? .uint8 : .float32)
    return writer.add(
      description, [padded],
      [
        "kernel_shape": .integers(window.kernel), "strides": .integers(window.stride),
        "dilations": window.dilation.contains { $0 > 1 } ? .integers(window.dilation) : nil,
      ])
  }

  /// The samples of each window: those that lie in the input or in the border that counts.
  private static func counts(
    _ window: Window, _ space: [Int], _ counted: [PaddingAmount], _ output: [Int], before: [Int]
  ) throws(NetworkError) -> NetworkTensor {
    var counts: [Float] = [1]
    for axis in 0..<window.rank {
      let inside = -counted[axis].before..<space[axis] + counted[axis].after
      let along = (0..<output[axis]).map { output in
        Float(
          (0..<window.kernel[axis]).count { tap in
            inside.contains(
              output * window.stride[axis] - before[axis] + tap * window.dilation[axis])
          })
      }
      counts = counts.flatMap { count in along.map { count * $0 } }
    }
    return try NetworkTensor(counts, shape: [1, 1] + output)
  }

  /// For inputs of any extent: the mean with the border, by the part of each window that is none.
  private func dynamic(
    _ x: String, _ window: Window, _ padding: WindowPadding, _ writer: inout ONNXWriter
  ) throws(NetworkError) -> String {
    guard !ceilMode else {
      throw writer.reject("ceil_mode of a mean or norm for inputs of any extent")
    }
    let isDilated = window.dilation.contains { $0 > 1 }
    let axes: [BorderedAxis] =
      switch padding {
      case .nodes(let axes): axes
      case .pads(let amounts):
        amounts.enumerated().map { BorderedAxis($0 + 2, $1, .zeros, extent: nil) }
      case .autoPad: []
      }
    let attributes: KeyValuePairs<String, ONNXWriter.Attribute?> = [
      "kernel_shape": .integers(window.kernel), "strides": .integers(window.stride),
      "dilations": isDilated ? .integers(window.dilation) : nil,
    ]
    let padded = try writer.padded(x, rank: window.rank + 2, axes)
    switch kind {
    case .lp(let p):
      if isDilated { try writer.require(opset: 18, for: "a dilated norm") }
      return writer.add(
        description, [padded],
        [
          "kernel_shape": .integers(window.kernel), "strides": .integers(window.stride),
          "dilations": isDilated ? .integers(window.dilation) : nil, "p": .integer(p),
        ])
    default:
      if isDilated { try writer.require(opset: 19, for: "a dilated mean") }
      let mean = writer.add(description, [padded], attributes)
      if kind == .average(countsPadding: true) { return mean }
      try writer.require(opset: 9, for: "a mean of so much padding")
      let ones = writer.add(
        "ConstantOfShape", [writer.add("Shape", [x])],
        ["value": .tensor(try NetworkTensor(repeating: 1, shape: [1]))])
      let parts = try writer.padded(ones, rank: window.rank + 2, axes)
      return writer.add("Div", [mean, writer.add(description, [parts], attributes)])
    }
  }
}

extension UnpoolingOperator: ONNXWriting {
  func write(to writer: inout ONNXWriter) throws(NetworkError) {
    try writer.require(opset: 9)
    let amounts: [PaddingAmount]
    switch padding {
    case .valid: amounts = kernel.map { _ in .none }
    case .explicit(let given): amounts = given.count == 1 ? kernel.map { _ in given[0] } : given
    default: throw writer.reject("padding \(padding)")
    }
    writer.write(
      description,
      [
        "kernel_shape": .integers(kernel),
        "strides": .integers(stride ?? kernel.map { _ in 1 }),
        "pads": WindowPadding.pads(amounts).pads,
      ])
  }
}
