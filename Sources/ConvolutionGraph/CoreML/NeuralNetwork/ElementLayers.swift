extension NeuralNetworkWriter {
  /// Functions of elements. Truth values are 0 and 1.
  static let elementLayers: [String: Writer] = [
    "add": pair(.add(.init())), "sub": pair(.subtract(.init())), "mul": pair(.multiply(.init())),
    "real_div": pair(.divide(.init())), "pow": pair(.power(.init())), "mod": pair(.mod(.init())),
    "minimum": pair(.minimum(.init())), "maximum": pair(.maximum(.init())),
    "equal": pair(.equal(.init())), "not_equal": pair(.notEqual(.init())),
    "less": pair(.less(.init())), "less_equal": pair(.lessEqual(.init())),
    "greater": pair(.greater(.init())), "greater_equal": pair(.greaterEqual(.init())),
    "logical_and": pair(.logicalAnd(.init())), "logical_or": pair(.logicalOr(.init())),
    "logical_xor": pair(.logicalXor(.init())), "logical_not": single(.logicalNot(.init())),
    "select": { writer, operation in
      writer.add(
        operation, ["cond", "a", "b"].map { operation.value($0) }, .select(.init()))
    },
    "abs": unary(.abs), "sqrt": unary(.sqrt), "exp": unary(.exp), "log": unary(.log),
    "square": unary(.power, alpha: 2), "erf": single(.erf(.init())),
    "floor": single(.floor(.init())), "ceil": single(.ceil(.init())),
    "round": single(.round(.init())), "sign": single(.sign(.init())),
    "sin": single(.sin(.init())), "cos": single(.cos(.init())),
    "relu": activation(.relu(.init())), "sigmoid": activation(.sigmoid(.init())),
    "tanh": activation(.tanh(.init())), "softplus": activation(.softplus(.init())),
    "softsign": activation(.softsign(.init())),
    "identity": activation(.linear(.with { $0.alpha = 1 })),
    "relu6": single(.clip(.with { $0.maximum = 6 })),
    "clip": { writer, operation in
      let (minimum, maximum) = (operation.float("alpha"), operation.float("beta"))
      writer.add(
        operation, [operation.value("x")],
        .clip(.with { ($0.minimum, $0.maximum) = (minimum, maximum) }))
    },
    "linear_activation": { $0.alpha($1) { .linear($0) } },
    "leaky_relu": { $0.alpha($1) { .leakyRelu($0) } },
    "elu": { $0.alpha($1) { .elu($0) } },
    "sigmoid_hard": { $0.alpha($1) { .hardSigmoid($0) } },
    "prelu": { writer, operation in
      let slopes = writer.weights(operation.tensor("alpha"))
      writer.add(
        operation, [operation.value("x")],
        .activation(.with { $0.prelu = .with { $0.slopes = slopes } }))
    },
    "gelu": { writer, operation in
      let isExact = operation.word("mode") == "EXACT"
      writer.add(
        operation, [operation.value("x")],
        .gelu(.with { $0.mode = isExact ? .exact : .tanhApproximation }))
    },
    "silu": { writer, operation in
      let (x, output) = (operation.value("x"), operation.outputs[0])
      let gate = MLValue(writer.name("\(output.name)_gate"), x.type)
      writer.add([x], [gate], .activation(.with { $0.sigmoid = .init() }))
      writer.add(operation, [x, gate], .multiply(.init()))
    },
    "cast": { $0.cast($1) },
  ]

  private static func pair(_ parameters: CoreMLLayer.OneOf_Parameters) -> Writer {
    { writer, operation in
      writer.add(operation, [operation.value("x"), operation.value("y")], parameters)
    }
  }

  private static func single(_ parameters: CoreMLLayer.OneOf_Parameters) -> Writer {
    { writer, operation in writer.add(operation, [operation.value("x")], parameters) }
  }

  private static func activation(_ kind: CoreMLActivation.OneOf_Kind) -> Writer {
    single(.activation(.with { $0.kind = kind }))
  }

  private static func unary(_ function: CoreMLUnary.Function, alpha: Float = 0) -> Writer {
    single(
      .unary(
        .with {
          $0.function = function
          $0.alpha = alpha
          $0.scale = 1
        }))
  }

  private mutating func alpha(
    _ operation: MLOperation, _ kind: (CoreMLActivation.Alpha) -> CoreMLActivation.OneOf_Kind
  ) {
    let parameters = CoreMLActivation.Alpha.with {
      ($0.alpha, $0.beta) = (operation.float("alpha"), operation.float("beta"))
    }
    add(operation, [operation.value("x")], .activation(.with { $0.kind = kind(parameters) }))
  }

  /// Everything is a float: towards integers what lies behind the point goes, by the magnitude's floor and the sign.
  private mutating func cast(_ operation: MLOperation) {
    let (x, output) = (operation.value("x"), operation.outputs[0])
    guard x.type.element == .float32, output.type.element == .int32 else {
      return add(operation, [x], .activation(.with { $0.linear = .with { $0.alpha = 1 } }))
    }
    func value(_ suffix: String) -> MLValue { MLValue(name("\(output.name)_\(suffix)"), x.type) }
    let (magnitude, floor, sign) = (value("abs"), value("floor"), value("sign"))
    add(
      [x], [magnitude],
      .unary(
        .with {
          $0.function = .abs
          $0.scale = 1
        }))
    add([magnitude], [floor], .floor(.init()))
    add([x], [sign], .sign(.init()))
    add(operation, [floor, sign], .multiply(.init()))
  }
}
