import Convolution

extension ViewOperator: ONNXWriting {
  func write(to writer: inout ONNXWriter) throws(NetworkError) {
    switch kind {
    case .reshape(let allowsZero):
      let hasZero = writer.constant(1)?.integers?.contains(0) ?? true
      if allowsZero, hasZero { try writer.require(opset: 14, for: "extents of 0 in a shape") }
      writer.write(
        description, ["allowzero": allowsZero && hasZero ? .integer(1) : nil])
    case .flatten(let axis):
      writer.write(description, ["axis": .integer(try writer.notNegative(axis))])
    case .squeeze, .unsqueeze: try writeWithAxes(to: &writer)
    }
  }

  private func writeWithAxes(to writer: inout ONNXWriter) throws(NetworkError) {
    guard writer.opset < 13, writer.hasInput(1) else { return writer.write(description) }
    guard var axes = writer.constant(1)?.integers else {
      return try writer.require(opset: 13, for: "computed axes")
    }
    if writer.opset < 11, axes.contains(where: { $0 < 0 }) {
      let rank = try writer.rank(0) + (description == "Unsqueeze" ? axes.count : 0)
      axes = axes.map { $0 < 0 ? $0 + rank : $0 }
    }
    writer.setOutput(
      0, writer.add(description, [try writer.input(0)], ["axes": .integers(axes)]))
  }
}

extension ShapeOperator: ONNXWriting {
  func write(to writer: inout ONNXWriter) throws(NetworkError) {
    guard case .shape(let start, let end) = kind, start != 0 || end != nil else {
      return writer.write(description)
    }
    if writer.opset >= 15 {
      return writer.write(
        description, ["start": .integer(start), "end": end.map { .integer($0) }])
    }
    let all = writer.add("Shape", [try writer.input(0)])
    writer.setOutput(
      0, try writer.slice(all, axes: [0], starts: [start], ends: [end ?? Int(Int32.max)]))
  }
}

extension FillOperator: ONNXWriting {
  func write(to writer: inout ONNXWriter) throws(NetworkError) {
    try writer.require(opset: 9)
    writer.write(description, ["value": .tensor(value)])
  }
}

extension RangeOperator: ONNXWriting {
  func write(to writer: inout ONNXWriter) throws(NetworkError) {
    try writer.require(opset: 11)
    writer.write(description)
  }
}

extension TransposeOperator: ONNXWriting {
  func write(to writer: inout ONNXWriter) throws(NetworkError) {
    guard let permutation else { return writer.write("Transpose") }
    writer.setOutput(0, writer.transpose(try writer.input(0), permutation))
  }
}

extension ConcatOperator: ONNXWriting {
  func write(to writer: inout ONNXWriter) throws(NetworkError) {
    writer.write("Concat", ["axis": .integer(try writer.notNegative(axis))])
  }
}

extension SplitOperator: ONNXWriting {
  func write(to writer: inout ONNXWriter) throws(NetworkError) {
    let (x, axis) = (try writer.input(0), try writer.notNegative(axis))
    let rank = writer.knownRank(0) ?? 0
    let extents = (0..<parts).compactMap { part in
      writer.outputShape(part).map { $0[axis < 0 ? axis + rank : axis] }
    }
    let known = extents.count == parts ? extents : writer.constant(1)?.integers
    var inputs: [String?] = [x]
    if writer.opset >= 13 {
      if let known {
        inputs.append(try writer.integers(known, "split"))
      } else {
        inputs.append(writer.optionalInput(1))
      }
    } else if known == nil, writer.hasInput(1) {
      try writer.require(opset: 13, for: "computed extents")
    }
    let isAlike = writer.opset >= 18 && known == nil && !writer.hasInput(1)
    let outputs = writer.add(
      "Split", inputs,
      [
        "axis": .integer(axis),
        "split": writer.opset < 13 ? known.map { .integers($0) } : nil,
        "num_outputs": isAlike ? .integer(parts) : nil,
      ], outputs: parts)
    for (index, output) in outputs.enumerated() { writer.setOutput(index, output) }
  }
}

