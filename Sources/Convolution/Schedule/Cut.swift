import CConvolution

extension Schedule {
  /// Into how many parts panels and space are cut for a number of threads, and what a run then takes.
  struct Cut {
    let threads: Int
    private(set) var panelCuts = 1
    /// Parts of depth, height and width.
    private(set) var spaceCuts = [1, 1, 1]
    /// Nanoseconds.
    private(set) var time = Double.infinity
    /// Whether a task is run for all images before the next one, which finds its weights in the cache.
    private(set) var isTaskByTask = false
    /// The largest task.
    private(set) var longest = conv_task()

    /// The cut with the shortest time.
    init(threads: Int, _ work: Work) {
      self.threads = threads
      let most = threads == 1 ? 1 : 8 * threads
      let cells = work.rectangle.reduce(1) { $0 * $1.count }
      let all = Self.spaces(of: work, most: work.keepsBoxes ? cells : most)
      // One thread too may go through its weights in parts, halves of halves, that stay in a cache.
      let halves = [1, 2, 4, 8, 16].filter { $0 <= work.panels }
      var allPanelCuts = threads == 1 ? halves : Parts.cuts(of: work.panels, most: most)
      if let reuse = work.weightReuse { allPanelCuts.append(reuse.leastPanelCuts) }
      for panelCuts in allPanelCuts {
        let panels = Parts(work.panels, cuts: panelCuts)
        for space in Self.fitting(all, work, panels: panels.largest, most: most) {
          let tasks = work.images * panelCuts * space.count
          let task = work.task(panels: panels.largest, cells: space.largest)
          let longest = work.time(task)
          let share = Double(work.panels * cells) / Double(panelCuts * space.count)
          let average = longest * share / Double(panels.largest * space.mostCells)
          // The largest tasks alone, or all of them, fill so many rounds.
          let largest = work.images * panels.largestCount * space.largestCount
          func rounds(_ tasks: Int) -> Double { Double((tasks + threads - 1) / threads) }
          let busiest = max(rounds(tasks) * average, rounds(largest) * longest)
          let lag = threads == 1 ? 0 : work.model.team.lag * longest
          var time = busiest + lag + work.model.teamTime(threads)
          let reuse = work.weightReuse.flatMap { panelCuts >= $0.leastPanelCuts ? $0 : nil }
          if let reuse { time -= reuse.savedTime / Double(threads) }
          if time < self.time {
            (self.panelCuts, spaceCuts, self.time) = (panelCuts, space.cuts, time)
            isTaskByTask = reuse != nil
            self.longest = task
          }
        }
      }
    }

    /// A way to cut space.
    private struct Space {
      /// Of each axis.
      let cuts, largest: [Int]
      /// Parts, and how many of them are the largest.
      let count, largestCount: Int
      /// Of the largest part.
      let mostCells: Int

      init(_ rectangle: [CellRange], cuts: [Int]) {
        let parts = zip(rectangle, cuts).map { Parts($0.count, cuts: $1) }
        self.cuts = cuts
        largest = parts.map(\.largest)
        count = parts.reduce(1) { $0 * $1.count }
        largestCount = parts.reduce(1) { $0 * $1.largestCount }
        mostCells = parts.reduce(1) { $0 * $1.largest }
      }
    }

    private static func spaces(of work: Work, most: Int) -> [Space] {
      spaceCuts(of: work, most: most).map { Space(work.rectangle, cuts: $0) }
    }

    /// Where tasks keep boxes of images in the workspace, the cuts of space that leave them in the cache, of which there
    /// are up to `most` parts for one of the first; or the smallest boxes. Else all.
    private static func fitting(
      _ all: [Space], _ work: Work, panels: Int, most: Int
    ) -> ArraySlice<Space> {
      guard work.keepsBoxes else { return all[...] }
      let first = all.firstIndex { work.fits(work.task(panels: panels, cells: $0.largest)) }
      guard let first else { return all.suffix(1) }
      return all[first...].prefix { $0.count <= all[first].count * most }
    }

    /// The outermost axis is cut first; when it is down to single cells, the next.
    private static func spaceCuts(of work: Work, most: Int) -> [[Int]] {
      var all = [[1, 1, 1]]
      for (axis, cells) in work.rectangle.enumerated() {
        // Several rows are cut only where a part of one is worth a task.
        let isCutRow = axis == 2 && work.rectangle[..<2].contains { $0.count > 1 }
        let mostCuts = isCutRow ? min(most, cells.count / work.leastOfARow) : most
        var next = all[all.count - 1]
        guard zip(work.rectangle[..<axis], next).allSatisfy({ $0.count == $1 }) else { break }
        for cuts in Parts.cuts(of: cells.count, most: mostCuts).dropFirst() {
          next[axis] = cuts
          all.append(next)
        }
      }
      return all
    }
  }

  /// Parts of a number of cells or panels whose sizes differ by one at most.
  private struct Parts {
    let count, largest: Int
    /// The parts that are as large as the largest.
    let largestCount: Int

    init(_ total: Int, cuts: Int) {
      count = cuts
      largest = (total + cuts - 1) / cuts
      largestCount = total.isMultiple(of: cuts) ? cuts : total % cuts
    }

    /// The numbers of parts that are worth trying: for every size of the largest part the least.
    static func cuts(of total: Int, most: Int) -> [Int] {
      var cuts = [1]
      while let last = cuts.last, last < total {
        let size = Parts(total, cuts: last).largest - 1
        let next = (total + size - 1) / size
        guard next <= most else { break }
        cuts.append(next)
      }
      return cuts
    }
  }
}
