import Testing

@testable import ConvolutionGraph

/// Matrix products, beside the same in double precision.
@Suite struct ProductTests {
  /// Small numbers that are not all alike.
  private func values(_ count: Int, _ seed: Int) -> [Float] {
    (0..<count).map { Float(($0 * 31 + seed * 17) % 23) / 8 - 1.25 }
  }

  private func tensor(_ shape: [Int], _ seed: Int) throws -> NetworkTensor {
    try NetworkTensor(values(shape.reduce(1, *), seed), shape: shape)
  }

  /// m x k by k x n.
  private func product(_ a: [Float], _ b: [Float], _ m: Int, _ k: Int, _ n: Int) -> [Double] {
    (0..<m * n).map { index in
      (0..<k).reduce(0) { $0 + Double(a[index / n * k + $1]) * Double(b[$1 * n + index % n]) }
    }
  }

  @Test(arguments: [[], [0], [0, 1]] as [Set<Int>])
  func matricesMultiply(_ computed: Set<Int>) throws {
    let (a, b) = (try tensor([5, 7], 1), try tensor([7, 9], 2))
    let y = try OperatorCase("MatMul", [a, b], computed: computed).run()[0]
    #expect(y.shape == [5, 9])
    expectClose(y.floats, product(a.floats, b.floats, 5, 7, 9), within: 1e-6)
  }

  @Test(arguments: [[0], [0, 1]] as [Set<Int>])
  func stacksOfMatricesTakeTheSameMatrix(_ computed: Set<Int>) throws {
    let (a, b) = (try tensor([2, 3, 4, 5], 1), try tensor([5, 6], 2))
    let y = try OperatorCase("MatMul", [a, b], computed: computed).run()[0]
    #expect(y.shape == [2, 3, 4, 6])
    expectClose(y.floats, product(a.floats, b.floats, 24, 5, 6), within: 1e-6)
  }

  @Test func stacksBroadcast() throws {
    let (a, b) = (try tensor([2, 1, 3, 4], 1), try tensor([3, 4, 2], 2))
    let y = try OperatorCase("MatMul", [a, b], computed: [0, 1]).run()[0]
    #expect(y.shape == [2, 3, 3, 2])
    var expected: [Double] = []
    for index in 0..<6 {
      let left = Array(a.floats.dropFirst(index / 3 * 12).prefix(12))
      let right = Array(b.floats.dropFirst(index % 3 * 8).prefix(8))
      expected += product(left, right, 3, 4, 2)
    }
    expectClose(y.floats, expected, within: 1e-6)
  }

  @Test func vectorsLoseTheirAxis() throws {
    let (v, m) = (try tensor([4], 1), try tensor([4, 3], 2))
    let dot = try OperatorCase("MatMul", [v, v], computed: [0, 1]).run()[0]
    #expect(dot.shape == [])
    expectClose(dot.floats, product(v.floats, v.floats, 1, 4, 1), within: 1e-6)
    for computed in [[], [0, 1]] as [Set<Int>] {
      let row = try OperatorCase("MatMul", [v, m], computed: computed).run()[0]
      #expect(row.shape == [3])
      expectClose(row.floats, product(v.floats, m.floats, 1, 4, 3), within: 1e-6)
    }
    let stack = try OperatorCase("MatMul", [tensor([2, 3, 4], 3), v], computed: [0, 1]).run()[0]
    #expect(stack.shape == [2, 3])
  }

  /// alpha a b + beta c, either transposed, c of every shape that broadcasts, weights known before or not.
  @Test(arguments: [[], [3], [1, 3], [2, 1], [2, 3]], [false, true])
  func gemmScalesAndAdds(_ c: [Int], _ isComputed: Bool) throws {
    let (a, b, c) = (try tensor([4, 2], 1), try tensor([3, 4], 2), try tensor(c, 3))
    let attributes: [String: NodeReader.Attribute] = [
      "alpha": .float(0.5), "beta": .float(2), "transA": .integer(1), "transB": .integer(1),
    ]
    let rows = (0..<2).flatMap { row in (0..<4).map { a.floats[$0 * 2 + row] } }
    let columns = (0..<4).flatMap { k in (0..<3).map { b.floats[$0 * 4 + k] } }
    let extents = Array(repeating: 1, count: 2 - c.shape.count) + c.shape
    let expected = product(rows, columns, 2, 4, 3).enumerated().map { index, value in
      let (row, column) = (extents[0] == 1 ? 0 : index / 3, extents[1] == 1 ? 0 : index % 3)
      return 0.5 * value + 2 * Double(c.floats[row * extents[1] + column])
    }
    let both = OperatorCase(
      "Gemm", attributes, [a, b, c], computed: isComputed ? [0, 1, 2] : [0])
    expectClose(try both.floats(), expected, within: 1e-6)
    let plain = try NetworkTensor(rows, shape: [2, 4])
    var onlyB = attributes
    onlyB["transA"] = nil
    expectClose(
      try OperatorCase("Gemm", onlyB, [plain, b, c], computed: isComputed ? [0, 1, 2] : [0])
        .floats(),
      expected, within: 1e-6)
  }

  @Test func nothingTimesNothingIsZero() throws {
    let (a, b) = (try tensor([2, 0], 1), try tensor([0, 3], 1))
    #expect(try OperatorCase("MatMul", [a, b]).floats() == [0, 0, 0, 0, 0, 0])
    let c = try tensor([3], 1)
    #expect(try OperatorCase("Gemm", [a, b, c]).floats() == c.floats + c.floats)
    #expect(
      try OperatorCase("MatMul", [tensor([0, 2], 1), tensor([2, 3], 1)]).run()[0].shape == [0, 3])
  }

  @Test func shapesThatDoNotFitAreErrors() throws {
    let scalar = try tensor([], 1)
    for (a, b) in [([2, 3], [4, 2]), ([2, 2, 3], [3, 3, 2]), ([3], [2])] {
      #expect(throws: NetworkError.self) {
        try OperatorCase("MatMul", [tensor(a, 1), tensor(b, 1)]).outputTypes()
      }
    }
    #expect(throws: NetworkError.self) {
      try OperatorCase("MatMul", [scalar, scalar]).outputTypes()
    }
    #expect(throws: NetworkError.self) {
      try OperatorCase("Gemm", [tensor([2, 3], 1), tensor([3, 4], 1), tensor([3], 1)]).outputTypes()
    }
    #expect(throws: NetworkError.self) {
      try OperatorCase("Gemm", ["transA": .integer(1)], [tensor([3], 1), tensor([3, 4], 1)])
        .outputTypes()
    }
  }
}
