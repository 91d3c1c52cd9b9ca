import Convolution
import Testing

@testable import LayerCases

/// How many border taps each convention has on each side.
struct PaddingTests {
  private static let conventions: [Padding] = [
    .valid, .same, .sameLower, .sameTorch, .causal, .full,
    .explicit([PaddingAmount(before: 2, after: -1)]),
  ]

  private static func layer(
    k: Int, s: Int = 1, d: Int = 1, padding: Padding
  ) throws -> Conv1D {
    try Conv1D(
      weights: Tensor(shape: [1, 1, k]), stride: s, dilation: d, padding: padding)
  }

  @Test(arguments: conventions)
  func amountsFollowTheDefinition(padding: Padding) throws {
    for k in 1...6 {
      for s in 1...(padding == .sameTorch ? 1 : 4) {
        for d in 1...3 {
          let layer = try Self.layer(k: k, s: s, d: d, padding: padding)
          for n in 0...13 {
            let amounts = try layer.paddingAmounts(for: [n])
            #expect(
              amounts == [paddingByDefinition(padding, n: n, k: k, s: s, d: d, axis: 0)],
              "n \(n) k \(k) s \(s) d \(d)")
          }
        }
      }
    }
  }

  @Test(arguments: [Padding.same, .sameLower])
  func sameGivesOneOutputForEveryStrideBegun(padding: Padding) throws {
    for k in 1...6 {
      for s in 1...4 {
        for d in 1...3 {
          let layer = try Self.layer(k: k, s: s, d: d, padding: padding)
          for n in 1...13 {
            let outputs = stride(from: 0, to: n, by: s).reduce(0) { count, _ in count + 1 }
            #expect(
              try layer.outputShape(for: [1, 1, n]) == [1, 1, outputs],
              "n \(n) k \(k) s \(s) d \(d)")
          }
        }
      }
    }
  }

  @Test func everyAxisHasItsOwnAmounts() throws {
    let layer = try Conv3D(
      weights: Tensor(shape: [1, 1, 1, 2, 3]), stride: [1, 2, 2], dilation: [1, 3, 1],
      padding: .same)
    #expect(
      try layer.paddingAmounts(for: [5, 7, 8]) == [
        PaddingAmount(before: 0, after: 0), PaddingAmount(before: 1, after: 2),
        PaddingAmount(before: 0, after: 1),
      ])
  }

  /// 32 channels, kernel 4 x 1, input 64 x 32 x 100 x 20: which side gets the odd one?
  @Test func forumQuestionIsAnsweredForEveryConvention() throws {
    func amounts(_ padding: Padding) throws -> [PaddingAmount] {
      let layer = try Conv2D(weights: Tensor(shape: [32, 32, 4, 1]), padding: padding)
      if padding == .same {
        #expect(try layer.outputShape(for: [64, 32, 100, 20]) == [64, 32, 100, 20])
      }
      return try layer.paddingAmounts(for: [100, 20])
    }
    let width = PaddingAmount(before: 0, after: 0)
    #expect(try amounts(.same) == [PaddingAmount(before: 1, after: 2), width])
    #expect(try amounts(.sameLower) == [PaddingAmount(before: 2, after: 1), width])
    #expect(try amounts(.sameTorch) == [PaddingAmount(before: 1, after: 2), width])
    #expect(try amounts(.causal) == [PaddingAmount(before: 3, after: 0), width])
    #expect(try amounts(.full) == [PaddingAmount(before: 3, after: 3), width])
    #expect(try amounts(.valid) == [width, width])
  }
}
