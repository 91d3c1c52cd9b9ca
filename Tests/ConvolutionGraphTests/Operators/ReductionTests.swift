import Foundation
import Testing

@testable import ConvolutionGraph

/// Sums, means, norms and extrema along axes.
@Suite struct ReductionTests {
  static let kinds: [(String, @Sendable ([Double]) -> Double)] = [
    ("ReduceSum", { $0.reduce(0, +) }),
    ("ReduceMean", { $0.reduce(0, +) / Double($0.count) }),
    ("ReduceMin", { $0.min()! }),
    ("ReduceMax", { $0.max()! }),
    ("ReduceProd", { $0.reduce(1, *) }),
    ("ReduceL1", { $0.map(abs).reduce(0, +) }),
    ("ReduceL2", { $0.map { $0 * $0 }.reduce(0, +).squareRoot() }),
    ("ReduceSumSquare", { $0.map { $0 * $0 }.reduce(0, +) }),
    ("ReduceLogSumExp", { log($0.map(exp).reduce(0, +)) }),
  ]

  /// 2 x 3 x 4.
  private let x = (0..<24).map { Float(($0 * 7) % 11) / 4 - 1 }

  /// Those of the middle axis's elements, or of the other two axes'.
  private func lines(middle: Bool) -> [[Double]] {
    middle
      ? (0..<8).map { i in (0..<3).map { Double(x[i / 4 * 12 + $0 * 4 + i % 4]) } }
      : (0..<3).map { i in (0..<8).map { Double(x[$0 / 4 * 12 + i * 4 + $0 % 4]) } }
  }

  @Test(arguments: kinds.indices)
  func reducesAlongAnyAxes(_ index: Int) throws {
    let (name, function) = Self.kinds[index]
    let x = try NetworkTensor(x, shape: [2, 3, 4])
    let old = try OperatorCase(name, opset: 11, ["axes": .integers([1])], [x], computed: [0]).run()[
      0]
    #expect(old.shape == [2, 1, 4])
    expectClose(old.floats, lines(middle: true).map(function), within: 1e-6)
    let axes = try NetworkTensor([-1, 0] as [Int64], shape: [2])
    let new = try OperatorCase(name, ["keepdims": .integer(0)], [x, axes], computed: [0]).run()[0]
    #expect(new.shape == [3])
    expectClose(new.floats, lines(middle: false).map(function), within: 1e-6)
  }

