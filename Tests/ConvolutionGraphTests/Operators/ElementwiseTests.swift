import Foundation
import Testing

@testable import ConvolutionGraph

/// What functions of elements give, beside the same in double precision.
@Suite struct ElementwiseTests {
  static let x: [Float] = [-30, -4, -2.5, -1, -0.5, -0.0, 0, 0.25, 0.5, 1, 1.5, 2.5, 4, 30]

  private static func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

  static let functions: [(String, [String: NodeReader.Attribute], @Sendable (Double) -> Double)] = [
    ("Relu", [:], { max($0, 0) }),
    ("LeakyRelu", [:], { $0 >= 0 ? $0 : 0.01 * $0 }),
    ("LeakyRelu", ["alpha": .float(0.25)], { $0 >= 0 ? $0 : 0.25 * $0 }),
    ("ThresholdedRelu", [:], { $0 > 1 ? $0 : 0 }),
    ("Elu", ["alpha": .float(2)], { $0 >= 0 ? $0 : 2 * expm1($0) }),
    (
      "Selu", [:],
      { 1.05070102214813232421875 * ($0 >= 0 ? $0 : 1.67326319217681884765625 * expm1($0)) }
    ),
    ("Celu", ["alpha": .float(2)], { max($0, 0) + min(0, 2 * expm1($0 / 2)) }),
    ("Sigmoid", [:], sigmoid),
    ("HardSigmoid", [:], { min(max(0.2 * $0 + 0.5, 0), 1) }),
    ("HardSwish", [:], { $0 * min(max($0 / 6 + 0.5, 0), 1) }),
    ("Gelu", [:], { $0 * (1 + erf($0 / 2.0.squareRoot())) / 2 }),
    (
      "Gelu", ["approximate": .string("tanh")],
      { $0 * (1 + tanh((2 / Double.pi).squareRoot() * ($0 + 0.044715 * $0 * $0 * $0))) / 2 }
    ),
    ("Mish", [:], { $0 * tanh(log1p(exp($0))) }),
    ("Softplus", [:], { log1p(exp($0)) }),
    ("Softsign", [:], { $0 / (1 + abs($0)) }),
    ("Swish", [:], { $0 * sigmoid($0) }),
    ("Swish", ["alpha": .float(0.5)], { $0 * sigmoid(0.5 * $0) }),
    ("Tanh", [:], { tanh($0) }),
    ("Neg", [:], { -$0 }),
    ("Abs", [:], { abs($0) }),
    ("Sign", [:], { $0 > 0 ? 1 : $0 < 0 ? -1 : 0 }),
    ("Sqrt", [:], { $0.squareRoot() }),
    ("Log", [:], { log($0) }),
    ("Erf", [:], { erf($0) }),
    ("Floor", [:], { floor($0) }),
    ("Ceil", [:], { ceil($0) }),
    ("Round", [:], { $0.rounded(.toNearestOrEven) }),
    ("Sin", [:], { sin($0) }),
    ("Cos", [:], { cos($0) }),
    ("Reciprocal", [:], { 1 / $0 }),
  ]

  @Test(arguments: functions.indices)
  func givesWhatDoublePrecisionGives(_ index: Int) throws {
    let (name, attributes, function) = Self.functions[index]
    let values = try OperatorCase(
      name, opset: 24, attributes, [NetworkTensor(Self.x, shape: [2, 7])], computed: [0]
    ).floats()
    for (x, y) in zip(Self.x, values) {
      let expected = function(Double(x))
      let isRight =
        expected.isNaN
        ? y.isNaN
        : Double(y) == expected || abs(Double(y) - expected) <= 2e-6 * max(1, abs(expected))
      #expect(isRight, "\(name) \(attributes) of \(x): \(y), expected \(expected)")
    }
  }

  @Test func exponentialsGrow() throws {
    let x: [Float] = [-3, 0, 1, 10]
    expectClose(
      try OperatorCase("Exp", [NetworkTensor(x, shape: [4])]).floats(), x.map { exp(Double($0)) },
      within: 1e-6)
  }

  @Test func operandsBroadcast() throws {
    let a = try NetworkTensor((0..<6).map(Float.init), shape: [2, 1, 3])
    let b = try NetworkTensor([10, 20] as [Float], shape: [2, 1])
    let sum = try OperatorCase("Add", [a, b], computed: [0, 1]).run()[0]
    #expect(sum.shape == [2, 2, 3])
    #expect(sum.floats == [10, 11, 12, 20, 21, 22, 13, 14, 15, 23, 24, 25])
    #expect(try OperatorCase("Sub", [b, b]).floats() == [0, 0])
  }

  @Test func moreThanEightAxesBroadcast() throws {
    let a = try NetworkTensor((0..<4).map(Float.init), shape: [2, 1, 1, 1, 1, 1, 1, 1, 1, 2])
    let b = try NetworkTensor([1, 2, 3] as [Float], shape: [1, 3, 1])
    let product = try OperatorCase("Mul", [a, b]).run()[0]
    #expect(product.shape == [2, 1, 1, 1, 1, 1, 1, 1, 3, 2])
    #expect(product.floats == [0, 1, 0, 2, 0, 3, 2, 3, 4, 6, 6, 9])
  }

