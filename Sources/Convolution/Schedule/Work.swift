import CConvolution

extension Schedule {
  /// What is to be cut, and what a part of it takes.
  struct Work {
    /// Panels of packed weights.
    let panels: Int
    /// Depth, height, width of the rectangle to compute, in cells that no cut goes through.
    let rectangle: [CellRange]
    /// The least part of a row, in cells, that may be a task.
    let leastOfARow: Int
    let images: Int
    let model: CostModel
    private let way: Way
    /// Nanoseconds of each term of the way's work.
    private let row: [Double]

    init(_ way: Way, model: CostModel, rectangle: [Range<Int>], images: Int) {
      let grain = way.grain
      let outputs = [grain.outputs.0, grain.outputs.1, grain.outputs.2].map { Int($0) }
      self.way = way
      self.model = model
      self.images = images
      self.rectangle = zip(rectangle, outputs).map { CellRange($0, grain: $1) }
      panels = way.panelCount
      leastOfARow = max(Int(grain.least_of_row) / outputs[2], 1)
      row = model.row(for: way.kernel)
    }

    /// The largest task of a cut: so many panels, and so many cells along each axis, away from the border, whose taps may
    /// be left out.
    func task(panels: Int, cells: [Int]) -> conv_task {
      let ranges = zip(rectangle, cells).map { $0.middle($1) }
      return conv_task(
        first_panel: 0, end_panel: Int32(panels),
        first: (ranges[0].lowerBound, ranges[1].lowerBound, ranges[2].lowerBound),
        end: (ranges[0].upperBound, ranges[1].upperBound, ranges[2].upperBound))
    }

    /// Whether there is nothing to compute; no kernel is asked about that.
    var isEmpty: Bool { images == 0 || rectangle.contains { $0.count == 0 } }

    /// What a task takes, in nanoseconds.
    func time(_ task: conv_task) -> Double { way.work(task).time(row) }

    /// Of a cut's time, what each term of the work takes.
    func times(_ cut: Cut) -> [Double] {
      let times = zip(row, way.work(cut.longest).counts).map { $0 * $1 }
      let tasks = cut.time / times.reduce(0, +)
      return times.map { $0 * tasks }
    }
  }
}
