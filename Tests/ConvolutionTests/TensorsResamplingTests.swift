import CConvolution
import TestSupport
import Testing

@testable import LayerCases

/// Resampling along one axis and two against float64.
struct TensorsResamplingTests {
  /// Taps of one axis, [output][tap].
  private struct Axis {
    var n: Int
    var outputs: Int
    var taps: Int
    var index: [Int32]
    var weight: [Float]?
    var outside: Float = 0.75

    /// Anywhere, some outside; or one after the other, as enlargements read.
    init(
      n: Int, outputs: Int, taps: Int, isWeighted: Bool, isSteady: Bool, random: inout SplitMix64
    ) {
      (self.n, self.outputs, self.taps) = (n, outputs, taps)
      index = (0..<outputs * taps).map { at in
        isSteady
          ? Int32(min(at / taps * n / outputs + at % taps, n - 1))
          : Int32.random(in: -1..<Int32(n), using: &random)
      }
      weight = isWeighted ? random.floats(outputs * taps) : nil
    }

    func value(_ output: Int, _ sample: (Int) -> Double) -> Double {
      (0..<taps).reduce(0) { sum, tap in
        let index = self.index[output * taps + tap]
        let weight = self.weight.map { Double($0[output * taps + tap]) } ?? 1
        return sum + weight * (index < 0 ? Double(outside) : sample(Int(index)))
      }
    }

    func withC<Result>(outer: Int, inner: Int, _ body: (inout conv_resampling) -> Result) -> Result
    {
      index.withUnsafeBufferPointer { index in
        (weight ?? []).withUnsafeBufferPointer { weight in
          var axis = conv_resampling(
            outer: Int64(outer), n: Int64(n), inner: Int64(inner), outputs: Int64(outputs),
            taps: Int32(taps),
            index: index.baseAddress, weight: self.weight == nil ? nil : weight.baseAddress,
            outside: outside)
          return body(&axis)
        }
      }
    }
  }

  private func axis(most: Int, _ random: inout SplitMix64) -> Axis {
    let isWeighted = Bool.random(using: &random)
    return Axis(
      n: .random(in: 1...most, using: &random), outputs: .random(in: 0...2 * most, using: &random),
      taps: isWeighted ? [1, 2, 2, 4, 5, 150].randomElement(using: &random)! : 1,
      isWeighted: isWeighted,
      isSteady: .random(using: &random), random: &random)
  }

  @Test(arguments: 0..<40)
  func oneAxisIsResampled(seed: Int) {
    var random = SplitMix64(seed: seed)
    let axis = axis(most: 60, &random)
    let outer = Int.random(in: 0...5, using: &random)
    let inner = seed % 2 == 0 ? 1 : Int.random(in: 1...20, using: &random)
    let x = random.floats(outer * axis.n * inner)
    let expected = everyIndex(of: [outer, axis.outputs, inner]).map { at in
      axis.value(at[1]) { Double(x[(at[0] * axis.n + $0) * inner + at[2]]) }
    }
    for set in instructionSets {
      let y = axis.withC(outer: outer, inner: inner) { resampling in
        sameOnThreads(count: expected.count) { y, threads, _ in
          conv_run_resampling(set, &resampling, x, y, threads)
        }
      }
      #expect(y != nil, "threads change bits")
      #expect(largestDifference(y ?? [], expected) < 2e-5)
    }
  }

  @Test(arguments: 0..<40)
  func twoAxesAreResampledAtOnce(seed: Int) {
    var random = SplitMix64(seed: seed)
    let (height, width) = (axis(most: 8, &random), axis(most: 25, &random))
    let outer = Int.random(in: 0...3, using: &random)
    let inner = seed % 2 == 0 ? 1 : Int.random(in: 1...5, using: &random)
    let x = random.floats(outer * height.n * width.n * inner)
    let expected = everyIndex(of: [outer, height.outputs, width.outputs, inner]).map { at in
      width.value(at[2]) { w in
        height.value(at[1]) { h in Double(x[((at[0] * height.n + h) * width.n + w) * inner + at[3]])
        }
      }
    }
    for set in instructionSets {
      let y = height.withC(outer: outer, inner: width.n * inner) { first in
        width.withC(outer: outer * height.outputs, inner: inner) { second in
          sameOnThreads(
            count: expected.count, workspaceBytes: conv_resampling_workspace_bytes(&first, &second)
          ) { y, threads, workspace in
            conv_run_resampling_2d(set, &first, &second, x, y, threads, workspace)
          }
        }
      }
      #expect(y != nil, "threads change bits")
      #expect(largestDifference(y ?? [], expected) < 2e-4)
    }
  }
}
