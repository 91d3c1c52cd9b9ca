import Foundation

/// What tuning found, for a terminal: a line a layer, and how good the model's choices are.
enum TuningTable {
  private static let titles = [
    "layer", "layout", "model", "measured", "model us", "best us", "slower %", "others us",
  ]

  static func text(of layers: [TunedLayer]) -> String {
    let rows = layers.map { layer -> [String] in
      let names = [
        layer.line.name, (layer.line.options.layout ?? .nchw).rawValue, layer.model.name,
        layer.ways[0].name,
      ]
      guard layer.ways.count > 1 else { return names + ["", "", "", "the only way"] }
      let others = layer.ways.dropFirst().map { "\($0.name) \(microseconds($0.time))" }
      return names + [
        microseconds(layer.model.time), microseconds(layer.ways[0].time),
        String(format: "%.1f", 100 * (layer.slowdown - 1)), others.joined(separator: ", "),
      ]
    }
    return Table.aligned([titles] + rows, numbers: 4..<7) + "\n" + summary(layers)
  }

  private static func summary(_ layers: [TunedLayer]) -> String {
    let slowdowns = layers.filter { $0.ways.count > 1 }.map(\.slowdown)
    guard let most = slowdowns.max() else { return "No layer has more than one way." }
    let mean = exp(slowdowns.map { log($0) }.reduce(0, +) / Double(slowdowns.count))
    return String(
      format:
        "The model's choices are slower than the measured ones by %.1f %% (geometric mean), at most %.1f %%.",
      100 * (mean - 1), 100 * (most - 1))
  }

  private static func microseconds(_ time: Duration) -> String {
    String(format: "%.1f", time / .microseconds(1))
  }
}
