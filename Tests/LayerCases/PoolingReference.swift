import Convolution
import Foundation

/// Plain float64 pooling, window by window.
package struct PoolingReference {
  /// N C \*spatial.
  package let shape: [Int]
  package let values: [Double]
  /// Of maxima: where in the input they lie.
  package let indices: [Int64]
  /// What rounding errors are measured by: the largest mean of |x|, or the largest norm.
  package let magnitude: Double

  package init(_ pool: PoolingCase) {
    let windows = Array(repeating: [[0]], count: 3 - pool.rank) + pool.windows
    let extents = Array(repeating: 1, count: 3 - pool.rank) + pool.inputShape[2...]
    let counted = (0..<3).map { axis in
      let amount =
        axis < 3 - pool.rank ? .none : pool.paddingAmount(axis: axis - (3 - pool.rank))
      return pool.kind == .average(countsPadding: true)
        ? -amount.before..<extents[axis] + amount.after : 0..<extents[axis]
    }
    func inside(_ taps: [Int], _ axis: Int) -> [Int] {
      taps.filter { (0..<extents[axis]).contains($0) }
    }
    func divisor(_ taps: [Int], _ axis: Int) -> Double {
      Double(taps.filter { counted[axis].contains($0) }.count)
    }
    var values: [Double] = []
    var indices: [Int64] = []
    var magnitude = 0.0
    for plane in 0..<pool.inputShape[0] * pool.inputShape[1] {
      for depth in windows[0] {
        for height in windows[1] {
          for width in windows[2] {
            var places: [Int] = []
            for z in inside(depth, 0) {
              for y in inside(height, 1) {
                let row = ((plane * extents[0] + z) * extents[1] + y) * extents[2]
                for x in inside(width, 2) { places.append(row + x) }
              }
            }
            let samples = places.map { Double(pool.x[$0]) }
            switch pool.kind {
            case .max:
              let largest = samples.max()!
              let place = samples.lastIndex(where: \.isNaN) ?? samples.firstIndex(of: largest)!
              values.append(samples[place])
              indices.append(Int64(places[place]))
            case .average:
              let count = divisor(depth, 0) * divisor(height, 1) * divisor(width, 2)
              values.append(samples.reduce(0, +) / count)
              magnitude = max(magnitude, samples.reduce(0) { $0 + abs($1) } / count)
            case .lp(let power):
              let sum = samples.reduce(0) { $0 + pow(abs($1), Double(power)) }
              values.append(pow(sum, 1 / Double(power)))
              magnitude = max(magnitude, values.last!)
            }
          }
        }
      }
    }
    shape = pool.outputShape
    self.values = values
    self.indices = indices
    self.magnitude = magnitude
  }

  /// Whether `output`, N C \*spatial, is right: a maximum exactly, sums up to the roundings of their additions.
  package func agrees(with output: [Float]) -> Bool {
    largestDifference(output, values) <= 1e-6 * magnitude
  }
}
