@_spi(Tools) import Convolution
import Foundation

/// A cost model fitted to measured ways, and the errors that are left.
struct Fit {
  let model: CostModel
  private let layers: [TunedLayer]

  /// Of the ways of a layer those matter that could be taken: others count less, the slower they are.
  private static let close = 1.5

  /// - Parameter team: what threads cost.
  init(_ layers: [TunedLayer], to base: CostModel, team: CostModel.Team) {
    var model = base
    model.team = team
    let tasks = CostModel.terms.firstIndex(of: "tasks")!
    let ways = layers.flatMap { layer in
      layer.ways.map { (way: $0, weight: pow(min(1, Self.close / layer.slowdown(of: $0)), 2)) }
    }
    for (family, ways) in Dictionary(grouping: ways, by: \.way.family) {
      var row = Self.row(ways.map(\.way), weights: ways.map(\.weight))
      // One thread has hardly more than one task: what handing out another takes stays as it is.
      row[tasks] = max(row[tasks], base.coefficients[family]?[tasks] ?? 0)
      model.coefficients[family] = row
    }
    self.model = model
    self.layers = layers
  }

  /// The nanoseconds of each term that are closest to the ways' times, by ratio: by the squares of the logarithms.
  private static func row(_ ways: [TimedWay], weights: [Double]) -> [Double] {
    var row: [Double] = []
    var predictions = ways.map(\.time)
    // Newton's method: beside a prediction the logarithm is a straight line.
    for _ in 0..<8 {
      row = LeastSquares.nonNegative(
        zip(ways, predictions).map { way, prediction in way.work.map { $0 / prediction } },
        targets: zip(ways, predictions).map { 1 + log($0.time / $1) }, weights: weights)
      predictions = ways.map { max($0.time(row), $0.time / 10) }
    }
    return row
  }

  /// The model's text, and as comments how far it is from what was measured.
  var text: String {
    let comments =
      ["Fitted to \(layers.count) layers."]
      + model.coefficients.keys.sorted().compactMap(familyError)
      + Accuracy.allCases.map(choiceError)
    return "\(model)" + comments.map { "# \($0)\n" }.joined()
  }

  private func predictedTime(_ way: TimedWay) -> Double {
    way.time(model.coefficients[way.family]!)
  }

  /// How far a family's predictions are off; nil where none of it was measured.
  private func familyError(_ family: String) -> String? {
    let errors = layers.flatMap { layer in
      layer.ways.filter { $0.family == family }.map { way in
        let ratio = predictedTime(way) / way.time
        return (
          ratio: max(ratio, 1 / ratio), isClose: layer.slowdown(of: way) <= Self.close,
          name: "\(layer.name) \(way.name)"
        )
      }
    }
    func summary(_ errors: [(ratio: Double, isClose: Bool, name: String)]) -> String? {
      errors.max { $0.ratio < $1.ratio }.map {
        "\(errors.count) off by \(Ratios.mean(errors.map(\.ratio))) (geometric mean), "
          + "at most \(Ratios.percent($0.ratio)) (\($0.name))"
      }
    }
    return summary(errors).map { all in
      "\(family): \(all); within \(Self.close)x of the fastest "
        + (summary(errors.filter(\.isClose)) ?? "none")
    }
  }

  /// How much slower the predicted choices are than the fastest ways of an accuracy.
  private func choiceError(_ accuracy: Accuracy) -> String {
    let allowed = layers.map { layer in
      var layer = layer
      layer.ways.removeAll { $0.form.map { !accuracy.allows($0) } ?? false }
      return layer
    }
    let choices = allowed.map { layer in
      (layer, layer.ways.min { predictedTime($0) < predictedTime($1) }!)
    }
    return "choices of accuracy \(accuracy): \(Ratios.summary(ofChoices: choices))"
  }
}
