import Testing

@testable import ConvolutionGraph

/// Arithmetic on integers, which never traps.
@Suite struct IntegerTests {
  private func run(_ name: String, _ a: [Int64], _ b: [Int64]) throws -> [Int]? {
    try OperatorCase(
      name, [NetworkTensor(a, shape: [a.count]), NetworkTensor(b, shape: [b.count])]
    )
    .run()[0].integers
  }

  @Test func arithmeticWrapsAround() throws {
    #expect(try run("Add", [.max, 1], [1, 2]) == [.min, 3])
    #expect(try run("Sub", [.min, 1], [1, 2]) == [.max, -1])
    #expect(try run("Mul", [.max, 3], [2, -2]) == [-2, -6])
    #expect(
      try OperatorCase(
        "Add", [NetworkTensor([Int32.max], shape: [1]), NetworkTensor([1] as [Int32], shape: [1])]
      ).run()[0].integers == [Int(Int32.min)])
    #expect(
      try OperatorCase(
        "Sub",
        [NetworkTensor([1] as [UInt8], shape: [1]), NetworkTensor([2] as [UInt8], shape: [1])]
      ).run()[0].integers == [255])
  }

  @Test func quotientsAreRoundedTowardsZero() throws {
    #expect(try run("Div", [7, -7, 7, .min, 5], [2, 2, -2, -1, 0]) == [3, -3, -3, .min, 0])
  }

  @Test func remaindersHaveTheSignOfEither() throws {
    #expect(try run("Mod", [7, -7, 7, .min, 5], [3, 3, -3, -1, 0]) == [1, 2, -2, 0, 0])
    let (a, b) = (
      try NetworkTensor([-7, 7] as [Int32], shape: [2]),
      try NetworkTensor([3, -3] as [Int32], shape: [2])
    )
    #expect(try OperatorCase("Mod", ["fmod": .integer(1)], [a, b]).run()[0].integers == [-1, 1])
    let x = try NetworkTensor([-7.5, 7.5] as [Float], shape: [2])
    #expect(
      try OperatorCase("Mod", ["fmod": .integer(1)], [x, NetworkTensor([2] as [Float], shape: [])])
        .floats()
        == [-1.5, 1.5])
    let zeros = try NetworkTensor([0, -0.0] as [Float], shape: [2])
    let signs = try NetworkTensor([-2, 2] as [Float], shape: [2])
    let rests = try OperatorCase("Mod", [zeros, signs]).floats()
    #expect(rests.map(\.sign) == [.minus, .plus])
  }

  @Test func powersMayHaveNegativeExponents() throws {
    #expect(try run("Pow", [2, -1, 3, 1, 0], [10, -3, -1, -5, 0]) == [1024, -1, 0, 1, 1])
  }

  @Test func functionsOfOneInteger() throws {
    let x = try NetworkTensor([-3, 0, 5] as [Int32], shape: [3])
    #expect(try OperatorCase("Abs", [x]).run()[0].integers == [3, 0, 5])
    #expect(try OperatorCase("Neg", [x]).run()[0].integers == [3, 0, -5])
    #expect(try OperatorCase("Sign", [x]).run()[0].integers == [-1, 0, 1])
    #expect(try OperatorCase("Relu", [x]).run()[0].integers == [0, 0, 5])
    let (low, high) = (
      try NetworkTensor([-1] as [Int32], shape: []), try NetworkTensor([2] as [Int32], shape: [])
    )
    #expect(try OperatorCase("Clip", [x, low, high]).run()[0].integers == [-1, 0, 2])
  }

  @Test func extremaOfSeveralBroadcast() throws {
    let a = try NetworkTensor([1, 5] as [Int64], shape: [2, 1])
    let b = try NetworkTensor([2, 3, 9] as [Int64], shape: [3])
    let c = try NetworkTensor([4] as [Int64], shape: [])
    #expect(try OperatorCase("Max", [a, b, c]).run()[0].integers == [4, 4, 9, 5, 5, 9])
    #expect(try OperatorCase("Min", [a, b, c]).run()[0].integers == [1, 1, 1, 2, 3, 4])
  }

  @Test func functionsOfFloatsHaveNoIntegers() throws {
    let x = try NetworkTensor([1] as [Int64], shape: [1])
    #expect(throws: NetworkError.self) { try OperatorCase("Exp", [x]).outputTypes() }
    #expect(throws: NetworkError.self) {
      try OperatorCase("Add", [x, NetworkTensor([1] as [Float], shape: [1])]).outputTypes()
    }
  }
}
