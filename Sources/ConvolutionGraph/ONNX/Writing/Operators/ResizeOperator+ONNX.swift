import Convolution

extension ResizeOperator: ONNXWriting {
  func write(to writer: inout ONNXWriter) throws(NetworkError) {
    if order.isUnchanged, try leastOpset(writer) <= writer.opset {
      return writer.opset > 10 ? try writeResize(to: &writer) : try writeOld(to: &writer)
    }
    guard let arguments = writer.arguments else {
      return try writer.require(opset: try leastOpset(writer), for: "inputs of any extent")
    }
    try writeAxes(resampledAxes(arguments), to: &writer)
  }

  /// The least version that has a node for it; beyond all of them where none has.
  private func leastOpset(_ writer: ONNXWriter) throws(NetworkError) -> Int {
    if interpolation.coordinates == .halfPixelSymmetric { return 19 }
    if interpolation.antialias || proportions != .free || axes != nil { return 18 }
    let scales = writer.constant(2)?.floats
    if interpolation.rounding == nil, interpolation.mode == .nearest {
      // What is nearest was another thing before version 11, where an axis became shorter.
      guard let scales, scales.allSatisfy({ $0 >= 1 }) else {
        return writer.opset < 11 && writer.hasInput(2) ? 7 : .max
      }
    }
    let isOld =
      interpolation.coordinates == .asymmetric && interpolation.mode != .cubic
      && (interpolation.rounding == nil || interpolation.mode == .linear)
      && writer.hasInput(2) && !writer.hasInput(3)
    guard isOld else { return 11 }
    // Scales are an attribute in 7 and 8, and none is below 1 until 10.
    let isEnlarging = scales.map { $0.allSatisfy { $0 >= 1 } } ?? false
    return isEnlarging ? 7 : 10
  }

  private func writeResize(to writer: inout ONNXWriter) throws(NetworkError) {
    let empty = { (writer: inout ONNXWriter) throws(NetworkError) -> String? in
      writer.opset < 13 ? writer.constant(try NetworkTensor([Float](), shape: [0]), "none") : nil
    }
    let isGiven = { (index: Int, writer: ONNXWriter) in
      writer.hasInput(index) && writer.shape(index) != [0]
    }
    let isCropped = interpolation.coordinates == .cropAndResize
    let roi = isCropped ? writer.optionalInput(1) : try empty(&writer)
    let hasSizes = isGiven(3, writer)
    let scales = hasSizes ? try empty(&writer) : writer.optionalInput(2)
    let isNearest = interpolation.mode == .nearest
    let rounding = interpolation.rounding ?? .down
    let isCubic = interpolation.mode == .cubic
    let y = writer.add(
      "Resize",
      [try writer.input(0), roi, scales, hasSizes ? writer.optionalInput(3) : nil],
      [
        "mode": .string(interpolation.mode.rawValue),
        "coordinate_transformation_mode": .string(interpolation.coordinates.rawValue),
        "nearest_mode": isNearest ? .string(rounding.rawValue) : nil,
        "cubic_coeff_a": isCubic ? .float(Float(interpolation.cubicCoefficient)) : nil,
        "exclude_outside": interpolation.excludesOutside ? .integer(1) : nil,
        "antialias": interpolation.antialias ? .integer(1) : nil,
        "extrapolation_value": isCropped ? .float(interpolation.outside) : nil,
        "keep_aspect_ratio_policy": proportions == .free ? nil : .string(proportions.rawValue),
        "axes": axes.map { .integers($0) },
      ])
    writer.setOutput(0, y)
  }

  /// `Resize` of version 10, and `Upsample` before it.
  private func writeOld(to writer: inout ONNXWriter) throws(NetworkError) {
    let x = try writer.input(0)
    let operation = writer.opset == 10 ? "Resize" : "Upsample"
    let scales = writer.opset < 9 ? writer.constant(2)?.floats : nil
    let y = writer.add(
      operation, [x, scales == nil ? try writer.input(2) : nil],
      [
        "mode": .string(interpolation.mode.rawValue), "scales": scales.map { .floats($0) },
      ])
    writer.setOutput(0, y)
  }

  // MARK: Axis by axis

  /// Each axis by what its outputs are made of: samples that are picked, or a product with a matrix of weights.
  private func writeAxes(
    _ axes: [ResampledAxis], to writer: inout ONNXWriter
  ) throws(NetworkError) {
    var x = try writer.input(0)
    for (axis, resampled) in axes.enumerated() where !resampled.isUnchanged {
      let taps = try Taps(resampled, interpolation)
      let indices = taps.index.array(of: Int32.self).map { Int($0) }
      if taps.weights == nil, !indices.contains(-1) {
        x = writer.add(
          "Gather", [x, try writer.integers(indices, "indices")], ["axis": .integer(axis)])
        continue
      }
      var permutation = Array(axes.indices)
      permutation.swapAt(axis, axes.count - 1)
      let (matrix, outside) = try Self.matrix(taps, indices)
      var y = writer.add(
        "MatMul", [writer.transpose(x, permutation), writer.constant(matrix, "weights")])
      if let outside { y = writer.add("Add", [y, writer.constant(outside, "outside")]) }
      x = writer.transpose(y, permutation)
    }
    writer.setOutput(0, x)
  }

  /// The weights of inputs, inputs x outputs; and what samples outside add to each output.
  private static func matrix(
    _ taps: Taps, _ indices: [Int]
  ) throws(NetworkError) -> (matrix: NetworkTensor, outside: NetworkTensor?) {
    let weights = taps.weights?.array(of: Float.self) ?? indices.map { _ in 1 }
    var matrix = [Float](repeating: 0, count: taps.inputs * taps.outputs)
    var outside = [Float](repeating: 0, count: taps.outputs)
    for output in 0..<taps.outputs {
      for place in output * taps.count..<(output + 1) * taps.count {
        if indices[place] < 0 {
          outside[output] += weights[place] * taps.outside
        } else {
          matrix[indices[place] * taps.outputs + output] += weights[place]
        }
      }
    }
    return (
      try NetworkTensor(matrix, shape: [taps.inputs, taps.outputs]),
      outside.contains { $0 != 0 } ? try NetworkTensor(outside, shape: [taps.outputs]) : nil
    )
  }
}
