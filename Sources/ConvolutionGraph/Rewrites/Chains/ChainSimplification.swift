import CConvolution

/// Finds shorter forms of elementwise chains: numbers instead of tensors of one element, and functions that files spell
/// out, such as x sigmoid(x).
struct ChainSimplification: Rewrite {
  let name = "chain-simplification"

  func patch(_ node: Graph.Node, in graph: inout Graph) throws(NetworkError) -> Graph.Patch? {
    if let power = node.operation as? Power, graph.type(node.inputs[0])?.element == .float32,
      graph.type(node.inputs[1])?.element == .float32
    {
      return Graph.Patch(
        name: name, nodes: [Graph.Node(node.name, power.ofOneType, node.inputs, node.outputs)])
    }
    guard var chain = node.operation as? Elementwise, chain.secondInputAxis == nil else {
      return nil
    }
    var inputs = node.inputs
    let before = chain.instructions
    takeNumbers(&chain, inputs, graph)
    while chain.shorten() {}
    guard chain.instructions != before else { return nil }
    for index in inputs.indices.reversed() where chain.uses(of: index) == 0 {
      chain.removeInput(index)
      inputs.remove(at: index)
    }
    return Graph.Patch(name: name, nodes: [Graph.Node(node.name, chain, inputs, node.outputs)])
  }

  /// Operations with constants of one element become operations with numbers.
  private func takeNumbers(
    _ chain: inout Elementwise, _ inputs: [Graph.ValueID?], _ graph: Graph
  ) {
    for index in chain.instructions.indices {
      let instruction = chain.instructions[index]
      guard instruction.operands.count == 2 else { continue }
      let numbers = instruction.operands.map { number(of: $0, chain, inputs, graph) }
      guard (numbers[0] == nil) != (numbers[1] == nil) else { continue }
      let isSecond = numbers[0] == nil
      let c = (isSecond ? numbers[1] : numbers[0])!
      let operand = instruction.operands[isSecond ? 0 : 1]
      let simpler: Elementwise.Instruction? =
        switch instruction.operation {
        case CONV_ELEMENTWISE_ADD: .init(CONV_ELEMENTWISE_AFFINE, [operand], p: 1, q: c)
        case CONV_ELEMENTWISE_MUL: .init(CONV_ELEMENTWISE_AFFINE, [operand], p: c)
        case CONV_ELEMENTWISE_SUB:
          isSecond
            ? .init(CONV_ELEMENTWISE_AFFINE, [operand], p: 1, q: -c)
            : .init(CONV_ELEMENTWISE_AFFINE, [operand], p: -1, q: c)
        case CONV_ELEMENTWISE_DIV where isSecond:
          .init(CONV_ELEMENTWISE_AFFINE, [operand], p: 1 / c)
        case CONV_ELEMENTWISE_MAX where !c.isNaN:
          .init(CONV_ELEMENTWISE_CLIP, [operand], p: c, q: .infinity)
        case CONV_ELEMENTWISE_MIN where !c.isNaN:
          .init(CONV_ELEMENTWISE_CLIP, [operand], p: -.infinity, q: c)
        case CONV_ELEMENTWISE_POW where isSecond && c == 2:
          .init(CONV_ELEMENTWISE_MUL, [operand, operand])
        case CONV_ELEMENTWISE_POW where isSecond && c == 0.5:
          .init(CONV_ELEMENTWISE_SQRT, [operand])
        case CONV_ELEMENTWISE_PRELU where isSecond:
          .init(CONV_ELEMENTWISE_LEAKY_RELU, [operand], p: c)
        default: nil
        }
      if let simpler { chain.instructions[index] = simpler }
    }
  }

  /// The only element of an input that is constant, and does not give the result axes that it would not have otherwise.
  private func number(
    of value: Int, _ chain: Elementwise, _ inputs: [Graph.ValueID?], _ graph: Graph
  ) -> Float? {
    guard value < chain.inputCount, let constant = graph.constant(inputs[value]),
      constant.count == 1, constant.element == .float32
    else { return nil }
    let ranks = inputs.enumerated().compactMap { index, input in
      index == value ? nil : graph.type(input)?.shape.count
    }
    let others = inputs.count - 1
    // Of values whose shape is not known, at least one axis is taken for granted.
    let rank = ranks.count == others ? ranks.max() ?? 0 : max(ranks.max() ?? 1, 1)
    return constant.shape.count <= rank ? constant.floats[0] : nil
  }
}

extension Elementwise {
  /// Finds one shorter form. Returns whether there was one.
  fileprivate mutating func shorten() -> Bool {
    for value in inputCount...max(result, inputCount) where value <= result {
      if let same = unchanged(value), value != result || same >= inputCount {
        replace(value, by: same)
        return true
      }
      guard let shorter = shorter(value), shorter != instruction(value) else { continue }
      instructions[value - inputCount] = shorter
      removeUnused()
      return true
    }
    return false
  }

  /// What a value is the same as.
  private func unchanged(_ value: Int) -> Int? {
    guard let affine = match(value, CONV_ELEMENTWISE_AFFINE), affine.p == 1, affine.q == 0 else {
      return nil
    }
    return affine.operands[0]
  }