extension SliceOperator: ONNXWriting {
  func write(to writer: inout ONNXWriter) throws(NetworkError) {
    if order.isUnchanged, writer.opset >= 10 { return writer.write("Slice") }
    if order.isUnchanged, let starts = writer.constant(1)?.integers,
      let ends = writer.constant(2)?.integers,
      !writer.hasInput(3) || writer.constant(3) != nil,
      !writer.hasInput(4) || writer.constant(4)?.integers?.allSatisfy({ $0 == 1 }) == true
    {
      let axes = try writer.notNegative(writer.constant(3)?.integers ?? Array(starts.indices))
      return writer.setOutput(
        0, try writer.slice(writer.input(0), axes: axes, starts: starts, ends: ends))
    }
    guard let arguments = writer.arguments else {
      return try writer.require(opset: 10, for: "computed places, or steps")
    }
    // Of known extents: every axis that is not whole.
    var x = try writer.input(0)
    let shape = try arguments.type(0, "x").shape
    for (axis, part) in order.atHand(try parts(arguments)).enumerated() {
      guard part.count != shape[axis] || part.step != 1 else { continue }
      let indices = (0..<part.count).map { part.first + part.step * $0 }
      x =
        part.step == 1
        ? try writer.slice(
          x, axes: [axis], starts: [part.first], ends: [part.first + part.count])
        : writer.add(
          "Gather", [x, try writer.integers(indices, "indices")], ["axis": .integer(axis)])
    }
    writer.setOutput(0, x)
  }
}

extension ExpandOperator: ONNXWriting {
  func write(to writer: inout ONNXWriter) throws(NetworkError) {
    try writer.require(opset: 8)
    guard !order.isUnchanged, let shape = writer.outputShape(0) else {
      return writer.write("Expand")
    }
    let y = writer.add("Expand", [try writer.input(0), try writer.integers(shape, "shape")])
    writer.setOutput(0, y)
  }
}

extension TileOperator: ONNXWriting {
  func write(to writer: inout ONNXWriter) throws(NetworkError) {
    guard !order.isUnchanged, let repeats = writer.constant(1)?.integers else {
      return writer.write("Tile")
    }
    let y = writer.add(
      "Tile", [try writer.input(0), try writer.integers(order.atHand(repeats), "repeats")])
    writer.setOutput(0, y)
  }
}

extension GatherOperator: ONNXWriting {
  func write(to writer: inout ONNXWriter) throws(NetworkError) {
    let axis = try writer.notNegative(axis)
    guard writer.opset < 11, let indices = writer.constant(1),
      indices.integers?.contains(where: { $0 < 0 }) == true
    else { return writer.write("Gather", ["axis": .integer(axis)]) }
    guard let extent = writer.shape(0)?[axis] else {
      return try writer.require(opset: 11, for: "indices counted from the end")
    }
    let values = indices.integers!.map { Int64($0 < 0 ? $0 + extent : $0) }
    let fromBegin = writer.constant(
      try NetworkTensor(values, shape: indices.shape), "indices")
    writer.setOutput(
      0, writer.add("Gather", [try writer.input(0), fromBegin], ["axis": .integer(axis)]))
  }
}

extension GatherElementsOperator: ONNXWriting {
  func write(to writer: inout ONNXWriter) throws(NetworkError) {
    try writer.require(opset: 11)
    writer.write("GatherElements", ["axis": .integer(axis)])
  }
}

extension DepthToSpaceOperator: ONNXWriting {
  func write(to writer: inout ONNXWriter) throws(NetworkError) {
    let permutation = order.permutation(rank: 4)
    let x = writer.transpose(try writer.input(0), permutation.inversePermutation)
    let isPlain = mode == .depthFirst || (direction == .toSpace && writer.opset >= 11)
    let y: String
    if isPlain {
      y = writer.add(
        description, [x],
        [
          "blocksize": .integer(block),
          "mode": mode == .depthFirst ? nil : .string(mode.rawValue),
        ])
    } else {
      y = try channelsOutermost(x, &writer)
    }
    writer.setOutput(0, writer.transpose(y, permutation))
  }

