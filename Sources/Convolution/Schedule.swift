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
    var cost: Cost
    /// At most.
    var threads: Int
    /// Bytes of packed weights that one task may go through for every tile.
    var cacheBytes: Int
  }

  let tasks: [conv_task]
  let threads: Int
  /// Into how many parts the panels and the axis of space are cut.
  let panelCuts, spaceCuts: Int
  /// What a run is expected to take on the numbers of threads that were weighed, rising from one.
  let expectations: [Expectation]

  struct Expectation {
    let threads: Int
    let nanoseconds: Double
  }

  init(_ work: Work) {
    guard !work.rectangle.contains(where: \.isEmpty), work.panels > 0, work.images > 0 else {
      tasks = []
      threads = 1
      panelCuts = 0
      spaceCuts = 0
      expectations = []
      return
    }

    // More and more threads, as long as more are faster.
    var best = Cut(threads: 1, work)
    var expectations = [Expectation(threads: 1, nanoseconds: best.time)]
    while best.threads < work.threads {
      let cut = Cut(threads: min(2 * best.threads, work.threads), work)
      expectations.append(Expectation(threads: cut.threads, nanoseconds: cut.time))
      guard cut.time < best.time else { break }
      best = cut
    }
    self.expectations = expectations
    threads = best.threads
    panelCuts = best.panelCuts
    spaceCuts = best.spaceCuts.reduce(1, *)

    func parts(_ range: Range<Int>, _ count: Int) -> [Range<Int32>] {
      (0..<count).map { Self.part($0, of: count, range) }
        .map { Int32($0.lowerBound)..<Int32($0.upperBound) }
    }
    let space = zip(work.rectangle, best.spaceCuts).map(parts)
    var tasks: [conv_task] = []
    tasks.reserveCapacity(panelCuts * spaceCuts)
    for panels in parts(0..<work.panels, panelCuts) {
      for depth in space[0] {
        for height in space[1] {
          for width in space[2] {
            tasks.append(
              conv_task(
                first_panel: panels.lowerBound, end_panel: panels.upperBound,
                first: (depth.lowerBound, height.lowerBound, width.lowerBound),
                end: (depth.upperBound, height.upperBound, width.upperBound)))
          }
        }
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
