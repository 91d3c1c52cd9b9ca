import CConvolution

extension Schedule {
  /// A layer whose output is the input of the one that is cut. A task computes the box of it that it reads.
  struct Leading {
    private let work: PhaseWork
    /// Bytes of a box at most: a quarter of the second-level cache, in which what a task reads and writes has a place too.
    /// A task goes through all weights of the second layer: where those are more, a box is as large as they are, up to half
    /// of the cache.
    private let mostBytes: Int

    /// - Parameters:
    ///   - box: all that is read of its output.
    ///   - weightBytes: of the second layer.
    init(_ chosen: ChosenPhase, model: CostModel, box: [Range<Int>], weightBytes: Int) {
      work = PhaseWork(chosen, model: model, rectangle: box)
      let cache = Int(chosen.way.problem.caches.level.1)
      mostBytes = min(max(cache / 4, weightBytes), cache / 2)
    }

    /// What it computes for a task that reads `box`: all panels.
    func part(of box: conv_box) -> conv_task {
      work.part(
        of: conv_task(first_panel: 0, end_panel: 0, first: box.first, end: box.end),
        sharesPanels: false)
    }

    /// Nanoseconds.
    func time(_ box: conv_box) -> Double {
      let part = part(of: box)
      return part.isEmpty ? 0 : work.chosen.way.work(part).time(work.row)
    }

    func fits(_ box: conv_box) -> Bool { box.count * MemoryLayout<Float>.stride <= mostBytes }

    /// What it reads of its own input.
    var samples: [Range<Int>] {
      (0..<3).map { work.samples(of: work.rectangle[$0], axis: $0) }
    }
  }
}
