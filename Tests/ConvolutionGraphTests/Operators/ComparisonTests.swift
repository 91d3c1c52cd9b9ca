import Testing

@testable import ConvolutionGraph

/// Truth values, choices by them, and conversions.
@Suite struct ComparisonTests {
  @Test(arguments: [
    ("Equal", [0, 1, 0, 0]), ("Less", [1, 0, 0, 0]), ("LessOrEqual", [1, 1, 0, 0]),
    ("Greater", [0, 0, 1, 0]), ("GreaterOrEqual", [0, 1, 1, 0]),
  ])
  func comparesFloatsAndIntegers(_ name: String, _ expected: [Int]) throws {
    let a = try NetworkTensor([1, 2, 3, .nan] as [Float], shape: [4])
    let result = try OperatorCase(name, [a, NetworkTensor([2] as [Float], shape: [])]).run()[0]
    #expect(result.element == .bool)
    #expect(result.integers == expected)
    let integers = try NetworkTensor([1, 2, 3] as [Int64], shape: [3])
    #expect(
      try OperatorCase(name, [integers, NetworkTensor([2] as [Int64], shape: [1])]).run()[0]
        .integers
        == Array(expected.prefix(3)))
  }

  @Test func truthValuesCombine() throws {
    let a = try NetworkTensor([false, false, true, true], shape: [2, 2])
    let b = try NetworkTensor([false, true], shape: [2])
    #expect(try OperatorCase("And", [a, b]).run()[0].integers == [0, 0, 0, 1])
    #expect(try OperatorCase("Or", [a, b]).run()[0].integers == [0, 1, 1, 1])
    #expect(try OperatorCase("Xor", [a, b]).run()[0].integers == [0, 1, 1, 0])
    #expect(try OperatorCase("Not", [a]).run()[0].integers == [1, 1, 0, 0])
    #expect(throws: NetworkError.self) {
      try OperatorCase("And", [a, NetworkTensor([1] as [Int64], shape: [])]).outputTypes()
    }
  }

  @Test func findsWhatIsNoNumber() throws {
    let x = try NetworkTensor([1, .nan, .infinity, -.infinity] as [Float], shape: [4])
    #expect(try OperatorCase("IsNaN", [x]).run()[0].integers == [0, 1, 0, 0])
    #expect(try OperatorCase("IsInf", [x]).run()[0].integers == [0, 0, 1, 1])
    #expect(
      try OperatorCase("IsInf", ["detect_negative": .integer(0)], [x]).run()[0].integers == [
        0, 0, 1, 0,
      ])
  }

  @Test func choosesOfTwoTensors() throws {
    let condition = try NetworkTensor([true, false], shape: [2, 1])
    let x = try NetworkTensor([1, 2, 3] as [Int64], shape: [3])
    let y = try NetworkTensor([0] as [Int64], shape: [])
    let result = try OperatorCase("Where", [condition, x, y], computed: [0, 1, 2]).run()[0]
    #expect(result.shape == [2, 3])
    #expect(result.integers == [1, 2, 3, 0, 0, 0])
  }

  private func cast(_ x: NetworkTensor, to number: Int) throws -> NetworkTensor {
    try OperatorCase("Cast", ["to": .integer(number)], [x]).run()[0]
  }

  @Test func floatsBecomeTheClosestIntegers() throws {
    let x = try NetworkTensor(
      [-1.9, 1.9, 300, 1e20, -1e20, .nan, .infinity] as [Float], shape: [7])
    #expect(try cast(x, to: 7).integers == [-1, 1, 300, .max, .min, 0, .max])
    #expect(
      try cast(x, to: 6).integers == [
        -1, 1, 300, Int(Int32.max), Int(Int32.min), 0, Int(Int32.max),
      ])
    #expect(try cast(x, to: 2).integers == [0, 1, 255, 255, 0, 0, 255])
    #expect(try cast(x, to: 9).integers == [1, 1, 1, 1, 1, 1, 1])
  }

  @Test func integersKeepTheirLowestBits() throws {
    let x = try NetworkTensor([-1, 256, (1 << 32) + 5, 0] as [Int64], shape: [4])
    #expect(try cast(x, to: 2).integers == [255, 0, 5, 0])
    #expect(try cast(x, to: 6).integers == [-1, 256, 5, 0])
    #expect(try cast(x, to: 1).floats == [-1, 256, 4_294_967_296, 0])
    #expect(try cast(x, to: 9).integers == [1, 1, 1, 0])
  }

  @Test func otherTypesAreNotSupported() throws {
    let x = try NetworkTensor([1] as [Float], shape: [1])
    for number in [0, 10, 11, 16] {
      #expect(throws: NetworkError.self) { try cast(x, to: number) }
    }
  }
}
