import CConvolution

/// How one image's output is cut into tasks: ranges of weight panels (output channels, all groups in one count) times
/// rectangles of space. Images of a batch repeat the same tasks.
///
/// A cut never goes through a sum, so it changes no bit of the result.
struct Schedule {
  /// What the cut depends on.
  struct Work {
    /// Panels of packed weights, and the bytes of one.
    var panels, panelBytes: Int
    /// Depth, height, width of the rectangle to compute.
    var rectangle: [Range<Int>]
    var images: Int
    var tilePixels: Int
    /// Multiply-adds of one panel on one tile.
    var panelTileWork: Double
    var overhead: Overhead
    var threads: Int
    /// Bytes of packed weights that one task may go through for every tile.
    var cacheBytes: Int
  }

  /// Multiply-adds below which a second thread costs more than it saves: some ten microseconds of one core.
  private static let worthAThread: Double = 250_000
  /// What handing out a task costs, in multiply-adds.
  private static let taskOverhead: Double = 20_000

  let tasks: [conv_task]
  let threads: Int
  /// Into how many parts the panels and the axis of space are cut.
  let panelCuts, spaceCuts: Int

  init(_ work: Work) {
    let axis = work.rectangle.firstIndex { $0.count > 1 } ?? 2
    let rows = work.rectangle[axis].count
    let pixels = work.rectangle.reduce(1) { $0 * $1.count }
    guard pixels > 0, work.panels > 0, work.images > 0 else {
      tasks = []
      threads = 1
      panelCuts = 0
      spaceCuts = 0
      return
    }

    func taskWork(panels: Int, rows taskRows: Int) -> Double {
      let tiles = (pixels / rows * taskRows + work.tilePixels - 1) / work.tilePixels
      return Double(tiles) * (Double(panels) * work.panelTileWork + work.overhead.tile)
        + work.overhead.rectangle + Self.taskOverhead
    }

    let total = Double(work.images) * taskWork(panels: work.panels, rows: rows)
    threads = max(min(work.threads, Int(min(total / Self.worthAThread, 1e6))), 1)

    // The cut with the shortest time of the busiest thread, among those whose weights stay in the cache.
    let leastPanelCuts = min(
      work.panels, (work.panels * work.panelBytes + work.cacheBytes - 1) / work.cacheBytes)
    let mostCuts = threads == 1 ? 1 : 8 * threads
    var best = (time: Double.infinity, panelCuts: 1, spaceCuts: 1)
    for panelCuts in max(leastPanelCuts, 1)...max(min(work.panels, mostCuts), leastPanelCuts, 1) {
      let panels = (work.panels + panelCuts - 1) / panelCuts
      for spaceCuts in 1...min(rows, mostCuts) {
        let tasks = work.images * panelCuts * spaceCuts
        let rounds = (tasks + threads - 1) / threads
        // On a shared machine one thread lags: with more tasks the others have less to wait for.
        let lag = threads == 1 ? 1 : 1 + 0.1 * Double(threads) / Double(tasks)
        let time =
          lag * Double(rounds)
          * taskWork(panels: panels, rows: (rows + spaceCuts - 1) / spaceCuts)
        if time < best.time { best = (time, panelCuts, spaceCuts) }
      }
    }
    panelCuts = best.panelCuts
    spaceCuts = best.spaceCuts

    var tasks: [conv_task] = []
    tasks.reserveCapacity(panelCuts * spaceCuts)
    for panelCut in 0..<panelCuts {
      let panels = Self.part(panelCut, of: panelCuts, 0..<work.panels)
      for spaceCut in 0..<spaceCuts {
        var rectangle = work.rectangle
        rectangle[axis] = Self.part(spaceCut, of: spaceCuts, rectangle[axis])
        tasks.append(
          conv_task(
            first_panel: Int32(panels.lowerBound), end_panel: Int32(panels.upperBound),
            first: (
              Int32(rectangle[0].lowerBound), Int32(rectangle[1].lowerBound),
              Int32(rectangle[2].lowerBound)
            ),
            end: (
              Int32(rectangle[0].upperBound), Int32(rectangle[1].upperBound),
              Int32(rectangle[2].upperBound)
            )))
      }
    }
    self.tasks = tasks
  }

  /// The `index`-th of `count` parts of `range` whose sizes differ by one at most.
  private static func part(_ index: Int, of count: Int, _ range: Range<Int>) -> Range<Int> {
    range.lowerBound + index * range.count / count..<range.lowerBound + (index + 1) * range.count
      / count
  }
}
