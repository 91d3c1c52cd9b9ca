import CConvolution

extension Elementwise: ONNXWriting {
  func write(to writer: inout ONNXWriter) throws(NetworkError) {
    var values: [String] = []
    for index in 0..<inputCount { values.append(try writer.input(index)) }
    if let secondInputAxis {
      values[1] = try writer.aligned(values[1], behind: secondInputAxis)
    }
    let element = writer.element(0) ?? .float32
    if element == .uint8 { try writer.require(opset: 14, for: "elements of uint8") }
    let broadcasts = (1..<max(inputCount, 1)).contains {
      writer.shape($0) == nil || writer.shape($0) != writer.shape(0)
    }
    let isOld = instructions.contains {
      [CONV_ELEMENTWISE_MIN, CONV_ELEMENTWISE_MAX].contains($0.operation)
    }
    if broadcasts, isOld { try writer.require(opset: 8, for: "inputs that broadcast") }
    writer.setOutput(0, try written(of: values, element, to: &writer))
  }

  /// Adds the chain's nodes, and returns its result.
  func written(
    of inputs: [String], _ element: ElementType, to writer: inout ONNXWriter
  ) throws(NetworkError) -> String {
    var values = inputs
    for instruction in instructions {
      let operands = instruction.operands.map { values[$0] }
      values.append(try instruction.written(of: operands, element, to: &writer))
    }
    return values.last!
  }
}

extension Elementwise.Instruction {
  /// Operations that are one node, of all operands and nothing else.
  private static let nodes: [(conv_elementwise_op, String)] = [
    (CONV_ELEMENTWISE_ADD, "Add"), (CONV_ELEMENTWISE_SUB, "Sub"), (CONV_ELEMENTWISE_MUL, "Mul"),
    (CONV_ELEMENTWISE_DIV, "Div"), (CONV_ELEMENTWISE_POW, "Pow"), (CONV_ELEMENTWISE_MIN, "Min"),
    (CONV_ELEMENTWISE_MAX, "Max"), (CONV_ELEMENTWISE_PRELU, "PRelu"),
    (CONV_ELEMENTWISE_NEG, "Neg"), (CONV_ELEMENTWISE_ABS, "Abs"),
    (CONV_ELEMENTWISE_SQRT, "Sqrt"), (CONV_ELEMENTWISE_EXP, "Exp"),
    (CONV_ELEMENTWISE_LOG, "Log"), (CONV_ELEMENTWISE_RECIPROCAL, "Reciprocal"),
    (CONV_ELEMENTWISE_ERF, "Erf"), (CONV_ELEMENTWISE_FLOOR, "Floor"),
    (CONV_ELEMENTWISE_CEIL, "Ceil"), (CONV_ELEMENTWISE_ROUND, "Round"),
    (CONV_ELEMENTWISE_SIGN, "Sign"), (CONV_ELEMENTWISE_SIN, "Sin"), (CONV_ELEMENTWISE_COS, "Cos"),
    (CONV_ELEMENTWISE_SIGMOID, "Sigmoid"), (CONV_ELEMENTWISE_TANH, "Tanh"),
    (CONV_ELEMENTWISE_SOFTPLUS, "Softplus"), (CONV_ELEMENTWISE_SOFTSIGN, "Softsign"),
  ]

  /// The least opset that has an operation, of floats and of integers.
  private var leastOpset: (floats: Int, integers: Int) {
    switch operation {
    case CONV_ELEMENTWISE_ERF, CONV_ELEMENTWISE_SIGN: (9, 9)
    case CONV_ELEMENTWISE_ROUND: (11, 11)
    case CONV_ELEMENTWISE_PRELU: (7, 9)
    case CONV_ELEMENTWISE_MIN, CONV_ELEMENTWISE_MAX, CONV_ELEMENTWISE_POW, CONV_ELEMENTWISE_CLIP:
      (7, 12)
    case CONV_ELEMENTWISE_SELECT: (9, 9)
    case CONV_ELEMENTWISE_EQUAL: (11, 7)
    case CONV_ELEMENTWISE_LESS: (7, 9)
    case CONV_ELEMENTWISE_LESS_OR_EQUAL: (12, 12)
    default: (7, 7)
    }
  }