  @Test func anyNumberOfInputs() throws {
    let inputs = try (1...3).map { try NetworkTensor([Float($0), Float(-$0)], shape: [2]) }
    #expect(try OperatorCase("Sum", inputs).floats() == [6, -6])
    #expect(try OperatorCase("Mean", inputs).floats() == [2, -2])
    #expect(try OperatorCase("Max", inputs).floats() == [3, -1])
    #expect(try OperatorCase("Min", inputs).floats() == [1, -3])
    #expect(try OperatorCase("Max", [inputs[0]]).floats() == [1, -1])
  }

  @Test func emptyTensorsAreNothing() throws {
    let empty = try NetworkTensor([] as [Float], shape: [0, 3])
    let row = try NetworkTensor([1, 2, 3] as [Float], shape: [3])
    #expect(try OperatorCase("Add", [empty, row]).run()[0].shape == [0, 3])
  }

  @Test func shapesThatDoNotFitAreErrors() throws {
    let a = try NetworkTensor([1, 2] as [Float], shape: [2])
    let b = try NetworkTensor([1, 2, 3] as [Float], shape: [3])
    #expect(throws: NetworkError.self) { try OperatorCase("Add", [a, b]).outputTypes() }
    #expect(throws: NetworkError.self) { try OperatorCase("Add", [a]).outputTypes() }
  }

  @Test func limitsAreAttributesOrInputs() throws {
    let x = try NetworkTensor([-2, 0.5, 7] as [Float], shape: [3])
    let (low, high) = (
      try NetworkTensor([0] as [Float], shape: []), try NetworkTensor([6] as [Float], shape: [])
    )
    let old: [String: NodeReader.Attribute] = ["min": .float(0), "max": .float(6)]
    #expect(try OperatorCase("Clip", opset: 6, old, [x]).floats() == [0, 0.5, 6])
    #expect(
      try OperatorCase("Clip", [x, low, high], computed: [0, 1, 2]).floats() == [0, 0.5, 6])
    #expect(try OperatorCase("Clip", [x, nil, high]).floats() == [-2, 0.5, 6])
    #expect(try OperatorCase("Clip", [x, low]).floats() == [0, 0.5, 7])
    #expect(try OperatorCase("Clip", [x]).floats() == [-2, 0.5, 7])
  }

  @Test func slopesOfOldFilesBelongToChannels() throws {
    let x = try NetworkTensor([-1, -2, -3, -4] as [Float], shape: [1, 2, 1, 2])
    let slopes = try NetworkTensor([10, 100] as [Float], shape: [2])
    #expect(try OperatorCase("PRelu", opset: 6, [x, slopes]).floats() == [-10, -20, -300, -400])
    #expect(try OperatorCase("PRelu", opset: 9, [x, slopes]).floats() == [-10, -200, -30, -400])
  }

  @Test func oldFilesAlignTheSecondInputAtAnAxis() throws {
    let x = try NetworkTensor([1, 2, 3, 4] as [Float], shape: [1, 2, 2])
    let b = try NetworkTensor([10, 20] as [Float], shape: [2])
    let aligned: [String: NodeReader.Attribute] = ["broadcast": .integer(1), "axis": .integer(1)]
    #expect(try OperatorCase("Add", opset: 6, aligned, [x, b]).floats() == [11, 12, 23, 24])
    #expect(
      try OperatorCase("Add", opset: 6, ["broadcast": .integer(1)], [x, b]).floats() == [
        11, 22, 13, 24,
      ])
  }

  @Test func exponentsMayBeOfAnotherType() throws {
    let base = try NetworkTensor([1, 2, 3] as [Float], shape: [3])
    #expect(
      try OperatorCase("Pow", [base, NetworkTensor([2] as [Int64], shape: [])]).floats() == [
        1, 4, 9,
      ])
    #expect(
      try OperatorCase("Pow", [base, NetworkTensor([3] as [Int32], shape: [1])]).floats() == [
        1, 8, 27,
      ])
    let integers = try NetworkTensor([4, 9] as [Int64], shape: [2])
    let power = try OperatorCase("Pow", [integers, NetworkTensor([0.5] as [Float], shape: [])])
      .run()[0]
    #expect(power.element == .int64 && power.integers == [2, 3])
  }

  @Test func elementsPassAsTheyAre() throws {
    let x = try NetworkTensor([1, 2, 3] as [Int64], shape: [3])
    #expect(try OperatorCase("Identity", [x]).run() == [x])
    let y = try NetworkTensor([1, 2] as [Float], shape: [2])
    #expect(try OperatorCase("Dropout", opset: 7, ["ratio": .float(0.5)], [y]).run() == [y])
    let trains = try NetworkTensor([true], shape: [])
    #expect(throws: NetworkError.self) { try OperatorCase("Dropout", [y, nil, trains]).run() }
  }
}
