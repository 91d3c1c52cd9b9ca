import CConvolution
import Testing

@testable import Convolution
@testable import LayerCases

/// What becomes of numbers that are smaller than the smallest normal one.
struct DenormalTests {
  private static let denormal: Float = 1e-40

  /// A layer of many tasks on denormals, whose weights are all 1.
  private static func run(
    _ planner: Planner, _ layout: Layout, kernel: Int
  ) throws -> Tensor {
    let layer = try Conv2D(
      weights: Tensor(repeating: 1, shape: [16, 16, kernel, kernel]), padding: .valid)
    let x = try Tensor(
      repeating: denormal, shape: arrange(shape: [2, 16, 64, 64], in: layout))
    let plan = try layer.plan(for: x.shape, layout: layout, with: planner)
    return try plan.run(x)
  }

  @Test(arguments: InstructionSet.available, Layout.allCases)
  func theyAreZerosWhereThePlannerSaysSoAndNumbersElsewhere(
    set: InstructionSet, layout: Layout
  ) throws {
    for flushes in [false, true, false] {
      for kernel in [1, 3] {
        let planner = Planner(
          threads: 4, accuracy: .exactOrder, instructionSet: set, flushesDenormals: flushes)
        let y = try Self.run(planner, layout, kernel: kernel)
        let expected: Float = flushes ? 0 : Self.denormal * Float(16 * kernel * kernel)
        let isRight = y.elements.allSatisfy { $0 == expected }
        #expect(isRight, "\(set) \(layout) \(kernel)x\(kernel), flushed \(flushes)")
      }
    }
  }

  @Test func theCallersStateIsUntouched() throws {
    let before = conv_get_float_state().control
    _ = try Self.run(Planner(threads: 4, flushesDenormals: true), .channelsLast, kernel: 3)
    #expect(conv_get_float_state().control == before)
    let sum = [Self.denormal, Self.denormal].reduce(0, +)
    #expect(sum > Self.denormal)
  }

  /// Of one that computes without denormals, all threads do.
  @Test func allThreadsComputeInTheCallersState() throws {
    let state = conv_get_float_state()
    conv_set_float_state(conv_without_denormals(state))
    defer { conv_set_float_state(state) }
    let y = try Self.run(Planner(threads: 4), .channelsFirst, kernel: 1)
    let areZeros = y.elements.allSatisfy { $0 == 0 }
    #expect(areZeros)
  }

  @Test func gradientsAndPoolsFlushThemToo() throws {
    let planner = Planner(threads: 2, flushesDenormals: true)
    let x = try Tensor(repeating: Self.denormal, shape: [1, 4, 8, 8])
    let layer = try Conv2D(weights: Tensor(repeating: 1, shape: [4, 4, 3, 3]), padding: .same)
    let gradients = try layer.gradients(for: x.shape, with: planner).run(x, outputGradient: x)
    for gradient in [gradients.input, gradients.weights] {
      let areZeros = try #require(gradient).elements.allSatisfy { $0 == 0 }
      #expect(areZeros)
    }
    let pool = try Pool2D(.average(countsPadding: true), kernel: 2)
    let areZeros = try pool.plan(for: x.shape, with: planner).run(x).elements.allSatisfy { $0 == 0 }
    #expect(areZeros)
  }
}
