import CConvolution

extension Schedule {
  /// A phase and the part of it that is to be computed.
  struct PhaseWork {
    let chosen: ChosenPhase
    /// Depth, height, width of the phase's own outputs.
    let rectangle: [Range<Int>]
    /// Outputs that stay together.
    let grain: [Int]
    /// Nanoseconds of each term of the way's work.
    let row: [Double]
    /// All of it.
    private let whole: conv_task

    /// - Parameter rectangle: of the output.
    init(_ chosen: ChosenPhase, model: CostModel, rectangle: [Range<Int>]) {
      self.chosen = chosen
      self.rectangle = chosen.phase.outputs(in: rectangle)
      let grain = chosen.way.grain
      self.grain = [grain.outputs.0, grain.outputs.1, grain.outputs.2].map { Int($0) }
      row = model.row(for: chosen.way.kernel)
      let ranges = self.rectangle.map { Int32($0.lowerBound)..<Int32($0.upperBound) }
      whole = conv_task(
        first_panel: 0, end_panel: Int32(chosen.way.panelCount),
        first: (ranges[0].lowerBound, ranges[1].lowerBound, ranges[2].lowerBound),
        end: (ranges[0].upperBound, ranges[1].upperBound, ranges[2].upperBound))
    }

    /// The phase's part of a task, with the task's panels or with all.
    func part(of task: conv_task, sharesPanels: Bool) -> conv_task {
      conv_task(
        first_panel: sharesPanels ? task.first_panel : 0,
        end_panel: sharesPanels ? task.end_panel : whole.end_panel,
        first: (
          max(task.first.0, whole.first.0), max(task.first.1, whole.first.1),
          max(task.first.2, whole.first.2)
        ),
        end: (
          min(task.end.0, whole.end.0), min(task.end.1, whole.end.1), min(task.end.2, whole.end.2)
        ))
    }

    /// What the kernel reads of the input for outputs of the phase.
    func samples(of outputs: Range<Int>, axis: Int) -> Range<Int> {
      chosen.phase.problem.geometry.axes[axis].samples(
        for: CellRange(outputs, grain: grain[axis]))
    }

    /// Where outputs of the phase lie in the output, from the first to the last.
    func outputs(of outputs: Range<Int>, axis: Int) -> Range<Int> {
      chosen.phase.lattice[axis].outputs(of: outputs)
    }

    /// The outputs that some of the phases compute along an axis.
    static func union(of phases: [PhaseWork], axis: Int) -> Range<Int> {
      .hull(of: phases.map { $0.rectangle[axis] })
    }
  }
}

extension Axis {
  /// What a kernel reads for a range of outputs, whose cells it computes whole.
  fileprivate func samples(for outputs: CellRange) -> Range<Int> {
    let read = samples(for: outputs.range)
    guard outputs.grain > 1, !outputs.range.isEmpty else { return read }
    let whole = outputs.wholeCells
    let first = max(position(output: whole.lowerBound, tap: 0), 0)
    let end = min(position(output: whole.upperBound - 1, tap: kernel - 1) + 1, input)
    let mapped = samples(for: whole.clamped(to: 0..<output))
    return .hull(of: [first..<max(first, end), mapped, read])
  }
}

extension Range<Int> {
  /// The range from the first to the last element of any; empty where all are.
  static func hull(of ranges: [Range<Int>]) -> Range<Int> {
    let ranges = ranges.filter { !$0.isEmpty }
    guard let lower = ranges.map(\.lowerBound).min(), let upper = ranges.map(\.upperBound).max()
    else { return 0..<0 }
    return lower..<upper
  }
}

extension conv_task {
  /// Whether there is nothing in it.
  var isEmpty: Bool {
    first.0 >= end.0 || first.1 >= end.1 || first.2 >= end.2 || first_panel >= end_panel
  }

  /// Its outputs along depth, height or width.
  func range(axis: Int) -> Range<Int> {
    let ends = [(first.0, end.0), (first.1, end.1), (first.2, end.2)][axis]
    return Int(ends.0)..<Int(max(ends.0, ends.1))
  }
}