  func written(
    of operands: [String], _ element: ElementType, to writer: inout ONNXWriter
  ) throws(NetworkError) -> String {
    let least = leastOpset
    try writer.require(
      opset: element == .float32 ? least.floats : least.integers,
      for: element == .float32 ? nil : "elements of \(element)")
    if let node = Self.nodes.first(where: { $0.0 == operation }) {
      return writer.add(node.1, operands)
    }
    let x = operands[0]
    switch operation {
    case CONV_ELEMENTWISE_EQUAL: return truth(writer.add("Equal", operands), element, &writer)
    case CONV_ELEMENTWISE_LESS: return truth(writer.add("Less", operands), element, &writer)
    case CONV_ELEMENTWISE_LESS_OR_EQUAL:
      return truth(writer.add("LessOrEqual", operands), element, &writer)
    case CONV_ELEMENTWISE_SELECT:
      let condition = writer.add("Cast", [x], ["to": .integer(ElementType.bool.onnx)])
      return writer.add("Where", [condition, operands[1], operands[2]])
    case CONV_ELEMENTWISE_AFFINE:
      let product = p == 1 ? x : writer.add("Mul", [x, try writer.number(p, element)])
      return q == 0 ? product : writer.add("Add", [product, try writer.number(q, element)])
    case CONV_ELEMENTWISE_CLIP: return try clip(x, element, &writer)
    case CONV_ELEMENTWISE_LEAKY_RELU:
      return writer.add("LeakyRelu", [x], ["alpha": .float(p)])
    case CONV_ELEMENTWISE_ELU: return writer.add("Elu", [x], ["alpha": .float(p)])
    case CONV_ELEMENTWISE_SELU:
      return writer.add("Selu", [x], ["alpha": .float(p), "gamma": .float(q)])
    case CONV_ELEMENTWISE_HARD_SIGMOID:
      return writer.add("HardSigmoid", [x], ["alpha": .float(p), "beta": .float(q)])
    case CONV_ELEMENTWISE_HARD_SWISH:
      if writer.opset >= 14 { return writer.add("HardSwish", [x]) }
      let gate = writer.add("HardSigmoid", [x], ["alpha": .float(1 / 6), "beta": .float(0.5)])
      return writer.add("Mul", [x, gate])
    case CONV_ELEMENTWISE_SILU:
      // Not as Swish of opset 24, which onnxruntime does not compute.
      return writer.add("Mul", [x, writer.add("Sigmoid", [x])])
    case CONV_ELEMENTWISE_MISH:
      if writer.opset >= 18 { return writer.add("Mish", [x]) }
      return writer.add("Mul", [x, writer.add("Tanh", [writer.add("Softplus", [x])])])
    case CONV_ELEMENTWISE_GELU: return try gelu(x, &writer)
    case CONV_ELEMENTWISE_GELU_TANH: return try geluByTanh(x, &writer)
    default: throw writer.reject("an operation that ONNX does not have")
    }
  }

  private func truth(
    _ condition: String, _ element: ElementType, _ writer: inout ONNXWriter
  ) -> String {
    writer.add("Cast", [condition], ["to": .integer(element.onnx)])
  }

  private func clip(
    _ x: String, _ element: ElementType, _ writer: inout ONNXWriter
  ) throws(NetworkError) -> String {
    if p == 0, q == .infinity, element == .float32 { return writer.add("Relu", [x]) }
    if p == -.infinity, q == .infinity { return writer.add("Identity", [x]) }
    guard writer.opset >= 11 else {
      return writer.add(
        "Clip", [x],
        ["min": p == -.infinity ? nil : .float(p), "max": q == .infinity ? nil : .float(q)])
    }
    let minimum = p == -.infinity ? nil : try writer.number(p, element, "min")
    let maximum = q == .infinity ? nil : try writer.number(q, element, "max")
    return writer.add("Clip", [x, minimum, maximum])
  }

  /// x (1 + erf(x / sqrt(2))) / 2
  private func gelu(_ x: String, _ writer: inout ONNXWriter) throws(NetworkError) -> String {
    if writer.opset >= 20 { return writer.add("Gelu", [x]) }
    try writer.require(opset: 9)
    let scaled = writer.add("Mul", [x, try writer.number(Float(0.5).squareRoot())])
    return try half(x, timesOneMore: writer.add("Erf", [scaled]), &writer)
  }

