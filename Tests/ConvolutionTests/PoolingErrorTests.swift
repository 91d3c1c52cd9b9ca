import Convolution
import Testing

@testable import LayerCases

/// A mistake in a pooling layer, its input or its memory is an error that says what came and what was expected.
struct PoolingErrorTests {
  @Test func settingsOutOfTheirRange() {
    expectError(.nonPositiveSize, "kernel", ["0"]) { _ = try Pool2D(.max, kernel: 0) }
    expectError(.nonPositiveSize, "stride", ["-1"]) { _ = try Pool2D(.max, kernel: 2, stride: -1) }
    expectError(.nonPositiveSize, "dilation", ["0"]) {
      _ = try Pool2D(.max, kernel: 2, dilation: [1, 0])
    }
    expectError(.rankMismatch, "kernel", ["3 values", "2"]) {
      _ = try Pool2D(.max, kernel: [1, 2, 3])
    }
    expectError(.rankMismatch, "rank", ["4"]) { _ = try PoolingLayer(rank: 4, global: .max) }
    expectError(.invalidValue, "kind", ["lp 0"]) { _ = try Pool2D(.lp(0), kernel: 2) }
    expectError(.invalidValue, "padding", ["-1"]) {
      _ = try Pool1D(.max, kernel: 2, padding: .torch(-1))
    }
    expectError(.rankMismatch, "padding", ["3 amounts"]) {
      _ = try Pool2D(.max, kernel: 2, padding: .torch(1, 1, 1))
    }
    for (kernel, stride, dilation) in [(1 << 40, 1, 1), (1, 1 << 40, 1), (1, 1, 1 << 40)] {
      let argument = kernel > 1 ? "kernel" : stride > 1 ? "stride" : "dilation"
      expectError(.integerOverflow, argument, ["\(1 << 40)"]) {
        _ = try Pool1D(.max, kernel: kernel, stride: stride, dilation: dilation)
      }
    }
  }

  @Test func inputsThatDoNotFit() throws {
    let layer = try Pool2D(.max, kernel: 3)
    expectError(.rankMismatch, "input", ["[1, 2, 3]", "4 axes"]) {
      _ = try layer.outputShape(for: [1, 2, 3])
    }
    expectError(.nonPositiveSize, "input", ["-3"]) {
      _ = try layer.outputShape(for: [1, 2, 3, -3])
    }
    expectError(.kernelLargerThanInput, "kernel", ["span of 3", "axis 1"]) {
      _ = try layer.outputShape(for: [1, 2, 3, 2])
    }
    expectError(.emptyAxis, "input", ["[0, 4]"]) {
      _ = try Pool2D(global: .average()).outputShape(for: [1, 2, 0, 4])
    }
    expectError(.integerOverflow, "input", ["channels"]) {
      _ = try layer.outputShape(for: [0, 1 << 40, 3, 3])
    }
  }

  /// A window of border taps alone has neither a maximum nor a mean.
  @Test func windowsWithoutASample() throws {
    for kind in [PoolingLayer.Kind.max, .average()] {
      let layer = try Pool1D(kind, kernel: 2, stride: 1, padding: .torch(2))
      expectError(.invalidValue, "padding", ["(before: 2, after: 2)", "axis 0"]) {
        _ = try layer.outputShape(for: [1, 1, 5])
      }
    }
    let x = try Tensor(repeating: 4, shape: [1, 1, 2])
    func pooled(_ kind: PoolingLayer.Kind) throws -> [Float] {
      try Pool1D(kind, kernel: 2, stride: 1, padding: .torch(2))(x).elements
    }
    #expect(try pooled(.average(countsPadding: true)) == [0, 2, 4, 2, 0])
    #expect(try pooled(.lp(1)) == [0, 4, 8, 4, 0])
  }

  @Test func memoryOfAnotherSize() throws {
    let plan = try Pool1D(.max, kernel: 2).plan(for: [1, 2, 6])
    func run(_ x: Int, _ y: Int, _ indices: Int) throws {
      let input = [Float](repeating: 1, count: x)
      var (output, places) = (
        [Float](repeating: 0, count: y), [Int64](repeating: 0, count: indices)
      )
      var outputSpan = output.mutableSpan
      var placeSpan = places.mutableSpan
      try plan.run(input.span, into: &outputSpan, indices: &placeSpan)
    }
    try run(12, 6, 6)
    expectError(.wrongBufferSize, "input", ["11", "12"]) { try run(11, 6, 6) }
    expectError(.wrongBufferSize, "output", ["7", "6"]) { try run(12, 7, 6) }
    expectError(.wrongBufferSize, "indices", ["0", "6"]) { try run(12, 6, 0) }
    expectError(.shapeMismatch, "input", ["[1, 2, 5]"]) {
      _ = try plan.run(Tensor(shape: [1, 2, 5]))
    }
  }

  @Test func indicesOfWhatAreNotMaxima() throws {
    expectError(.invalidValue, "indices", ["average", "max"]) {
      _ = try Pool1D(.average(), kernel: 2).withIndices(Tensor(shape: [1, 1, 4]))
    }
  }

  @Test func regionsThatTheOutputDoesNotHave() throws {
    let layer = try Pool1D(.max, kernel: 2)
    expectError(.rankMismatch, "region", ["1 ranges"]) {
      _ = try layer.plan(for: [1, 1, 8], region: [0..<1, 0..<1])
    }
    expectError(.invalidValue, "region", ["0..<5", "0..<4"]) {
      _ = try layer.plan(for: [1, 1, 8], region: [0..<5])
    }
    expectError(.invalidValue, "region", ["part of the output"]) {
      _ = try layer.plan(for: [1, 1, 8], region: [0..<1]).run(Tensor(shape: [1, 1, 8]))
    }
  }
}
