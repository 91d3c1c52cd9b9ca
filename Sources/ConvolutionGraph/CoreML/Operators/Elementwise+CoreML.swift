import CConvolution

extension Elementwise {
  func writeCoreML(_ scope: inout MLScope) throws(NetworkError) -> [MLValue] {
    guard scope.types[0].element != .uint8 else { throw scope.unwritable("uint8 arithmetic") }
    var inputs: [MLValue] = []
    for index in 0..<inputCount {
      var input = try scope.input(index)
      if index == 1, let secondInputAxis {
        // Aligned with an axis of the first one, and not with the last.
        let rank = inputs[0].rank
        let behind = rank - (try inputs[0].shape.axis(secondInputAxis)) - input.rank
        input = try scope.reshaped(input, input.shape + Array(repeating: 1, count: max(behind, 0)))
      }
      inputs.append(input)
    }
    return [try writeCoreML(&scope, inputs)]
  }

  /// The chain on values.
  func writeCoreML(
    _ scope: inout MLScope, _ inputs: [MLValue]
  ) throws(NetworkError) -> MLValue {
    var values = inputs
    for instruction in instructions {
      guard let write = Self.inCoreML[instruction.operation.rawValue],
        values[0].type.element == .float32 || instruction.isOfIntegers
      else { throw scope.unwritable() }
      values.append(try write(&scope, instruction, instruction.operands.map { values[$0] }))
    }
    return values.last!
  }

  private typealias Writer =
    @Sendable (inout MLScope, Instruction, [MLValue]) throws(NetworkError) ->
    MLValue

  private static let inCoreML: [UInt32: Writer] = arithmetic.merging(activations) { _, new in new }

  /// An operation of one or two operands that has no settings.
  private static func plain(_ type: String) -> Writer {
    {
      (scope: inout MLScope, _: Instruction, operands: [MLValue]) throws(NetworkError) in
      operands.count == 1
        ? try scope.unary(type, operands[0]) : try scope.binary(type, operands[0], operands[1])
    }
  }

  /// 1 where a comparison holds, and 0 elsewhere.
  private static func test(_ type: String) -> Writer {
    { (scope: inout MLScope, _: Instruction, operands: [MLValue]) throws(NetworkError) in
      try scope.cast(
        scope.binary(type, operands[0], operands[1], .bool), operands[0].type.element)
    }
  }

  private static let arithmetic: [UInt32: Writer] = [
    CONV_ELEMENTWISE_ADD.rawValue: plain("add"),
    CONV_ELEMENTWISE_SUB.rawValue: plain("sub"),
    CONV_ELEMENTWISE_MUL.rawValue: plain("mul"),
    CONV_ELEMENTWISE_MIN.rawValue: plain("minimum"),
    CONV_ELEMENTWISE_MAX.rawValue: plain("maximum"),
    CONV_ELEMENTWISE_EQUAL.rawValue: test("equal"),
    CONV_ELEMENTWISE_LESS.rawValue: test("less"),
    CONV_ELEMENTWISE_LESS_OR_EQUAL.rawValue: test("less_equal"),
    CONV_ELEMENTWISE_ABS.rawValue: plain("abs"),
    CONV_ELEMENTWISE_SQRT.rawValue: plain("sqrt"),
    CONV_ELEMENTWISE_EXP.rawValue: plain("exp"),
    CONV_ELEMENTWISE_ERF.rawValue: plain("erf"),
    CONV_ELEMENTWISE_FLOOR.rawValue: plain("floor"),
    CONV_ELEMENTWISE_CEIL.rawValue: plain("ceil"),
    CONV_ELEMENTWISE_ROUND.rawValue: plain("round"),
    CONV_ELEMENTWISE_SIGN.rawValue: plain("sign"),
    CONV_ELEMENTWISE_SIN.rawValue: plain("sin"),
    CONV_ELEMENTWISE_COS.rawValue: plain("cos"),
    CONV_ELEMENTWISE_DIV.rawValue: { (scope, _, operands) throws(NetworkError) in
      guard operands[0].type.element == .float32 else { throw scope.unwritable("of integers") }
      return try scope.binary("real_div", operands[0], operands[1])
    },
    CONV_ELEMENTWISE_POW.rawValue: { (scope, _, operands) throws(NetworkError) in
      guard operands[0].type.element == .float32 else { throw scope.unwritable("of integers") }
      return try scope.binary("pow", operands[0], operands[1])
    },
    CONV_ELEMENTWISE_SELECT.rawValue: { (scope, _, operands) throws(NetworkError) in
      let condition = try scope.binary(
        "not_equal", operands[0], scope.number(0, like: operands[0].type), .bool)
      return try scope.selected(condition, operands[1], operands[2])
    },
    CONV_ELEMENTWISE_NEG.rawValue: { (scope, _, operands) throws(NetworkError) in
      try scope.binary("mul", operands[0], -1)
    },
    CONV_ELEMENTWISE_LOG.rawValue: { (scope, _, operands) throws(NetworkError) in
      try scope.add("log", ["x": .value(operands[0]), "epsilon": 0.0], operands[0].type)
    },
    CONV_ELEMENTWISE_RECIPROCAL.rawValue: { (scope, _, operands) throws(NetworkError) in
      try scope.binary("real_div", scope.number(1, like: operands[0].type), operands[0])
    },
    CONV_ELEMENTWISE_AFFINE.rawValue: { (scope, instruction, operands) throws(NetworkError) in
      try scope.affine(operands[0], instruction.p, instruction.q)
    },
    CONV_ELEMENTWISE_CLIP.rawValue: { (scope, instruction, operands) throws(NetworkError) in
      try scope.clipped(operands[0], instruction.p, instruction.q)
    },
  ]

