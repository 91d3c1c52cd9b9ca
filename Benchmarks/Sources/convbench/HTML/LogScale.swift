import Foundation

/// One axis of a logarithmic plot.
struct LogScale {
  let values: ClosedRange<Double>
  /// Where the range's ends lie.
  let pixels: (Double, Double)

  func position(_ value: Double) -> Double {
    let share = log(value / values.lowerBound) / log(values.upperBound / values.lowerBound)
    return pixels.0 + share * (pixels.1 - pixels.0)
  }

  /// Round values within the range: 1, 2, 5 of each decade, all digits of a short range, powers of ten of a long one.
  var ticks: [Double] {
    let decades =
      Int(log10(values.lowerBound).rounded(.down))...Int(log10(values.upperBound).rounded(.up))
    let ratio = values.upperBound / values.lowerBound
    let steps = ratio < 10 ? Array(1...9) : ratio < 1e5 ? [1, 2, 5] : [1]
    return decades.flatMap { decade in steps.map { Double($0) * pow(10, Double(decade)) } }
      .filter(values.contains)
  }
}