  /// x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2
  private func geluByTanh(_ x: String, _ writer: inout ONNXWriter) throws(NetworkError) -> String {
    if writer.opset >= 20 { return writer.add("Gelu", [x], ["approximate": .string("tanh")]) }
    let square = writer.add("Mul", [x, x])
    let factor = writer.add(
      "Add", [writer.add("Mul", [square, try writer.number(0.044715)]), try writer.number(1)])
    let scaled = writer.add("Mul", [x, try writer.number((2 / Float.pi).squareRoot())])
    let argument = writer.add("Mul", [scaled, factor])
    return try half(x, timesOneMore: writer.add("Tanh", [argument]), &writer)
  }

  private func half(
    _ x: String, timesOneMore gate: String, _ writer: inout ONNXWriter
  ) throws(NetworkError) -> String {
    let more = writer.add("Add", [gate, try writer.number(1)])
    return writer.add("Mul", [writer.add("Mul", [x, more]), try writer.number(0.5)])
  }
}

extension ONNXWriter {
  /// The second input with axes behind it, so that its first one is aligned with an axis of the first input.
  mutating func aligned(_ x: String, behind axis: Int) throws(NetworkError) -> String {
    guard shape(0) == nil || shape(0) != shape(1) else { return x }
    let (whole, part) = (try rank(0), try rank(1))
    let first = axis < 0 ? axis + whole : axis
    let added = whole - first - part
    guard added > 0 else { return x }
    return try unsqueezed(x, Array(part..<part + added))
  }

  /// With axes of extent 1 at places of the result.
  mutating func unsqueezed(_ x: String, _ axes: [Int]) throws(NetworkError) -> String {
    opset < 13
      ? add("Unsqueeze", [x], ["axes": .integers(axes)])
      : add("Unsqueeze", [x, try integers(axes, "axes")])
  }
}

// MARK: - Others

extension Power: ONNXWriting {
  func write(to writer: inout ONNXWriter) throws(NetworkError) {
    guard let base = writer.element(0), let exponent = writer.element(1), base != exponent else {
      return try ofOneType.write(to: &writer)
    }
    let x = try writer.input(0)
    var y = try writer.input(1)
    if let axis = ofOneType.secondInputAxis { y = try writer.aligned(y, behind: axis) }
    if writer.opset < 12 {
      guard base == .float32 else {
        throw writer.reject("a power of \(base), which needs opset 12 or newer")
      }
      y = writer.add("Cast", [y], ["to": .integer(base.onnx)])
    }
    writer.setOutput(0, writer.add("Pow", [x, y]))
  }
}

extension Modulo: ONNXWriting {
  func write(to writer: inout ONNXWriter) throws(NetworkError) {
    guard !truncates, writer.element(0) == .float32 else {
      try writer.require(opset: 10)
      return writer.write("Mod", ["fmod": truncates ? .integer(1) : nil])
    }
    // Of floats ONNX has the other remainder alone, up to opset 27.
    let (a, b) = (try writer.input(0), try writer.input(1))
    guard writer.opset >= 10 else {
      let quotient = writer.add("Floor", [writer.add("Div", [a, b])])
      return writer.setOutput(0, writer.add("Sub", [a, writer.add("Mul", [quotient, b])]))
    }
    let rest = writer.add("Mod", [a, b], ["fmod": .integer(1)])
    let zero = try writer.number(0, .float32)
    let signsDiffer = writer.add(
      "Xor", [writer.add("Less", [rest, zero]), writer.add("Less", [b, zero])])
    let isNotZero = writer.add("Greater", [writer.add("Abs", [rest]), zero])
    writer.setOutput(
      0,
      writer.add(
        "Where",
        [
          writer.add("And", [signsDiffer, isNotZero]), writer.add("Add", [rest, b]), rest,
        ]))
  }
}

extension Identity: ONNXWriting {
  func write(to writer: inout ONNXWriter) throws(NetworkError) {
    writer.setOutput(0, writer.add("Identity", [try writer.input(0)]))
  }
}

extension CopyOperator: ONNXWriting {
  func write(to writer: inout ONNXWriter) throws(NetworkError) { writer.write("Identity") }
}
