import Testing

@testable import ConvolutionGraph

/// What an operator says it does to permuted inputs is what it does to those as they are, permuted.
struct PermutedArrangingTests {
  private static let x = try! NetworkTensor.counting([1, 8, 4, 6])

  static let cases: [(String, @Sendable () throws -> ArrangingCase)] = [
    ("Concat", { try ArrangingCase("Concat", ["axis": .integer(1)], [x, x], computed: [0, 1]) }),
    ("Split", { try ArrangingCase("Split", ["axis": .integer(-2)], [x], outputs: 2) }),
    (
      "Slice",
      {
        try ArrangingCase(
          "Slice",
          [x, .integers([1, -1]), .integers([7, -9]), .integers([1, 3]), .integers([2, -2])])
      }
    ),
    ("Expand", { try ArrangingCase("Expand", [x, .integers([3, 1, 4, 1])]) }),
    ("Tile", { try ArrangingCase("Tile", [x, .integers([1, 2, 1, 3])]) }),
    (
      "Gather", { try ArrangingCase("Gather", ["axis": .integer(1)], [x, .integers([3, 0, -1])]) }
    ),
    (
      "GatherElements",
      {
        let indices = try NetworkTensor([Int64](repeating: 2, count: 12), shape: [1, 2, 1, 6])
        return try ArrangingCase(
          "GatherElements", ["axis": .integer(2)], [x, indices], computed: [0, 1])
      }
    ),
    ("DepthToSpace", { try ArrangingCase("DepthToSpace", ["blocksize": .integer(2)], [x]) }),
    (
      "DepthToSpace CRD",
      {
        try ArrangingCase(
          "DepthToSpace", ["blocksize": .integer(2), "mode": .string("CRD")], [x])
      }
    ),
    ("SpaceToDepth", { try ArrangingCase("SpaceToDepth", ["blocksize": .integer(2)], [x]) }),
    (
      "Pad",
      { try ArrangingCase("Pad", [x, .integers([0, 1, -1, 2, 0, 0, 3, 1])]) }
    ),
    (
      "Pad reflect",
      {
        try ArrangingCase(
          "Pad", ["mode": .string("reflect")], [x, .integers([0, 0, 1, 2, 0, 0, 3, 1])])
      }
    ),
    (
      "Resize",
      {
        try ArrangingCase(
          "Resize", ["mode": .string("linear"), "axes": .integers([3, 2])],
          [x, nil, nil, .integers([12, 8])])
      }
    ),
  ]

  /// To channels last, and from there to something else.
  @Test(arguments: cases.map(\.0))
  func permutedInputsGivePermutedOutputs(name: String) throws {
    let node = try Self.cases.first { $0.0 == name }!.1()
    let (first, second) = ([0, 2, 3, 1], [3, 0, 2, 1])
    let once = try #require(try node.permuted(by: first))
    let twice = try #require(try once.permuted(by: second))
    for (index, output) in try node.outputs().enumerated() {
      let expected = try output.transposed(first)
      #expect(try once.outputs()[index] == expected)
      #expect(try twice.outputs()[index] == expected.transposed(second))
    }
  }
}
