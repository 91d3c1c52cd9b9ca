import CConvolution
import Foundation
import TestSupport
import Testing

/// Chains of elementwise instructions against float64.
struct TensorsElementwiseTests {
  private struct Operation: CustomTestStringConvertible {
    let name: String
    let op: conv_elementwise_op
    var p: Float = 0
    var q: Float = 0
    /// In units of the last place.
    var bound = 4.0
    let reference: @Sendable (Double, Double, Double) -> Double
    var testDescription: String { name }

    init(
      _ name: String, _ op: conv_elementwise_op, p: Float = 0, q: Float = 0, bound: Double = 4,
      _ reference: @escaping @Sendable (Double, Double, Double) -> Double
    ) {
      (self.name, self.op, self.p, self.q, self.bound, self.reference) = (
        name, op, p, q, bound, reference
      )
    }
  }

  private static let operations: [Operation] = [
    Operation("add", CONV_ELEMENTWISE_ADD) { a, b, _ in a + b },
    Operation("sub", CONV_ELEMENTWISE_SUB) { a, b, _ in a - b },
    Operation("mul", CONV_ELEMENTWISE_MUL) { a, b, _ in a * b },
    Operation("div", CONV_ELEMENTWISE_DIV) { a, b, _ in a / b },
    Operation("pow", CONV_ELEMENTWISE_POW) { a, b, _ in pow(a, b) },
    Operation("min", CONV_ELEMENTWISE_MIN) { a, b, _ in a.isNaN || b.isNaN ? .nan : Swift.min(a, b)
    },
    Operation("max", CONV_ELEMENTWISE_MAX) { a, b, _ in a.isNaN || b.isNaN ? .nan : Swift.max(a, b)
    },
    Operation("prelu", CONV_ELEMENTWISE_PRELU) { a, b, _ in a < 0 ? b * a : a },
    Operation("equal", CONV_ELEMENTWISE_EQUAL) { a, b, _ in a == b ? 1 : 0 },
    Operation("less", CONV_ELEMENTWISE_LESS) { a, b, _ in a < b ? 1 : 0 },
    Operation("less or equal", CONV_ELEMENTWISE_LESS_OR_EQUAL) { a, b, _ in a <= b ? 1 : 0 },
    Operation("select", CONV_ELEMENTWISE_SELECT) { a, b, c in a != 0 ? b : c },
    Operation("neg", CONV_ELEMENTWISE_NEG) { a, _, _ in -a },
    Operation("abs", CONV_ELEMENTWISE_ABS) { a, _, _ in abs(a) },
    Operation("sqrt", CONV_ELEMENTWISE_SQRT) { a, _, _ in a.squareRoot() },
    Operation("exp", CONV_ELEMENTWISE_EXP) { a, _, _ in exp(a) },
    Operation("log", CONV_ELEMENTWISE_LOG) { a, _, _ in log(a) },
    Operation("reciprocal", CONV_ELEMENTWISE_RECIPROCAL) { a, _, _ in 1 / a },
    Operation("erf", CONV_ELEMENTWISE_ERF) { a, _, _ in erf(a) },
    Operation("floor", CONV_ELEMENTWISE_FLOOR) { a, _, _ in a.rounded(.down) },
    Operation("ceil", CONV_ELEMENTWISE_CEIL) { a, _, _ in a.rounded(.up) },
    Operation("round", CONV_ELEMENTWISE_ROUND) { a, _, _ in a.rounded(.toNearestOrEven) },
    Operation("sign", CONV_ELEMENTWISE_SIGN) { a, _, _ in a > 0 ? 1 : a < 0 ? -1 : a },
    Operation("sin", CONV_ELEMENTWISE_SIN) { a, _, _ in sin(a) },
    Operation("cos", CONV_ELEMENTWISE_COS) { a, _, _ in cos(a) },
    Operation("affine", CONV_ELEMENTWISE_AFFINE, p: 2, q: -0.5) { a, _, _ in 2 * a - 0.5
    },
    Operation("clip", CONV_ELEMENTWISE_CLIP, p: -1, q: 2) { a, _, _ in
      a.isNaN ? a : Swift.min(Swift.max(a, -1), 2)
    },
    Operation("leaky relu", CONV_ELEMENTWISE_LEAKY_RELU, p: 0.25) { a, _, _ in a < 0 ? 0.25 * a : a
    },
    Operation("elu", CONV_ELEMENTWISE_ELU, p: 1.5) { a, _, _ in a < 0 ? 1.5 * expm1(a) : a },
    Operation("selu", CONV_ELEMENTWISE_SELU, p: 1.5, q: 1.25) { a, _, _ in
      1.25 * (a < 0 ? 1.5 * expm1(a) : a)
    },
    Operation("hard sigmoid", CONV_ELEMENTWISE_HARD_SIGMOID, p: 0.25, q: 0.5) { a, _, _ in
      a.isNaN ? a : Swift.min(Swift.max(0.25 * a + 0.5, 0), 1)
    },
    Operation("hard swish", CONV_ELEMENTWISE_HARD_SWISH) { a, _, _ in
      a.isNaN ? a : a * Swift.min(Swift.max(a + 3, 0), 6) / 6
    },
    Operation("sigmoid", CONV_ELEMENTWISE_SIGMOID) { a, _, _ in 1 / (1 + exp(-a)) },
    Operation("tanh", CONV_ELEMENTWISE_TANH) { a, _, _ in tanh(a) },
    Operation("silu", CONV_ELEMENTWISE_SILU, bound: 64) { a, _, _ in a / (1 + exp(-a)) },
    Operation("softplus", CONV_ELEMENTWISE_SOFTPLUS) { a, _, _ in
      Swift.max(a, 0) + log1p(exp(-abs(a)))
    },
    Operation("softsign", CONV_ELEMENTWISE_SOFTSIGN) { a, _, _ in a / (1 + abs(a)) },
    Operation("mish", CONV_ELEMENTWISE_MISH, bound: 64) { a, _, _ in
      a * tanh(Swift.max(a, 0) + log1p(exp(-abs(a))))
    },
    // Far below 0 results are tiny, and the rounding of the exponent counts.
    Operation("gelu", CONV_ELEMENTWISE_GELU, bound: 256) { a, _, _ in
      a * erfc(-a / 2.0.squareRoot()) / 2
    },
    Operation("gelu tanh", CONV_ELEMENTWISE_GELU_TANH, bound: 256) { a, _, _ in
      a / (1 + exp(-2 * (2 / Double.pi).squareRoot() * (a + 0.044715 * a * a * a)))
    },
  ]