  @Test func noAxesAreAllOrNone() throws {
    let x = try NetworkTensor([1, -2, 3] as [Float], shape: [3])
    let none = try NetworkTensor([] as [Int64], shape: [0])
    #expect(
      try OperatorCase("ReduceSum", [x]).run()[0] == NetworkTensor([2] as [Float], shape: [1]))
    #expect(try OperatorCase("ReduceSum", [x, none]).floats() == [2])
    let noop: [String: NodeReader.Attribute] = ["noop_with_empty_axes": .integer(1)]
    #expect(try OperatorCase("ReduceSum", noop, [x, none]).floats() == [1, -2, 3])
    #expect(try OperatorCase("ReduceSum", ["keepdims": .integer(0)], [x]).run()[0].shape == [])
  }

  @Test func integersAreReducedAsIntegers() throws {
    let x = try NetworkTensor([1, -2, 3, 4, 5, -7] as [Int64], shape: [2, 3])
    func run(_ name: String) throws -> [Int]? {
      try OperatorCase(name, opset: 11, ["axes": .integers([1]), "keepdims": .integer(0)], [x])
        .run()[0].integers
    }
    #expect(try run("ReduceSum") == [2, 2])
    #expect(try run("ReduceMean") == [0, 0])
    #expect(try run("ReduceMin") == [-2, -7])
    #expect(try run("ReduceMax") == [3, 5])
    #expect(try run("ReduceProd") == [-6, -140])
    #expect(try run("ReduceL1") == [6, 16])
    #expect(try run("ReduceSumSquare") == [14, 90])
    #expect(throws: NetworkError.self) { try run("ReduceL2") }
  }

  @Test func nothingReducesToWhatAddsNothing() throws {
    let x = try NetworkTensor([] as [Float], shape: [2, 0])
    func run(_ name: String) throws -> [Float] {
      try OperatorCase(name, opset: 11, ["axes": .integers([1])], [x]).floats()
    }
    #expect(try run("ReduceSum") == [0, 0])
    #expect(try run("ReduceProd") == [1, 1])
    #expect(try run("ReduceMin") == [.infinity, .infinity])
    #expect(try run("ReduceMax") == [-.infinity, -.infinity])
  }

  @Test func axesThatAreNotThereAreErrors() throws {
    let x = try NetworkTensor([1, 2] as [Float], shape: [2])
    for axis in [1, -2, .max, .min] {
      #expect(throws: NetworkError.self) {
        try OperatorCase("ReduceSum", opset: 11, ["axes": .integers([axis])], [x]).outputTypes()
      }
    }
    let axes = try NetworkTensor([0] as [Int64], shape: [1])
    #expect(throws: NetworkError.self) {
      try OperatorCase("ReduceSum", [x, axes], computed: [1]).outputTypes()
    }
  }

  @Test func softmaxIsAlongOneAxisOrAllFromOneOn() throws {
    let x: [Float] = [1, 2, 3, -1, 0, 5, 100, 101]
    func softmax(_ x: [Float]) -> [Double] {
      let largest = x.max()!
      let powers = x.map { exp(Double($0 - largest)) }
      return powers.map { $0 / powers.reduce(0, +) }
    }
    let input = try NetworkTensor(x, shape: [2, 2, 2])
    let old = softmax(Array(x[..<4])) + softmax(Array(x[4...]))
    expectClose(try OperatorCase("Softmax", opset: 11, [input]).floats(), old, within: 1e-6)
    let new = stride(from: 0, to: 8, by: 2).flatMap { softmax([x[$0], x[$0 + 1]]) }
    expectClose(try OperatorCase("Softmax", [input]).floats(), new, within: 1e-6)
    expectClose(try OperatorCase("LogSoftmax", [input]).floats(), new.map { log($0) }, within: 1e-6)
    let first = try OperatorCase("Softmax", ["axis": .integer(0)], [input]).floats()
    for index in 0..<4 {
      let pair = softmax([x[index], x[index + 4]])
      expectClose([first[index], first[index + 4]], pair, within: 1e-6)
    }
  }

  @Test func indicesOfExtrema() throws {
    let x = try NetworkTensor([1, 3, 3, 5, 2, 2] as [Float], shape: [2, 3])
    #expect(try OperatorCase("ArgMax", ["axis": .integer(1)], [x]).run()[0].integers == [1, 0])
    #expect(
      try OperatorCase("ArgMax", ["axis": .integer(-1), "select_last_index": .integer(1)], [x])
        .run()[0]
        .integers == [2, 0])
    let smallest = try OperatorCase("ArgMin", ["axis": .integer(1), "keepdims": .integer(0)], [x])
      .run()[0]
    #expect(smallest.shape == [2] && smallest.integers == [0, 1])
    #expect(try OperatorCase("ArgMax", [x]).run()[0].integers == [1, 0, 0])
    let empty = try NetworkTensor([] as [Float], shape: [0, 3])
    #expect(throws: NetworkError.self) { try OperatorCase("ArgMax", [empty]).outputTypes() }
  }

  @Test func bestElementsComeInOrder() throws {
    let x = try NetworkTensor([3, 1, 4, 1, 5, 4, 2, 7, 1, 8] as [Float], shape: [2, 5])
    let k = try NetworkTensor([3] as [Int64], shape: [1])
    let largest = try OperatorCase("TopK", [x, k], computed: [0], outputs: 2).run()
    #expect(largest[0].floats == [5, 4, 3, 8, 7, 4])
    #expect(largest[1].integers == [4, 2, 0, 4, 2, 0])
    let smallest = try OperatorCase(
      "TopK", ["axis": .integer(0), "largest": .integer(0)],
      [x, NetworkTensor([1] as [Int64], shape: [1])], outputs: 2
    ).run()
    #expect(smallest[0].floats == [3, 1, 4, 1, 5])
    #expect(smallest[1].integers == [0, 0, 0, 0, 0])
    let old = try OperatorCase("TopK", opset: 1, ["k": .integer(2)], [x], outputs: 2).run()
    #expect(old[1].integers == [4, 2, 4, 2])
  }

  @Test func equalElementsComeByTheirPlace() throws {
    let x = try NetworkTensor([2, 2, 1, 2] as [Int64], shape: [4])
    let k = try NetworkTensor([4] as [Int64], shape: [1])
    #expect(try OperatorCase("TopK", [x, k], outputs: 2).run()[1].integers == [0, 1, 3, 2])
    let many = try NetworkTensor([5] as [Int64], shape: [1])
    #expect(throws: NetworkError.self) {
      try OperatorCase("TopK", [x, many], outputs: 2).outputTypes()
    }
  }

  @Test func sumsAlongAnAxis() throws {
    let x = try NetworkTensor([1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3])
    func run(_ axis: Int64, _ attributes: [String: NodeReader.Attribute] = [:]) throws -> [Float] {
      try OperatorCase("CumSum", attributes, [x, NetworkTensor([axis], shape: [])]).floats()
    }
    #expect(try run(1) == [1, 3, 6, 4, 9, 15])
    #expect(try run(0) == [1, 2, 3, 5, 7, 9])
    #expect(try run(-1, ["exclusive": .integer(1)]) == [0, 1, 3, 0, 4, 9])
    #expect(try run(1, ["reverse": .integer(1)]) == [6, 5, 3, 15, 11, 6])
  }
}
