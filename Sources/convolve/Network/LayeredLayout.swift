/// Boxes in rows, each below all that it follows from; a line that passes a row has a place of its own there, so that it
/// runs between boxes.
///
/// Each row is put in the order of the mean places of what its boxes are connected with, above and below in turn.
/// (Sugiyama, Tagawa and Toda, Methods for visual understanding of hierarchical system structures, 1981.)
struct LayeredLayout {
  struct Point: Equatable {
    var x, y: Double
  }

  /// Centres of the boxes.
  private(set) var centers: [Point] = []
  /// From a box to one that follows from it: all centres that a line passes.
  private(set) var lines: [[Point]] = []
  private(set) var width = 0.0, height = 0.0

  private static let gap = 14.0
  private static let lineWidth = 10.0
  private static let sweeps = 4

  /// A box, or the place of a line in a row that it passes.
  private struct Item {
    let width: Double
    var above: [Int] = []
    var below: [Int] = []
    var x = 0.0
  }

  /// - Parameters:
  ///   - widths: of the boxes.
  ///   - sources: the boxes that each follows from, which are before it.
  ///   - pitch: from one row to the next.
  init(widths: [Double], sources: [[Int]], pitch: Double) {
    var items = widths.map { Item(width: $0) }
    var rows: [[Int]] = []
    var depth: [Int] = []
    func place(_ item: Int, in row: Int) {
      while rows.count <= row { rows.append([]) }
      rows[row].append(item)
    }
    for (box, sources) in sources.enumerated() {
      depth.append((sources.map { depth[$0] }.max() ?? -1) + 1)
      place(box, in: depth[box])
    }
    // Lines from one box to several share their places.
    var passing: [[Int]] = widths.map { _ in [] }
    var paths: [[Int]] = []
    for (box, sources) in sources.enumerated() {
      for source in sources {
        let rowsBetween = depth[box] - depth[source] - 1
        while passing[source].count < rowsBetween {
          let above = passing[source].last ?? source
          items.append(Item(width: Self.lineWidth, above: [above]))
          items[above].below.append(items.count - 1)
          passing[source].append(items.count - 1)
          place(items.count - 1, in: depth[source] + passing[source].count)
        }
        let path = [source] + passing[source].prefix(rowsBetween) + [box]
        items[box].above.append(path[path.count - 2])
        items[path[path.count - 2]].below.append(box)
        paths.append(path)
      }
    }
    for row in rows { Self.arrange(row, by: row.map { Double($0) }, &items) }
    for _ in 0..<Self.sweeps {
      for index in rows.indices { Self.settle(&rows[index], \.above, &items) }
      for index in rows.indices.reversed() { Self.settle(&rows[index], \.below, &items) }
    }
    let left = items.map { $0.x - $0.width / 2 }.min() ?? 0
    var points = items.map { Point(x: $0.x - left, y: 0) }
    for (index, row) in rows.enumerated() {
      for item in row { points[item].y = (Double(index) + 0.5) * pitch }
    }
    centers = Array(points.prefix(widths.count))
    lines = paths.map { path in path.map { points[$0] } }
    width = zip(items, points).map { $1.x + $0.width / 2 }.max() ?? 0
    height = Double(rows.count) * pitch
  }

  /// Puts a row in the order of its neighbours, and as close to them as it goes.
  private static func settle(
    _ row: inout [Int], _ neighbours: KeyPath<Item, [Int]>, _ items: inout [Item]
  ) {
    let wanted = row.map { item in
      let others = items[item][keyPath: neighbours]
      return others.isEmpty
        ? items[item].x : others.reduce(0) { $0 + items[$1].x } / Double(others.count)
    }
    let order = row.indices.sorted { (wanted[$0], $0) < (wanted[$1], $1) }
    row = order.map { row[$0] }
    arrange(row, by: order.map { wanted[$0] }, &items)
  }

  /// Places a row from left to right, each no closer to the one before than there is room, then all of it so that they are
  /// in the mean where they are wanted.
  private static func arrange(_ row: [Int], by wanted: [Double], _ items: inout [Item]) {
    var end = -Double.infinity
    var excess = 0.0
    for (item, wanted) in zip(row, wanted) {
      items[item].x = max(wanted, end + items[item].width / 2)
      end = items[item].x + items[item].width / 2 + gap
      excess += items[item].x - wanted
    }
    for item in row { items[item].x -= excess / Double(row.count) }
  }
}
