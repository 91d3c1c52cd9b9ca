import Foundation

/// How many times too long, in words.
enum Ratios {
  /// The ways that were chosen of layers, beside the fastest ones.
  static func summary(ofChoices choices: some Sequence<(TunedLayer, TimedWay)>) -> String {
    let choices = choices.filter { layer, _ in layer.ways.count > 1 }
    let slowdowns = choices.map { $0.slowdown(of: $1) }
    guard let worst = slowdowns.max() else { return "no layer has more than one way" }
    let (layer, way) = choices[slowdowns.firstIndex(of: worst)!]
    return
      "\(choices.count) are slower than the fastest way by \(mean(slowdowns)) (geometric mean), "
      + "\(slowdowns.count { $0 > 1.03 }) by more than 3 %, at most by \(percent(worst)) "
      + "(\(layer.name): \(way.name), fastest \(layer.ways[0].name))"
  }

  /// The geometric mean.
  static func mean(_ ratios: [Double]) -> String {
    percent(exp(ratios.map { log($0) }.reduce(0, +) / Double(ratios.count)))
  }

  /// 1.034 as `3.4 %`
  static func percent(_ ratio: Double) -> String { String(format: "%.1f %%", 100 * (ratio - 1)) }
}