  /// Channels of the wide image outermost, by a transposition of images of six axes.
  private func channelsOutermost(
    _ x: String, _ writer: inout ONNXWriter
  ) throws(NetworkError) -> String {
    guard let from = writer.shape(0), let to = writer.outputShape(0) else {
      return try rejectUnknown(writer)
    }
    let (before, after) = (order.inFile(from), order.inFile(to))
    let wide = direction == .toSpace ? after : before
    let (rows, columns) = (wide[2] / block, wide[3] / block)
    let deepParts = [wide[0], wide[1], block, block, rows, columns]
    let wideParts = [wide[0], wide[1], rows, block, columns, block]
    let parts = direction == .toSpace ? deepParts : wideParts
    let permutation = direction == .toSpace ? [0, 1, 4, 2, 5, 3] : [0, 1, 3, 5, 2, 4]
    let split = writer.add("Reshape", [x, try writer.integers(parts, "parts")])
    return writer.add(
      "Reshape",
      [writer.transpose(split, permutation), try writer.integers(after, "shape")])
  }

  private func rejectUnknown(_ writer: ONNXWriter) throws(NetworkError) -> String {
    throw writer.reject("mode \(mode.rawValue) of inputs of any extent")
  }
}

extension PadOperator: ONNXWriting {
  func write(to writer: inout ONNXWriter) throws(NetworkError) {
    guard let rank = writer.knownRank(0), let amounts = writer.constant(1)?.integers,
      !writer.hasInput(2) || writer.constant(2) != nil || mode != .constant,
      !writer.hasInput(3) || writer.constant(3) != nil
    else { return try writeAsItIs(to: &writer) }
    var axes = writer.constant(3)?.integers ?? Array(0..<rank)
    axes = axes.map { $0 < 0 ? $0 + rank : $0 }
    guard amounts.count == 2 * axes.count, axes.allSatisfy((0..<rank).contains) else {
      throw writer.reject("amounts of other axes than there are")
    }
    let places = order.permutation(rank: rank)
    let element = writer.element(0) ?? .float32
    let value = mode == .constant ? writer.constant(2)?.floats.first ?? 0 : 0
    let border = mode.border ?? .constant(value)
    var x = try writer.input(0)
    // What is taken away first is not there to be repeated.
    let given = axes.indices.map {
      (axis: places.place(of: axes[$0]), before: amounts[$0], after: amounts[axes.count + $0])
    }.sorted { $0.axis < $1.axis }
    let cropped = given.filter { $0.before < 0 || $0.after < 0 }
    if !cropped.isEmpty {
      x = try writer.slice(
        x, axes: cropped.map(\.axis), starts: cropped.map { max(-$0.before, 0) },
        ends: cropped.map { $0.after < 0 ? $0.after : Int(Int32.max) })
    }
    let shape = writer.shape(0)
    x = try writer.padded(
      x, rank: rank,
      given.map { axis in
        BorderedAxis(
          axis.axis, PaddingAmount(before: max(axis.before, 0), after: max(axis.after, 0)), border,
          extent: shape.map { $0[axis.axis] + min(axis.before, 0) + min(axis.after, 0) })
      }, element: element)
    try writer.notePadding(
      "amounts \(given.map { "\($0.before),\($0.after)" }.joined(separator: " "))")
    writer.setOutput(0, x)
  }

  /// With amounts that are computed in a run.
  private func writeAsItIs(to writer: inout ONNXWriter) throws(NetworkError) {
    try writer.require(opset: 11, for: "computed amounts")
    if writer.hasInput(3) { try writer.require(opset: 18, for: "axes of a pad") }
    if mode == .wrap { try writer.require(opset: 19, for: "mode wrap") }
    writer.write("Pad", ["mode": .string(mode.rawValue)])
    try writer.notePadding("Pad \(mode), amounts worked out in the run")
  }
}