  private static let special: [Float] = [
    0, -0, 1, -1, .infinity, -.infinity, .nan, .leastNonzeroMagnitude, -1e-40,
    .greatestFiniteMagnitude,
    0.5, -0.5, 1.5, 2.5, -2.5, 88.7, -104, 1e-10, 8_388_609, 2, 3,
  ]

  @Test func everyOperationIsListed() {
    #expect(
      Set(Self.operations.map(\.op.rawValue)).count == Int(CONV_ELEMENTWISE_OP_COUNT.rawValue))
  }

  @Test(arguments: operations)
  private func operationsComputeWhatFloat64Does(operation: Operation) {
    var random = SplitMix64(seed: Int(operation.op.rawValue))
    var inputs = [0.3, 5, 20].map { scale in (0..<3).map { _ in random.floats(500, scale: scale) } }
      .reduce([[], [], []]) { zip($0, $1).map { $0 + $1 } }
    for a in Self.special {
      for b in Self.special {
        inputs[0].append(a)
        inputs[1].append(b)
        inputs[2].append(a)
      }
    }
    let count = inputs[0].count
    for set in instructionSets {
      let y = run(
        set, [count], inputs.map { ($0, [1]) },
        [conv_instruction(op: operation.op, a: 0, b: 1, c: 2, p: operation.p, q: operation.q)])
      #expect(y != nil, "threads change bits")
      for index in 0..<count {
        let (a, b, c) = (inputs[0][index], inputs[1][index], inputs[2][index])
        let expected = operation.reference(Double(a), Double(b), Double(c))
        let error = unitsInLastPlace(y![index], expected)
        if error > operation.bound {
          Issue.record(
            "\(operation.name) on \(set.rawValue) of \(a), \(b): \(y![index]), not \(expected)")
          break
        }
      }
    }
  }

  @Test func anExponentThatAllShareIsExact() {
    let bases: [Float] = [0, -0, 3, -3, .infinity, -.infinity, .nan, 0.7, 1e-20]
    for exponent: Float in [2, 3, 0.5, -1, 0, 1.7] {
      let pow = conv_instruction(op: CONV_ELEMENTWISE_POW, a: 0, b: 1, c: 0, p: 0, q: 0)
      for set in instructionSets {
        let y = run(set, [bases.count], [(bases, [1]), ([exponent], [0])], [pow])!
        for (value, base) in zip(y, bases) {
          #expect(
            unitsInLastPlace(value, Foundation.pow(Double(base), Double(exponent))) <= 2,
            "\(base) ^ \(exponent)")
        }
      }
    }
  }

  /// Broadcasts of every kind, steps and negative strides; chains that use values again.
  @Test(arguments: 0..<60)
  func chainsBroadcast(seed: Int) {
    var random = SplitMix64(seed: seed)
    let axes = Int.random(in: 0...4, using: &random)
    let most = axes < 3 ? 60 : 9
    let shape = (0..<axes).map { _ in
      Int.random(in: 0..<12, using: &random) == 0
        ? Int.random(in: 0...1, using: &random) : Int.random(in: 1...most, using: &random)
    }
    let inputs: [([Float], [Int])] = (0..<Int.random(in: 1...5, using: &random)).map { _ in
      var next = Int.random(in: 1...8, using: &random) == 1 ? 2 : 1
      var strides = shape.map { _ in 0 }
      for axis in shape.indices.reversed() where Int.random(in: 0..<3, using: &random) > 0 {
        strides[axis] = next
        next *= max(shape[axis], 1)
      }
      return (random.floats(next), strides)
    }
    let ops = [
      CONV_ELEMENTWISE_ADD, CONV_ELEMENTWISE_MUL, CONV_ELEMENTWISE_MAX, CONV_ELEMENTWISE_SUB,
      CONV_ELEMENTWISE_NEG,
    ]
    let instructions = (0..<Int.random(in: 1...32, using: &random)).map { index in
      let earlier = 0..<Int32(inputs.count + index)
      return conv_instruction(
        op: ops.randomElement(using: &random)!, a: .random(in: earlier, using: &random),
        b: .random(in: earlier, using: &random), c: 0, p: 0, q: 0)
    }
    let expected = everyIndex(of: shape).map { index in
      var values = inputs.map { $0.0[place(index, $0.1)] }
      for instruction in instructions {
        let (a, b) = (values[Int(instruction.a)], values[Int(instruction.b)])
        switch instruction.op {
        case CONV_ELEMENTWISE_ADD: values.append(a + b)
        case CONV_ELEMENTWISE_MUL: values.append(a * b)
        case CONV_ELEMENTWISE_MAX: values.append(a.isNaN || b.isNaN ? .nan : max(a, b))
        case CONV_ELEMENTWISE_SUB: values.append(a - b)
        default: values.append(-a)
        }
      }
      return values.last!
    }
    for set in instructionSets {
      let y = run(set, shape, inputs, instructions)
      #expect(y != nil, "threads change bits")
      #expect(zip(y!, expected).allSatisfy { $0 == $1 || ($0.isNaN && $1.isNaN) }, "\(shape)")
    }
  }

  @Test func theOutputMayBeTheMemoryOfAnInput() {
    let x = (0..<5000).map(Float.init)
    var chain = conv_elementwise()
    (chain.axes, chain.inputs, chain.instructions) = (2, 2, 2)
    fill(&chain.extent, with: int64s([50, 100]))
    withUnsafeMutableBytes(of: &chain.stride) { bytes in
      let strides = bytes.bindMemory(to: Int64.self)
      (strides[0], strides[1], strides[8], strides[9]) = (100, 1, 0, 1)
    }
    fill(
      &chain.instruction,
      with: [
        conv_instruction(op: CONV_ELEMENTWISE_ADD, a: 0, b: 1, c: 0, p: 0, q: 0),
        conv_instruction(op: CONV_ELEMENTWISE_SUB, a: 2, b: 0, c: 0, p: 0, q: 0),
      ])
    let row = (0..<100).map(Float.init)
    for set in instructionSets {
      var y = x
      y.withUnsafeMutableBufferPointer { y in
        row.withUnsafeBufferPointer { row in
          conv_run_elementwise(
            set, &chain, [UnsafePointer(y.baseAddress!), row.baseAddress!], y.baseAddress!, 2)
        }
      }
      #expect(y == (0..<50).flatMap { _ in row })
    }
  }

  private func run(
    _ set: conv_isa, _ shape: [Int], _ inputs: [([Float], [Int])],
    _ instructions: [conv_instruction]
  ) -> [Float]? {
    var chain = conv_elementwise()
    chain.axes = Int32(shape.count)
    chain.inputs = Int32(inputs.count)
    chain.instructions = Int32(instructions.count)
    fill(&chain.extent, with: int64s(shape))
    withUnsafeMutableBytes(of: &chain.stride) { bytes in
      let strides = bytes.bindMemory(to: Int64.self)
      for (input, operand) in inputs.enumerated() {
        for (axis, stride) in operand.1.enumerated() {
          strides[input * Int(CONV_MOST_AXES) + axis] = Int64(stride)
        }
      }
    }
    fill(&chain.instruction, with: instructions)
    let sides = GuardedSide.allCases.map { side in
      let memory = inputs.map { GuardedMemory($0.0, side: side) }
      let pointers = memory.map(\.readOnly.baseAddress)
      return withExtendedLifetime(memory) {
        sameOnThreads(count: shape.reduce(1, *)) { y, threads, _ in
          conv_run_elementwise(set, &chain, pointers, y, threads)
        }
      }
    }
    #expect(sides[0]?.map(\.bitPattern) == sides[1]?.map(\.bitPattern))
    return sides[0]
  }
}
