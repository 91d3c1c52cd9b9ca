import Testing

@testable import ConvolutionGraph

/// Operators whose output is known when a plan is made.
struct KnownValueTests {
  @Test(
    arguments: [
      (0, nil, [2, 3, 4]), (1, nil, [3, 4]), (-1, nil, [4]), (0, -1, [2, 3]), (-9, 9, [2, 3, 4]),
      (2, 1, []),
    ] as [(Int, Int?, [Int64])])
  func shapeIsClampedToTheAxes(start: Int, end: Int?, expected: [Int64]) throws {
    var attributes: [String: NodeReader.Attribute] = ["start": .integer(start)]
    attributes["end"] = end.map { .integer($0) }
    let node = try ArrangingCase("Shape", attributes, [.counting([2, 3, 4])])
    #expect(try node.output() == .integers(expected))
    #expect(try node.operation.constantOutput(for: node.arguments) == .integers(expected))
  }

  @Test func sizeIsAScalar() throws {
    let node = try ArrangingCase("Size", [.counting([2, 3, 4])])
    let expected = try NetworkTensor([Int64(24)], shape: [])
    #expect(try node.output() == expected)
    #expect(try node.operation.constantOutput(for: node.arguments) == expected)
  }

  @Test func constantOfShapeRepeatsItsValue() throws {
    let shape = try NetworkTensor.integers([2, 3])
    #expect(
      try ArrangingCase("ConstantOfShape", [shape], computed: []).output()
        == NetworkTensor([Float](repeating: 0, count: 6), shape: [2, 3]))
    let seven = try NetworkTensor([Int64(7)], shape: [1])
    #expect(
      try ArrangingCase("ConstantOfShape", ["value": .tensor(seven)], [shape], computed: [])
        .output()
        == NetworkTensor([Int64](repeating: 7, count: 6), shape: [2, 3]))
  }

  @Test func rangesLeaveTheirLimitOut() throws {
    func range(_ start: Int64, _ limit: Int64, _ delta: Int64) throws -> [Int]? {
      try ArrangingCase(
        "Range", try [start, limit, delta].map { try NetworkTensor([$0], shape: []) }, computed: []
      ).output().integers
    }
    #expect(try range(1, 8, 3) == [1, 4, 7])
    #expect(try range(10, 6, -2) == [10, 8])
    #expect(try range(3, 3, 1) == [])
    #expect(try range(3, 1, 1) == [])
    #expect(throws: NetworkError.self) { try range(0, 1, 0) }
    #expect(throws: NetworkError.self) { try range(.min, .max, 1) }
    let floats = try [1, 2, 0.25].map { try NetworkTensor([Float($0)], shape: []) }
    #expect(
      try ArrangingCase("Range", floats, computed: []).output().floats == [1, 1.25, 1.5, 1.75])
    let endless = try [0, 1, 0].map { try NetworkTensor([Float($0)], shape: []) }
    #expect(throws: NetworkError.self) {
      try ArrangingCase("Range", endless, computed: []).outputTypes
    }
  }

  @Test func negativeAndOverflowingShapesThrow() throws {
    for shape in [[-1], [Int64.max, 2]] {
      let node = try ArrangingCase("ConstantOfShape", [.integers(shape)], computed: [])
      #expect(throws: NetworkError.self) { try node.outputTypes }
    }
  }
}
