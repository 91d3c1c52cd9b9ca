import CConvolution

/// Chains on floats, some of them on integers as well, and what passes elements on as they are.
let elementwiseOperators: [String: OperatorMaker] = [
  // Of two inputs
  "Add": { Elementwise(&$0, pair: "Add", CONV_ELEMENTWISE_ADD) },
  "Sub": { Elementwise(&$0, pair: "Sub", CONV_ELEMENTWISE_SUB) },
  "Mul": { Elementwise(&$0, pair: "Mul", CONV_ELEMENTWISE_MUL) },
  "Div": { Elementwise(&$0, pair: "Div", CONV_ELEMENTWISE_DIV) },
  "Pow": { Power(ofOneType: Elementwise(&$0, pair: "Pow", CONV_ELEMENTWISE_POW)) },
  "PRelu": {
    var operation = Elementwise("PRelu", inputs: 2, CONV_ELEMENTWISE_PRELU)
    // A slope a channel, which newer files give the axes behind as well.
    if $0.opset < 7 { operation.secondInputAxis = 1 }
    return operation
  },
  "Mod": { Modulo(&$0) },

  // Of any number
  "Min": { Elementwise(&$0, folding: "Min", CONV_ELEMENTWISE_MIN) },
  "Max": { Elementwise(&$0, folding: "Max", CONV_ELEMENTWISE_MAX) },
  "Sum": { Elementwise(&$0, folding: "Sum", CONV_ELEMENTWISE_ADD) },
  "Mean": {
    guard var mean = Elementwise(&$0, folding: "Mean", CONV_ELEMENTWISE_ADD) else { return nil }
    mean.append(CONV_ELEMENTWISE_AFFINE, p: 1 / Float(mean.inputCount))
    return mean
  },

  // Of one
  "Neg": { _ in Elementwise("Neg", CONV_ELEMENTWISE_NEG) },
  "Abs": { _ in Elementwise("Abs", CONV_ELEMENTWISE_ABS) },
  "Sign": { _ in Elementwise("Sign", CONV_ELEMENTWISE_SIGN) },
  "Sqrt": { _ in Elementwise("Sqrt", CONV_ELEMENTWISE_SQRT) },
  "Exp": { _ in Elementwise("Exp", CONV_ELEMENTWISE_EXP) },
  "Log": { _ in Elementwise("Log", CONV_ELEMENTWISE_LOG) },
  "Reciprocal": { _ in Elementwise("Reciprocal", CONV_ELEMENTWISE_RECIPROCAL) },
  "Erf": { _ in Elementwise("Erf", CONV_ELEMENTWISE_ERF) },
  "Floor": { _ in Elementwise("Floor", CONV_ELEMENTWISE_FLOOR) },
  "Ceil": { _ in Elementwise("Ceil", CONV_ELEMENTWISE_CEIL) },
  "Round": { _ in Elementwise("Round", CONV_ELEMENTWISE_ROUND) },
  "Sin": { _ in Elementwise("Sin", CONV_ELEMENTWISE_SIN) },
  "Cos": { _ in Elementwise("Cos", CONV_ELEMENTWISE_COS) },

  // Elements as they are
  "Identity": { _ in Identity(description: "Identity") },
  "Dropout": {
    $0.ignore("ratio")
    $0.ignore("seed")
    $0.ignore("is_test")
    $0.removeOutputs(from: 1)
    return Identity(description: "Dropout", trainingInput: 2)
  },
]

extension Elementwise {
  /// One operation on two inputs.
  init(_ reader: inout NodeReader, pair name: String, _ operation: conv_elementwise_op) {
    self.init(name, inputs: 2, operation)
    secondInputAxis = reader.secondInputAxis()
  }

  /// An operation on the first two inputs, on that and the third, and so on; nil, with a note, for too many.
  init?(_ reader: inout NodeReader, folding name: String, _ operation: conv_elementwise_op) {
    let count = reader.inputs.count
    guard (1...Self.mostInputs).contains(count) else {
      reader.reject("\(count) inputs")
      return nil
    }
    guard count > 1 else {
      self.init(name, CONV_ELEMENTWISE_AFFINE, p: 1)
      return
    }
    self.init(name, inputs: count, [Instruction(operation, [0, 1])])
    for input in 2..<max(count, 2) { append(operation, with: input) }
  }

  /// Adds an operation on the last value, and maybe another one.
  mutating func append(
    _ operation: conv_elementwise_op, with other: Int? = nil, p: Float = 0, q: Float = 0
  ) {
    let last = inputCount + instructions.count - 1
    instructions.append(Instruction(operation, [last] + (other.map { [$0] } ?? []), p: p, q: q))
  }
}

extension NodeReader {
  /// The axis of the first input that the second one's first axis is aligned with: until opset 7, an attribute.
  mutating func secondInputAxis() -> Int? {
    guard opset < 7 else { return nil }
    ignore("broadcast")
    return integer("axis")
  }
}
