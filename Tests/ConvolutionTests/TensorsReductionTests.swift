import CConvolution
import Foundation
import TestSupport
import Testing

@testable import LayerCases

/// Reductions, softmax and normalisations against float64.
struct TensorsReductionTests {
  private static let kinds = [
    CONV_REDUCE_SUM, CONV_REDUCE_MEAN, CONV_REDUCE_MIN, CONV_REDUCE_MAX, CONV_REDUCE_PRODUCT,
    CONV_REDUCE_L1,
    CONV_REDUCE_L2, CONV_REDUCE_SUM_SQUARE, CONV_REDUCE_LOG_SUM_EXP,
  ]

  /// Kept and reduced axes alternate; the first is kept or reduced.
  private static let shapes: [[Int]] = [
    [], [1], [7], [70_000], [5, 3], [40, 49], [2, 3000], [600, 70], [3, 20, 5], [2, 300, 17],
    [4, 3, 5, 6], [0, 3], [3, 0],
    [2, 3, 4, 3, 2],
  ]

  @Test(arguments: shapes)
  func reductionsComputeWhatFloat64Does(shape: [Int]) {
    for firstIsReduced in [false, true] {
      let reduced = shape.indices.map { ($0 % 2 == 0) == firstIsReduced }
      for kind in Self.kinds {
        var random = SplitMix64(seed: shape.count)
        let large = kind == CONV_REDUCE_PRODUCT ? 0 : Float(4)
        let x = random.floats(shape.reduce(1, *)).map { large == 0 ? 1 + $0 / 1000 : $0 * large }
        let groups = groups(of: x, shape, reduced)
        for set in instructionSets {
          let y = reduce(set, kind, x, shape, reduced)
          #expect(y?.count == groups.count)
          for (value, group) in zip(y ?? [], groups) {
            let (expected, size) = reference(kind, group.map(Double.init))
            let isClose =
              Double(value) == expected || (value.isNaN && expected.isNaN)
              || abs(Double(value) - expected) <= 2e-6 * size
            #expect(isClose, "\(kind) of \(shape): \(value), not \(expected)")
          }
        }
      }
    }
  }

  @Test func sumsOfManyValuesDoNotDrift() {
    let x = [Float](repeating: 0.1, count: 3_000_000)
    for set in instructionSets {
      let y = reduce(set, CONV_REDUCE_SUM, x, [x.count], [true])!
      #expect(abs(Double(y[0]) / (Double(Float(0.1)) * Double(x.count)) - 1) < 1e-6)
    }
  }

  @Test func nonFiniteValuesAreReducedAsNumpyDoes() {
    let inf = Float.infinity
    let cases: [(conv_reduction_kind, [Float], Float)] = [
      (CONV_REDUCE_MAX, [1, .nan, 2], .nan), (CONV_REDUCE_MIN, [.nan, 1, 2], .nan),
      (CONV_REDUCE_MAX, [1, inf], inf),
      (CONV_REDUCE_LOG_SUM_EXP, [-inf, -inf], -inf), (CONV_REDUCE_LOG_SUM_EXP, [inf, 1], inf),
      (CONV_REDUCE_LOG_SUM_EXP, [.nan, inf], .nan), (CONV_REDUCE_LOG_SUM_EXP, [1000, -inf], 1000),
      (CONV_REDUCE_SUM, [inf, -inf], .nan),
    ]
    for set in instructionSets {
      for (kind, x, expected) in cases {
        // Along the values, and across them.
        for shape in [[1, x.count], [x.count, 1]] {
          let y = reduce(set, kind, x, shape, shape.map { $0 > 1 })![0]
          #expect(y == expected || (y.isNaN && expected.isNaN), "\(kind) of \(x): \(y)")
        }
      }
    }
  }

