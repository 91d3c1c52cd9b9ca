import Foundation

/// What tuning found, for a terminal: a line a layer, and how good the model's choices are.
enum TuningTable {
  private static let titles = [
    "layer", "layout", "model", "measured", "model us", "best us", "slower %", "others us",
  ]

  static func text(of layers: [TunedLayer]) -> String {
    let choices = layers.map { layer in layer.ways.first { $0.name == layer.modelChoice }! }
    let rows = zip(layers, choices).map { layer, choice -> [String] in
      let best = layer.ways[0]
      let others =
        layer.ways.dropFirst().map { "\($0.name) \(microseconds($0.time))" }
        + layer.skipped.map { "\($0) skipped" }
      return [
        layer.line.name, layer.line.layout.description, choice.name, best.name,
        microseconds(choice.time), microseconds(best.time),
        String(format: "%.1f", 100 * (layer.slowdown(of: choice) - 1)),
        others.joined(separator: ", "),
      ]
    }
    return Table.aligned([titles] + rows, numbers: 4..<7)
      + "\nThe model's choices: \(Ratios.summary(ofChoices: zip(layers, choices)))."
      + "\nWays skipped are predicted to take more than 4 times the fastest prediction."
  }

  private static func microseconds(_ nanoseconds: Double) -> String {
    String(format: "%.1f", nanoseconds / 1e3)
  }
}
