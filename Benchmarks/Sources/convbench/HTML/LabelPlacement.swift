import Foundation

/// Where the labels of a crowded plot stand: none over another, over a point or beyond the plot.
struct LabelPlacement {
  struct Point {
    let x, y: Double
  }

  struct Box {
    var x, y, width, height: Double

    func overlaps(_ other: Box) -> Bool {
      x < other.x + other.width && other.x < x + width
        && y < other.y + other.height && other.y < y + height
    }

    func contains(_ other: Box) -> Bool {
      x <= other.x && other.x + other.width <= x + width
        && y <= other.y && other.y + other.height <= y + height
    }
  }

  struct Label {
    let text: String
    let box: Box
    /// From the point to the label, where that is not beside its point.
    let leader: (from: Point, to: Point)?
  }

  let frame: Box
  let points: [Point]
  /// What labels keep clear of besides the points.
  let obstacles: [Box]
  let fontSize: Double

  private static let pointRadius = 5.0
  private static let distances = [9.0, 14, 22, 32, 44, 58, 74, 92, 112, 134, 158]
  private static let directions = 16

  /// A label a point: the first of its texts for which there is room, nil where there is none for any.
  func labels(_ texts: [[String]]) -> [Label?] {
    var labels: [Label?] = Array(repeating: nil, count: points.count)
    // Short texts of crowded points last: they find room where long ones do not.
    for level in 0..<(texts.map(\.count).max() ?? 0) {
      for index in points.indices where labels[index] == nil && level < texts[index].count {
        labels[index] = label(
          texts[index][level], isLast: level == texts[index].count - 1, at: index,
          beside: labels.compactMap(\.self))
      }
    }
    return labels
  }

  private func label(
    _ text: String, isLast: Bool, at index: Int, beside others: [Label]
  ) -> Label? {
    // A long text far from its point is harder to find than a short one beside it.
    let reach = isLast ? Self.distances.count : Self.distances.count - 3
    for distance in Self.distances.prefix(reach) {
      for direction in 0..<Self.directions {
        let label = candidate(text, at: points[index], distance: distance, direction: direction)
        if isFree(label, beside: others) { return label }
      }
    }
    return nil
  }

  private func candidate(
    _ text: String, at point: Point, distance: Double, direction: Int
  ) -> Label {
    let width = Self.width(text) * fontSize
    let height = fontSize * 1.15
    // Right of the point first, then up and down in turn.
    let turn = Double((direction + 1) / 2 * (direction.isMultiple(of: 2) ? 1 : -1))
    let angle = turn * 2 * Double.pi / Double(Self.directions)
    let end = Point(x: point.x + distance * cos(angle), y: point.y + distance * sin(angle))
    let box = Box(
      x: end.x - width * (1 - cos(angle)) / 2, y: end.y - height * (1 - sin(angle)) / 2,
      width: width, height: height)
    return Label(text: text, box: box, leader: distance > 16 ? (point, end) : nil)
  }

  /// In font sizes, and rather too much.
  private static func width(_ text: String) -> Double {
    text.unicodeScalars.reduce(0) { $0 + ($1.isASCII ? 0.64 : 1.1) }
  }

  private func isFree(_ label: Label, beside others: [Label]) -> Bool {
    frame.contains(label.box) && !obstacles.contains(where: label.box.overlaps)
      && !points.contains { label.box.overlaps(around($0)) }
      && !others.contains { $0.box.overlaps(label.box) }
      && !others.contains { other in
        steps(of: label.leader).contains(where: other.box.overlaps)
          || steps(of: other.leader).contains(where: label.box.overlaps)
      }
  }

  private func around(_ point: Point) -> Box {
    Box(
      x: point.x - Self.pointRadius, y: point.y - Self.pointRadius,
      width: 2 * Self.pointRadius, height: 2 * Self.pointRadius)
  }

  /// Small boxes along a leader.
  private func steps(of leader: (from: Point, to: Point)?) -> [Box] {
    guard let leader else { return [] }
    return stride(from: 0, through: 1, by: 0.1).map { share in
      Box(
        x: leader.from.x + share * (leader.to.x - leader.from.x) - 1,
        y: leader.from.y + share * (leader.to.y - leader.from.y) - 1, width: 2, height: 2)
    }
  }
}