  @Test(
    arguments: [(4, 1000, 1), (300, 21, 1), (2, 21, 600), (3, 7, 5), (1, 1, 1), (5, 70, 33)],
    [false, true])
  func softmaxIsTheOneOfFloat64(shape: (Int, Int, Int), logarithm: Bool) {
    let (outer, n, inner) = shape
    var random = SplitMix64(seed: n)
    var x = random.floats(outer * n * inner, scale: 20)
    for index in stride(from: 0, to: x.count, by: 11) where n > 1 { x[index] = -.infinity }
    x[0] = 2
    for set in instructionSets {
      let y = sameOnThreads(count: x.count) { y, threads, _ in
        conv_run_softmax(set, logarithm, x, y, Int64(outer), Int64(n), Int64(inner), threads)
      }
      #expect(y != nil, "threads change bits")
      for (indices, values) in zip(
        groups(of: (0..<x.count).map(Float.init), [outer, n, inner], [false, true, false]),
        groups(of: x, [outer, n, inner], [false, true, false]))
      {
        let largest = Double(values.max()!)
        let sum = values.reduce(0) { $0 + exp(Double($1) - largest) }
        for (index, value) in zip(indices, values) {
          let difference = Double(value) - largest
          let expected = logarithm ? difference - log(sum) : exp(difference) / sum
          let result = Double(y![Int(index)])
          #expect(
            result == expected || (result.isNaN && expected.isNaN)
              || abs(result - expected) <= 4e-6 * abs(expected) + (logarithm ? 4e-7 : 0))
        }
      }
    }
  }

  struct Normalisation {
    var shape: [Int]
    var reduced: [Bool]
    var scale: [Int]
    var bias: [Int]
  }

  /// Layer, instance (channels first and last) and group normalisation, and mixtures of axes.
  private static let normalisations = [
    Normalisation(shape: [30, 70], reduced: [false, true], scale: [0, 1], bias: [0, 1]),
    Normalisation(
      shape: [2, 3, 400], reduced: [false, false, true], scale: [0, 1, 0], bias: [0, 1, 0]),
    Normalisation(
      shape: [2, 90, 35], reduced: [false, true, false], scale: [0, 0, 1], bias: [0, 0, 1]),
    Normalisation(
      shape: [2, 4, 5, 60], reduced: [false, false, true, true], scale: [0, 5, 1, 0],
      bias: [0, 0, 0, 0]),
    Normalisation(
      shape: [2, 30, 4, 6], reduced: [false, true, false, true], scale: [0, 0, 6, 1],
      bias: [0, 0, 12, 2]),
    Normalisation(shape: [1, 40_000], reduced: [false, true], scale: [0, 0], bias: [0, 1]),
    Normalisation(shape: [3, 0], reduced: [false, true], scale: [0, 1], bias: [0, 1]),
    Normalisation(shape: [], reduced: [], scale: [], bias: []),
  ]

  @Test(arguments: normalisations, [false, true])
  func normalisationsComputeWhatFloat64Does(given: Normalisation, hasScale: Bool) {
    let shape = given.shape
    var random = SplitMix64(seed: shape.count)
    // Far from 0, where squares minus a squared mean would cancel.
    let x = random.floats(shape.reduce(1, *)).map { 100 + $0 }
    let (scale, bias) = (random.floats(200), random.floats(100_000))
    var normalisation = conv_normalisation()
    normalisation.epsilon = 1e-3
    normalisation.axes = Int32(shape.count)
    fill(&normalisation.extent, with: int64s(shape))
    fill(&normalisation.reduced, with: given.reduced)
    fill(&normalisation.scale, with: int64s(given.scale))
    fill(&normalisation.bias, with: int64s(given.bias))
    let statistics = groups(of: x, shape, given.reduced).map { group in
      let mean = group.reduce(0) { $0 + Double($1) } / Double(group.count)
      let variance =
        group.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / Double(group.count)
      return (mean, 1 / (variance + Double(normalisation.epsilon)).squareRoot())
    }
    let kept = shape.indices.filter { !given.reduced[$0] }
    let keptStrides = denseStrides(kept.map { shape[$0] })
    let expected = zip(everyIndex(of: shape), x).map { index, value in
      let (mean, factor) = statistics[place(kept.map { index[$0] }, keptStrides)]
      let normal = (Double(value) - mean) * factor
      return hasScale
        ? normal * Double(scale[place(index, given.scale)]) + Double(bias[place(index, given.bias)])
        : normal
    }
    for set in instructionSets {
      let y = sameOnThreads(count: x.count) { y, threads, _ in
        if hasScale {
          conv_run_normalisation(set, &normalisation, x, scale, bias, y, threads)
        } else {
          conv_run_normalisation(set, &normalisation, x, nil, nil, y, threads)
        }
      }
      #expect(y != nil, "threads change bits")
      #expect(largestDifference(y ?? [], expected) < 5e-5, "\(given)")
    }
  }

  @Test(arguments: [(2, 40, 1), (3, 7, 20), (1, 70, 33)], [1, 2, 5])
  func responsesAreNormalisedAcrossChannels(shape: (Int, Int, Int), size: Int) {
    let (outer, channels, inner) = shape
    var random = SplitMix64(seed: channels)
    let x = random.floats(outer * channels * inner, scale: 5)
    let expected = everyIndex(of: [outer, channels, inner]).map { index in
      let strides = [channels * inner, inner, 1]
      let first = index[1] - (size - 1) / 2
      let around = max(first, 0)..<min(first + size, channels)
      let sum = around.reduce(0.0) {
        let value = Double(x[place([index[0], $1, index[2]], strides)])
        return $0 + value * value
      }
      return Double(x[place(index, strides)]) / pow(1.5 + 0.3 / Double(size) * sum, 0.75)
    }
    for set in instructionSets {
      let y = sameOnThreads(count: x.count) { y, threads, _ in
        conv_run_lrn(
          set, x, y, Int64(outer), Int64(channels), Int64(inner), Int32(size), 0.3, 0.75, 1.5,
          threads)
      }
      #expect(y != nil, "threads change bits")
      #expect(largestDifference(y ?? [], expected) < 5e-6)
    }
  }

  // MARK: - References

  /// The values that are reduced to each output.
  private func groups(of x: [Float], _ shape: [Int], _ reduced: [Bool]) -> [[Float]] {
    let kept = shape.indices.filter { !reduced[$0] }
    let strides = denseStrides(kept.map { shape[$0] })
    var groups = [[Float]](repeating: [], count: kept.reduce(1) { $0 * shape[$1] })
    for (index, value) in zip(everyIndex(of: shape), x) {
      groups[place(kept.map { index[$0] }, strides)].append(value)
    }
    return groups
  }

  /// The result, and the size that its error is measured by.
  private func reference(_ kind: conv_reduction_kind, _ x: [Double]) -> (Double, Double) {
    let magnitude = x.reduce(0) { $0 + abs($1) }
    let squares = x.reduce(0) { $0 + $1 * $1 }
    switch kind {
    case CONV_REDUCE_SUM: return (x.reduce(0, +), magnitude)
    case CONV_REDUCE_MEAN: return (x.reduce(0, +) / Double(x.count), magnitude / Double(x.count))
    case CONV_REDUCE_MIN: return (x.min() ?? .infinity, 0)
    case CONV_REDUCE_MAX: return (x.max() ?? -.infinity, 0)
    case CONV_REDUCE_PRODUCT:
      let product = x.reduce(1, *)
      return (product, product * Double(x.count))
    case CONV_REDUCE_L1: return (magnitude, magnitude)
    case CONV_REDUCE_L2: return (squares.squareRoot(), squares.squareRoot())
    case CONV_REDUCE_SUM_SQUARE: return (squares, squares)
    default:
      let result = log(x.reduce(0) { $0 + exp($1) })
      return (result, abs(result) + 1)
    }
  }

  private func reduce(
    _ set: conv_isa, _ kind: conv_reduction_kind, _ x: [Float], _ shape: [Int], _ reduced: [Bool]
  ) -> [Float]? {
    var reduction = conv_reduction()
    reduction.kind = kind
    reduction.axes = Int32(shape.count)
    fill(&reduction.extent, with: int64s(shape))
    fill(&reduction.reduced, with: reduced)
    let outputs = zip(shape, reduced).reduce(1) { $1.1 ? $0 : $0 * $1.0 }
    return sameOnThreads(count: outputs) { y, threads, _ in
      conv_run_reduction(set, &reduction, x, y, threads)
    }
  }
}
