extension Comparison: ONNXWriting {
  func write(to writer: inout ONNXWriter) throws(NetworkError) {
    let a = try writer.input(0)
    var b = try writer.input(1)
    if let secondInputAxis { b = try writer.aligned(b, behind: secondInputAxis) }
    let element = writer.element(0) ?? .float32
    let isOfFloats = element == .float32
    /// Before opset 11 ONNX has equality of two types of integers and of truths.
    func requireEquality() throws(NetworkError) {
      guard isOfFloats || element == .uint8 else { return }
      try writer.require(opset: 11, for: "equality of elements of \(element)")
    }
    switch kind {
    case .equal: try requireEquality()
    case .greater where !isOfFloats, .less where !isOfFloats:
      try writer.require(opset: 9, for: "integers")
    case .greaterOrEqual where writer.opset < 12, .lessOrEqual where writer.opset < 12:
      try requireEquality()
      let strict = writer.add(kind == .greaterOrEqual ? "Greater" : "Less", [a, b])
      return writer.setOutput(0, writer.add("Or", [strict, writer.add("Equal", [a, b])]))
    default: break
    }
    writer.setOutput(0, writer.add(kind.rawValue, [a, b]))
  }
}

extension ElementTest: ONNXWriting {
  func write(to writer: inout ONNXWriter) throws(NetworkError) {
    switch kind {
    case .not: writer.write("Not")
    case .isNaN:
      try writer.require(opset: 9)
      writer.write("IsNaN")
    case .isInfinite(let negative, let positive):
      try writer.require(opset: 10)
      writer.write(
        "IsInf",
        [
          "detect_negative": .integer(negative ? 1 : 0),
          "detect_positive": .integer(positive ? 1 : 0),
        ])
    }
  }
}

extension Selection: ONNXWriting {
  func write(to writer: inout ONNXWriter) throws(NetworkError) {
    try writer.require(opset: 9)
    writer.write("Where")
  }
}

extension Cast: ONNXWriting {
  func write(to writer: inout ONNXWriter) throws(NetworkError) {
    guard let element = element ?? writer.element(1) else {
      try writer.require(opset: 15)
      return writer.write("CastLike")
    }
    writer.setOutput(
      0, writer.add("Cast", [try writer.input(0)], ["to": .integer(element.onnx)]))
  }
}
