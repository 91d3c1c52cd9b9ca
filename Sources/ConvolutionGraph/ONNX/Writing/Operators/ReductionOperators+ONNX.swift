import CConvolution

extension Reduction: ONNXWriting {
  func write(to writer: inout ONNXWriter) throws(NetworkError) {
    let x = try writer.input(0)
    let areInput = writer.opset >= 18 || (writer.opset >= 13 && kind == CONV_REDUCE_SUM)
    guard let axes = axes ?? (writer.hasInput(1) ? writer.constant(1)?.integers : []) else {
      // They are computed in a run.
      if !areInput {
        try writer.require(opset: kind == CONV_REDUCE_SUM ? 13 : 18, for: "computed axes")
      }
      let y = writer.add(
        description, [x, try writer.input(1)],
        [
          "keepdims": .integer(keepsAxes ? 1 : 0),
          "noop_with_empty_axes": takesNoAxesAsNone ? .integer(1) : nil,
        ])
      return writer.setOutput(0, y)
    }
    if axes.isEmpty, takesNoAxesAsNone {
      let isNothing = [
        CONV_REDUCE_SUM, CONV_REDUCE_MEAN, CONV_REDUCE_MIN, CONV_REDUCE_MAX, CONV_REDUCE_PRODUCT,
      ].contains(kind)
      guard isNothing else { throw writer.reject("a reduction along no axes") }
      return writer.setOutput(0, writer.add("Identity", [x]))
    }
    writer.setOutput(0, try writer.reduced(x, description, axes, keepsAxes: keepsAxes))
  }
}

extension ONNXWriter {
  /// Along axes of input 0; empty: along all.
  mutating func reduced(
    _ x: String, _ operation: String, _ axes: [Int], keepsAxes: Bool = true
  ) throws(NetworkError) -> String {
    let axes = try notNegative(axes)
    let areInput = opset >= 18 || (opset >= 13 && operation == "ReduceSum")
    let names = areInput && !axes.isEmpty ? try integers(axes, "axes") : nil
    return add(
      operation, [x, names],
      [
        "axes": areInput || axes.isEmpty ? nil : .integers(axes),
        "keepdims": .integer(keepsAxes ? 1 : 0),
      ])
  }

  /// Axes of input 0, none counted from the end where the version does not know that.
  func notNegative(_ axes: [Int]) throws(NetworkError) -> [Int] {
    guard opset < 11, axes.contains(where: { $0 < 0 }) else { return axes }
    let rank = try rank(0)
    return axes.map { $0 < 0 ? $0 + rank : $0 }
  }

  /// The same of one axis.
  func notNegative(_ axis: Int) throws(NetworkError) -> Int { try notNegative([axis])[0] }
}

extension Softmax: ONNXWriting {
  func write(to writer: inout ONNXWriter) throws(NetworkError) {
    let x = try writer.input(0)
    // Until opset 13 all axes from one on are one; along the last one it is the same.
    if isFlattened == (writer.opset < 13) {
      let y = writer.add(description, [x], ["axis": .integer(try writer.notNegative(axis))])
      return writer.setOutput(0, y)
    }
    let rank = try writer.rank(0)
    guard rank > 0 else { throw writer.reject("a scalar") }
    let first = axis < 0 ? axis + rank : axis
    let last = writer.opset < 13 ? rank - 1 : -1
    if first == rank - 1 {
      return writer.setOutput(0, writer.add(description, [x], ["axis": .integer(last)]))
    }
    if isFlattened {
      let matrix = writer.add("Flatten", [x], ["axis": .integer(first)])
      let y = writer.add(description, [matrix], ["axis": .integer(1)])
      return writer.setOutput(0, writer.add("Reshape", [y, writer.add("Shape", [x])]))
    }
    var permutation = Array(0..<rank)
    permutation.swapAt(first, rank - 1)
    let y = writer.add(
      description, [writer.transpose(x, permutation)], ["axis": .integer(last)])
    writer.setOutput(0, writer.transpose(y, permutation))
  }
}

extension ExtremumIndex: ONNXWriting {
  func write(to writer: inout ONNXWriter) throws(NetworkError) {
    if takesLast { try writer.require(opset: 12, for: "the last of equal elements") }
    writer.write(
      description,
      [
        "axis": .integer(try writer.notNegative(axis)), "keepdims": .integer(keepsAxis ? 1 : 0),
        "select_last_index": takesLast ? .integer(1) : nil,
      ])
  }
}

extension TopElements: ONNXWriting {
  func write(to writer: inout ONNXWriter) throws(NetworkError) {
    if !largest { try writer.require(opset: 11, for: "the smallest elements") }
    let (x, axis) = (try writer.input(0), try writer.notNegative(axis))
    var k: [Int]?
    if writer.opset < 10 {
      guard let known = writer.constant(1)?.integers else {
        throw writer.reject("a computed k needs opset 10 or newer")
      }
      k = known
    }
    let count = writer.isWanted(1) ? 2 : 1
    let outputs = writer.add(
      "TopK", [x, k == nil ? try writer.input(1) : nil],
      [
        "axis": .integer(axis), "k": k.map { .integer($0[0]) },
        "largest": largest ? nil : .integer(0),
      ], outputs: 2)
    for index in 0..<count { writer.setOutput(index, outputs[index]) }
  }
}

extension CumulativeSum: ONNXWriting {
  func write(to writer: inout ONNXWriter) throws(NetworkError) {
    try writer.require(opset: 11)
    writer.write(
      description,
      [
        "exclusive": isExclusive ? .integer(1) : nil, "reverse": isReversed ? .integer(1) : nil,
      ])
  }
}