  private func shorter(_ value: Int) -> Instruction? {
    switch instruction(value)!.operation {
    case CONV_ELEMENTWISE_AFFINE: ofAffine(value)
    case CONV_ELEMENTWISE_CLIP: ofClip(value)
    case CONV_ELEMENTWISE_MUL: ofProduct(value)
    default: nil
    }
  }

  private func ofAffine(_ value: Int) -> Instruction? {
    let outer = instruction(value)!
    let operand = outer.operands[0]
    if let inner = match(operand, CONV_ELEMENTWISE_AFFINE) {
      return Instruction(
        CONV_ELEMENTWISE_AFFINE, inner.operands, p: outer.p * inner.p,
        q: outer.p * inner.q + outer.q)
    }
    // min(max(p x + q, 0), m) / m
    if let clip = match(operand, CONV_ELEMENTWISE_CLIP), clip.p == 0, clip.q > 0,
      clip.q < .infinity,
      isReciprocal(outer.p, clip.q), outer.q == 0
    {
      let line = match(clip.operands[0], CONV_ELEMENTWISE_AFFINE)
      return Instruction(
        CONV_ELEMENTWISE_HARD_SIGMOID, line?.operands ?? clip.operands, p: (line?.p ?? 1) / clip.q,
        q: (line?.q ?? 0) / clip.q)
    }
    // x min(max(x + 3, 0), 6) / 6
    if outer.q == 0, isReciprocal(outer.p, 6), let product = match(operand, CONV_ELEMENTWISE_MUL) {
      for (x, other) in product.pairs where isHardSwishGate(other, of: x) {
        return Instruction(CONV_ELEMENTWISE_HARD_SWISH, [x])
      }
    }
    // x (1 + erf(x / sqrt(2))) / 2
    if outer.p == 0.5, outer.q == 0, let product = match(operand, CONV_ELEMENTWISE_MUL) {
      for (x, other) in product.pairs where isErrorFunction(other, of: x, p: 1, q: 1) {
        return Instruction(CONV_ELEMENTWISE_GELU, [x])
      }
    }
    return nil
  }

  private func ofClip(_ value: Int) -> Instruction? {
    let outer = instruction(value)!
    guard let inner = match(outer.operands[0], CONV_ELEMENTWISE_CLIP), inner.p <= inner.q,
      outer.p <= outer.q
    else { return nil }
    func clamp(_ x: Float) -> Float { min(max(x, outer.p), outer.q) }
    return Instruction(
      CONV_ELEMENTWISE_CLIP, inner.operands, p: clamp(inner.p), q: clamp(inner.q))
  }

  private func ofProduct(_ value: Int) -> Instruction? {
    for (x, other) in instruction(value)!.pairs {
      if match(other, CONV_ELEMENTWISE_SIGMOID)?.operands == [x] {
        return Instruction(CONV_ELEMENTWISE_SILU, [x])
      }
      if let gate = match(other, CONV_ELEMENTWISE_HARD_SIGMOID), gate.operands == [x],
        isReciprocal(gate.p, 6), gate.q == 0.5
      {
        return Instruction(CONV_ELEMENTWISE_HARD_SWISH, [x])
      }
      if let tanh = match(other, CONV_ELEMENTWISE_TANH),
        match(tanh.operands[0], CONV_ELEMENTWISE_SOFTPLUS)?.operands == [x]
      {
        return Instruction(CONV_ELEMENTWISE_MISH, [x])
      }
      if isErrorFunction(other, of: x, p: 0.5, q: 0.5) {
        return Instruction(CONV_ELEMENTWISE_GELU, [x])
      }
      if let half = match(x, CONV_ELEMENTWISE_AFFINE), half.p == 0.5, half.q == 0,
        isErrorFunction(other, of: half.operands[0], p: 1, q: 1)
      {
        return Instruction(CONV_ELEMENTWISE_GELU, half.operands)
      }
    }
    return nil
  }

  /// min(max(x + 3, 0), 6)
  private func isHardSwishGate(_ value: Int, of x: Int) -> Bool {
    guard let clip = match(value, CONV_ELEMENTWISE_CLIP), clip.p == 0, clip.q == 6,
      let line = match(clip.operands[0], CONV_ELEMENTWISE_AFFINE)
    else { return false }
    return line.operands == [x] && line.p == 1 && line.q == 3
  }

  /// p erf(x / sqrt(2)) + q
  private func isErrorFunction(_ value: Int, of x: Int, p: Float, q: Float) -> Bool {
    guard let line = match(value, CONV_ELEMENTWISE_AFFINE), line.p == p, line.q == q,
      let erf = match(line.operands[0], CONV_ELEMENTWISE_ERF),
      let scaled = match(erf.operands[0], CONV_ELEMENTWISE_AFFINE)
    else { return false }
    return scaled.operands == [x] && scaled.q == 0 && abs(scaled.p - Float(0.5).squareRoot()) < 1e-6
  }

  private func isReciprocal(_ p: Float, _ m: Float) -> Bool { abs(p * m - 1) < 1e-6 }
}

extension Elementwise.Instruction {
  /// Its two operands, either first.
  fileprivate var pairs: [(Int, Int)] {
    [(operands[0], operands[1]), (operands[1], operands[0])]
  }
}