  private static let activations: [UInt32: Writer] = [
    CONV_ELEMENTWISE_SIGMOID.rawValue: plain("sigmoid"),
    CONV_ELEMENTWISE_TANH.rawValue: plain("tanh"),
    CONV_ELEMENTWISE_SILU.rawValue: plain("silu"),
    CONV_ELEMENTWISE_SOFTPLUS.rawValue: plain("softplus"),
    CONV_ELEMENTWISE_SOFTSIGN.rawValue: plain("softsign"),
    CONV_ELEMENTWISE_PRELU.rawValue: { (scope, _, operands) throws(NetworkError) in
      try scope.prelu(operands[0], operands[1])
    },
    CONV_ELEMENTWISE_LEAKY_RELU.rawValue: { (scope, instruction, operands) throws(NetworkError) in
      try scope.add(
        "leaky_relu", ["x": .value(operands[0]), "alpha": .float(instruction.p)], operands[0].type)
    },
    CONV_ELEMENTWISE_ELU.rawValue: { (scope, instruction, operands) throws(NetworkError) in
      try scope.add(
        "elu", ["x": .value(operands[0]), "alpha": .float(instruction.p)], operands[0].type)
    },
    CONV_ELEMENTWISE_SELU.rawValue: { (scope, instruction, operands) throws(NetworkError) in
      let elu = try scope.add(
        "elu", ["x": .value(operands[0]), "alpha": .float(instruction.p)], operands[0].type)
      return try scope.binary("mul", elu, instruction.q)
    },
    CONV_ELEMENTWISE_HARD_SIGMOID.rawValue: { (scope, instruction, operands) throws(NetworkError) in
      try scope.hardSigmoid(operands[0], instruction.p, instruction.q)
    },
    CONV_ELEMENTWISE_HARD_SWISH.rawValue: { (scope, _, operands) throws(NetworkError) in
      try scope.binary("mul", operands[0], scope.hardSigmoid(operands[0], 1 / 6, 0.5))
    },
    CONV_ELEMENTWISE_MISH.rawValue: { (scope, _, operands) throws(NetworkError) in
      try scope.binary(
        "mul", operands[0], scope.unary("tanh", scope.unary("softplus", operands[0])))
    },
    CONV_ELEMENTWISE_GELU.rawValue: { (scope, _, operands) throws(NetworkError) in
      try scope.add("gelu", ["x": .value(operands[0]), "mode": "EXACT"], operands[0].type)
    },
    CONV_ELEMENTWISE_GELU_TANH.rawValue: { (scope, _, operands) throws(NetworkError) in
      try scope.add(
        "gelu", ["x": .value(operands[0]), "mode": "TANH_APPROXIMATION"], operands[0].type)
    },
  ]
}

extension MLScope {
  /// factor x + offset
  mutating func affine(
    _ x: MLValue, _ factor: Float, _ offset: Float
  ) throws(NetworkError) -> MLValue {
    guard factor != 1 || offset != 0 else { return x }
    guard x.type.element == .float32 else {
      return try binary("add", binary("mul", x, factor), offset)
    }
    return try add(
      "linear_activation",
      ["x": .value(x), "alpha": .float(factor), "beta": .float(offset)], x.type)
  }

  mutating func hardSigmoid(
    _ x: MLValue, _ slope: Float, _ offset: Float
  ) throws(NetworkError) -> MLValue {
    try add(
      "sigmoid_hard", ["x": .value(x), "alpha": .float(slope), "beta": .float(offset)], x.type)
  }

  /// Core ML has slopes of channels of pictures; with others, the negative part is multiplied.
  mutating func prelu(_ x: MLValue, _ slopes: MLValue) throws(NetworkError) -> MLValue {
    let isOfChannels =
      x.rank == 4 && slopes.rank >= 3 && slopes.rank <= 4
      && slopes.shape.suffix(3) == [x.shape[1], 1, 1] && slopes.type.count == x.shape[1]
    if isOfChannels, slopes.constant != nil {
      let alpha = try reshaped(slopes, [x.shape[1]])
      return try add("prelu", ["x": .value(x), "alpha": .value(alpha)], x.type)
    }
    let negative = try binary("mul", binary("minimum", x, 0), slopes)
    return try binary("add", binary("maximum", x, 0), negative)
  }

  mutating func selected(
    _ condition: MLValue, _ a: MLValue, _ b: MLValue
  ) throws(NetworkError) -> MLValue {
    let shape = try Broadcast([condition.shape, a.shape, b.shape]).shape
    // The condition alone does not make the result larger.
    let a = try Broadcast([a.shape, b.shape]).shape == shape ? a : expanded(a, shape)
    return try add(
      "select", ["cond": .value(condition), "a": .value(a), "b": .value(b)], a.type.shaped(shape))
  }
}
