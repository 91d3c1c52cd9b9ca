import Testing

@testable import ConvolutionGraph

struct PadTests {
  @Test(
    arguments: [
      ("constant", [0, 0, 1, 2, 3, 0, 0, 0]), ("edge", [1, 1, 1, 2, 3, 3, 3, 3]),
      ("reflect", [3, 2, 1, 2, 3, 2, 1, 2]), ("wrap", [2, 3, 1, 2, 3, 1, 2, 3]),
    ] as [(String, [Float])])
  func bordersAreNumPys(mode: String, expected: [Float]) throws {
    let x = try NetworkTensor([1, 2, 3] as [Float], shape: [3])
    let node = try ArrangingCase("Pad", ["mode": .string(mode)], [x, .integers([2, 3])])
    #expect(try node.output().floats == expected)
  }

  @Test(arguments: ["edge", "reflect", "wrap"])
  func cornersAreTheBordersOfBorders(mode: String) throws {
    // Along two axes at once is along one, and then along the other.
    let x = try NetworkTensor.counting([3, 4])
    func pad(_ x: NetworkTensor, _ pads: [Int64]) throws -> NetworkTensor {
      try ArrangingCase("Pad", ["mode": .string(mode)], [x, .integers(pads)]).output()
    }
    let both = try pad(x, [5, 2, 4, 9])
    #expect(try both == pad(pad(x, [5, 0, 4, 0]), [0, 2, 0, 9]))
    #expect(both.shape == [12, 15])
  }

  @Test func negativeAmountsTakeAway() throws {
    let x = try NetworkTensor([1, 2, 3, 4, 5] as [Float], shape: [5])
    func pad(_ mode: String, _ pads: [Int64]) throws -> [Float] {
      try ArrangingCase("Pad", ["mode": .string(mode)], [x, .integers(pads)]).output().floats
    }
    #expect(try pad("constant", [-1, -2]) == [2, 3])
    #expect(try pad("constant", [-2, 1]) == [3, 4, 5, 0])
    #expect(try pad("wrap", [-2, 4]) == [3, 4, 5, 3, 4, 5, 3])
    #expect(throws: NetworkError.self) { try pad("constant", [-3, -3]) }
    #expect(throws: NetworkError.self) { try pad("edge", [-5, 2]) }
  }

  @Test func constantsAreOfTheTensorsKind() throws {
    let x = try NetworkTensor([1, 2] as [Int64], shape: [2])
    let nine = try NetworkTensor([9] as [Int64], shape: [])
    let node = try ArrangingCase("Pad", [x, .integers([1, 1]), nine], computed: [0, 2])
    #expect(try node.output().integers == [9, 1, 2, 9])
    let wrong = try ArrangingCase(
      "Pad", [x, .integers([1, 1]), NetworkTensor([9.0] as [Float], shape: [])])
    #expect(throws: NetworkError.self) { try wrong.outputTypes }
  }

  @Test func axesMayBeChosen() throws {
    let x = try NetworkTensor([1, 2] as [Float], shape: [1, 2])
    let node = try ArrangingCase("Pad", [x, .integers([1, 0]), nil, .integers([-1])])
    #expect(try node.output() == NetworkTensor([0, 1, 2] as [Float], shape: [1, 3]))
    for (pads, axes) in [
      ([1, 0], [2]), ([1, 0, 0, 1], [0, 0]), ([1], [0]), ([.max, .max], [0]),
    ] as [([Int64], [Int64])] {
      let node = try ArrangingCase("Pad", [x, .integers(pads), nil, .integers(axes)])
      #expect(throws: NetworkError.self) { try node.outputTypes }
    }
  }

  @Test func padOfVersion2HasAttributes() throws {
    let attributes: [String: NodeReader.Attribute] = [
      "pads": .integers([1, 2]), "value": .float(0.5),
    ]
    let node = try ArrangingCase(
      "Pad", opset: 2, attributes, [NetworkTensor([1.0] as [Float], shape: [1])])
    #expect(try node.output().floats == [0.5, 1, 0.5, 0.5])
  }

  @Test func nothingCannotBeRepeated() throws {
    let node = try ArrangingCase(
      "Pad", ["mode": .string("edge")], [.counting([0]), .integers([1, 0])])
    #expect(throws: NetworkError.self) { try node.outputTypes }
    #expect(
      try ArrangingCase("Pad", [.counting([0]), .integers([1, 1])]).output().floats == [0, 0])
  }
}
