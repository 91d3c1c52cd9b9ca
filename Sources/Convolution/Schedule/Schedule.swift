import CConvolution

/// How one image's output is cut into tasks: ranges of weight panels (output channels, all groups in one count) times
/// rectangles of space. Images of a batch repeat the same tasks.
///
/// A cut never goes through a sum, so it changes no bit of the result.
struct Schedule {
  let tasks: [conv_task]
  let threads: Int
  /// Into how many parts the panels and the axis of space are cut.
  let panelCuts, spaceCuts: Int
  /// Whether a task is run for all images of a batch before the next one.
  let isTaskByTask: Bool
  /// What a run is expected to take on the numbers of threads that were weighed, rising from one.
  let expectations: [Expectation]

  /// What a run is expected to take.
  var nanoseconds: Double { expectations.map(\.nanoseconds).min() ?? 0 }

  struct Expectation {
    let threads: Int
    let nanoseconds: Double
  }

  /// - Parameter threads: at most.
  init(_ work: Work, threads: Int) {
    guard !work.isEmpty else {
      tasks = []
      self.threads = 1
      panelCuts = 0
      spaceCuts = 0
      isTaskByTask = false
      expectations = []
      return
    }

    // More and more threads, as long as more are faster.
    var best = Cut(threads: 1, work)
    var expectations = [Expectation(threads: 1, nanoseconds: best.time)]
    while best.threads < threads {
      let cut = Cut(threads: min(2 * best.threads, threads), work)
      expectations.append(Expectation(threads: cut.threads, nanoseconds: cut.time))
      guard cut.time < best.time else { break }
      best = cut
    }
    self.expectations = expectations
    self.threads = best.threads
    panelCuts = best.panelCuts
    spaceCuts = best.spaceCuts.reduce(1, *)
    isTaskByTask = best.isTaskByTask

    let space = zip(work.rectangle, best.spaceCuts).map { $0.parts($1) }
    var tasks: [conv_task] = []
    tasks.reserveCapacity(panelCuts * spaceCuts)
    for panels in CellRange(0..<work.panels).parts(panelCuts) {
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
}
