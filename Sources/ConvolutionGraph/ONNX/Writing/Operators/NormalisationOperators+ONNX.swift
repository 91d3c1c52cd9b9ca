import Convolution

extension BatchNormalisation: ONNXWriting {
  func write(to writer: inout ONNXWriter) throws(NetworkError) {
    if channelAxis == 1 {
      return writer.write(description, ["epsilon": .float(epsilon)])
    }
    // (x - mean) (scale / sqrt(variance + epsilon)) + bias, along another axis.
    let behind = try writer.rank(0) - 1 - channelAxis
    func parameter(_ input: Input, _ writer: inout ONNXWriter) throws(NetworkError) -> String {
      try writer.perChannel(writer.input(input.rawValue), axesBehind: behind)
    }
    let variance = writer.add(
      "Add", [try parameter(.variance, &writer), try writer.number(epsilon, .float32, "epsilon")])
    let factor = writer.add(
      "Div", [try parameter(.scale, &writer), writer.add("Sqrt", [variance])])
    let centred = writer.add("Sub", [try writer.input(0), try parameter(.mean, &writer)])
    let scaled = writer.add("Mul", [centred, factor])
    writer.setOutput(0, writer.add("Add", [scaled, try parameter(.bias, &writer)]))
  }
}

extension Normalisation: ONNXWriting {
  func write(to writer: inout ONNXWriter) throws(NetworkError) {
    switch kind {
    case .channel: try writeOfChannels(to: &writer)
    case .groups(let count, let scaleIsOfGroups):
      try writeOfGroups(count, scaleIsOfGroups, to: &writer)
    case .from(let axis): try writeFrom(axis, to: &writer)
    }
  }

  private func writeOfChannels(to writer: inout ONNXWriter) throws(NetworkError) {
    var x = try writer.input(0)
    let permutation = channelAxis == 1 ? [] : try writer.channelsToFront(from: channelAxis)
    x = writer.transpose(x, permutation)
    let y = writer.add(
      "InstanceNormalization", [x, try writer.input(1), try bias(of: 1, &writer)],
      ["epsilon": .float(epsilon)])
    writer.setOutput(0, writer.transpose(y, permutation.inversePermutation))
  }

  /// Groups are channels of images of one axis; their scale, if it is not that of groups, comes behind.
  private func writeOfGroups(
    _ count: Int, _ scaleIsOfGroups: Bool, to writer: inout ONNXWriter
  ) throws(NetworkError) {
    if writer.opset >= 21, !scaleIsOfGroups, channelAxis == 1 {
      return writer.write(
        description, ["epsilon": .float(epsilon), "num_groups": .integer(count)])
    }
    let permutation = channelAxis == 1 ? [] : try writer.channelsToFront(from: channelAxis)
    let x = writer.transpose(try writer.input(0), permutation)
    let groups = writer.add("Reshape", [x, try writer.integers([0, count, -1], "groups")])
    let (scale, bias): (String, String)
    if scaleIsOfGroups {
      (scale, bias) = (try writer.input(1), try writer.input(2))
    } else {
      scale = writer.constant(try NetworkTensor(repeating: 1, shape: [count]), "ones")
      bias = writer.constant(try NetworkTensor(repeating: 0, shape: [count]), "zeros")
    }
    let normal = writer.add(
      "InstanceNormalization", [groups, scale, bias], ["epsilon": .float(epsilon)])
    var y = writer.add("Reshape", [normal, writer.add("Shape", [x])])
    if !scaleIsOfGroups {
      let behind = try writer.rank(0) - 2
      y = writer.add("Mul", [y, try writer.perChannel(writer.input(1), axesBehind: behind)])
      y = writer.add("Add", [y, try writer.perChannel(writer.input(2), axesBehind: behind)])
    }
    writer.setOutput(0, writer.transpose(y, permutation.inversePermutation))
  }

  private func writeFrom(_ axis: Int, to writer: inout ONNXWriter) throws(NetworkError) {
    if writer.opset >= 17 {
      return writer.write(description, ["axis": .integer(axis), "epsilon": .float(epsilon)])
    }
    let axes = axis < 0 ? Array(axis..<0) : Array(axis..<(try writer.rank(0)))
    let x = try writer.input(0)
    let mean = try writer.reduced(x, "ReduceMean", axes)
    let centred = writer.add("Sub", [x, mean])
    let variance = try writer.reduced(
      writer.add("Mul", [centred, centred]), "ReduceMean", axes)
    let deviation = writer.add(
      "Sqrt", [writer.add("Add", [variance, try writer.number(epsilon, .float32, "epsilon")])])
    var y = writer.add("Mul", [writer.add("Div", [centred, deviation]), try writer.input(1)])
    if let bias = writer.optionalInput(2) { y = writer.add("Add", [y, bias]) }
    writer.setOutput(0, y)
  }

  /// Zeros where there is none.
  private func bias(
    of scale: Int, _ writer: inout ONNXWriter
  ) throws(NetworkError) -> String {
    if let bias = writer.optionalInput(2) { return bias }
    guard let shape = writer.shape(scale) else {
      throw writer.reject("a scale of an unknown shape")
    }
    return writer.constant(try NetworkTensor(repeating: 0, shape: shape), "zeros")
  }
}

extension NormDivision: ONNXWriting {
  func write(to writer: inout ONNXWriter) throws(NetworkError) {
    switch kind {
    case .lp(let power, let axis):
      writer.write(description, ["axis": .integer(axis), "p": .integer(power)])
    case .rootMeanSquare(let axis, let epsilon):
      if writer.opset >= 23 {
        return writer.write(description, ["axis": .integer(axis), "epsilon": .float(epsilon)])
      }
      let axes = axis < 0 ? Array(axis..<0) : Array(axis..<(try writer.rank(0)))
      let x = try writer.input(0)
      let square = try writer.reduced(writer.add("Mul", [x, x]), "ReduceMean", axes)
      let norm = writer.add(
        "Sqrt", [writer.add("Add", [square, try writer.number(epsilon, .float32, "epsilon")])])
      writer.setOutput(
        0, writer.add("Mul", [writer.add("Div", [x, norm]), try writer.input(1)]))
    }
  }
}

extension LocalResponseNormalisation: ONNXWriting {
  func write(to writer: inout ONNXWriter) throws(NetworkError) {
    let permutation = channelAxis == 1 ? [] : try writer.channelsToFront(from: channelAxis)
    let x = writer.transpose(try writer.input(0), permutation)
    let y = writer.add(
      description, [x],
      [
        "size": .integer(size), "alpha": .float(alpha), "beta": .float(beta), "bias": .float(k),
      ])
    writer.setOutput(0, writer.transpose(y, permutation.inversePermutation))
  }
}

extension ONNXWriter {
  /// What brings an axis of input 0 to place 1.
  fileprivate func channelsToFront(from axis: Int) throws(NetworkError) -> [Int] {
    var permutation = Array(0..<(try rank(0)))
    permutation.insert(permutation.remove(at: axis), at: min(1, permutation.count))
    return permutation
  }

  /// A vector of one value a channel, with so many axes of extent 1 behind it.
  fileprivate mutating func perChannel(
    _ x: String, axesBehind count: Int
  ) throws(NetworkError) -> String {
    count == 0 ? x : try unsqueezed(x, Array(1...count))
  }
}
