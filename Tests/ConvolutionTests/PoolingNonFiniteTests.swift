import Convolution
import Testing

@testable import LayerCases

/// Infinities and NaN in every lane, beside borders and tails.
struct PoolingNonFiniteTests {
  private func run(
    _ kind: PoolingLayer.Kind, _ x: [Float], kernel: Int = 3, stride: Int = 1,
    _ check: ([Float]) throws -> Void
  ) throws {
    let pool = PoolingCase(
      inputShape: [1, 1, x.count], kind: kind, kernel: [kernel], stride: [stride], dilation: [1],
      padding: .same, x: x)
    for setting in PoolingCase.settings { try check(pool.run(pool.plan(setting))) }
  }

  @Test(arguments: 0..<40)
  func aNaNIsLargerThanAnySample(place: Int) throws {
    var x = (0..<40).map { Float($0 % 7) }
    x[place] = .nan
    for stride in 1...3 {
      try run(.max, x, stride: stride) { y in
        let before = stride == 1 ? 1 : stride == 2 ? 0 : 1
        for (output, value) in y.enumerated() {
          let window = (output * stride - before)..<(output * stride - before + 3)
          #expect(value.isNaN == window.contains(place), "stride \(stride), output \(output)")
        }
      }
    }
  }

  @Test func theBorderIsNeverTheMaximum() throws {
    try run(.max, Array(repeating: -.infinity, count: 21)) { y in
      #expect(y.allSatisfy { $0 == -.infinity })
    }
    try run(.max, Array(repeating: -2, count: 21)) { y in #expect(y.allSatisfy { $0 == -2 }) }
  }

  @Test func windowsOfMinusInfinityHaveAnIndexToo() throws {
    let pool = PoolingCase(
      inputShape: [1, 1, 20], kind: .max, kernel: [3], stride: [1], dilation: [1], padding: .same,
      x: Array(repeating: -.infinity, count: 20))
    for setting in PoolingCase.settings {
      let indices = try pool.runWithIndices(pool.plan(setting)).indices
      expectSame(indices, (0..<20).map { Float(max($0 - 1, 0)) })
    }
  }

  @Test func sumsFollowIEEE() throws {
    let x: [Float] = [1, 1, .infinity, 1, 1, 1, -.infinity, .infinity, 1, .nan, 1, 1]
    let expected: [Float] = [
      1, .infinity, .infinity, .infinity, 1, -.infinity, .nan, .nan, .nan, .nan, .nan, 1,
    ]
    try run(.average(), x) { expectSame($0, expected, by: .values) }
    for power in 1...3 {
      try run(.lp(power), x) { y in
        for (value, mean) in zip(y, expected.enumerated()) {
          let hasNaN = (8...10).contains(mean.offset)
          #expect(value.isNaN == hasNaN)
          #expect(hasNaN || value.isFinite == mean.element.isFinite)
        }
      }
    }
  }
}
