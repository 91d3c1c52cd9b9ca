import CConvolution

extension Schedule {
  /// What is to be cut, and what a part of it takes.
  ///
  /// Where an output has several phases, a task has a part of each: the outputs of all of them that lie in a rectangle.
  struct Work {
    /// Panels of packed weights; 1, which stands for all, where phases differ in theirs.
    let panels: Int
    /// Depth, height, width of the outputs of a phase to compute, in cells that no cut goes through.
    let rectangle: [CellRange]
    /// The least part of a row, in cells, that may be a task.
    let leastOfARow: Int
    let images: Int
    let model: CostModel
    /// What can be saved by running each task for all images; nil: nothing.
    let weightReuse: WeightReuse?
    private let handling: Handling?
    private let leading: Leading?
    private let phases: [PhaseWork]
    private let sharesPanels: Bool

    /// - Parameters:
    ///   - rectangle: of the output.
    ///   - manner: how tasks meet the memory of the image.
    ///   - leading: a layer that computes the input, of the only phase, in the same tasks.
    init(
      _ chosen: [ChosenPhase], model: CostModel, rectangle: [Range<Int>], images: Int,
      manner: Blueprint.Manner = .direct, after leading: ChosenPhase? = nil
    ) {
      let phases = chosen.map { PhaseWork($0, model: model, rectangle: rectangle) }
      self.phases = phases
      self.model = model
      self.images = images
      let grain = (0..<3).map { axis in
        phases.reduce(1) { leastCommonMultiple($0, $1.grain[axis]) }
      }
      self.rectangle = (0..<3).map {
        CellRange(PhaseWork.union(of: phases, axis: $0), grain: grain[$0])
      }
      let way = chosen[0].way
      // A box that a leading layer computes is for all panels; merged outputs are spread together.
      sharesPanels =
        leading == nil && manner != .merged
        && chosen.allSatisfy {
          $0.way.identity == way.identity && $0.way.panelCount == way.panelCount
        }
      panels = sharesPanels ? way.panelCount : 1
      weightReuse = WeightReuse(phases, panels: panels, images: images)
      leastOfARow = chosen.map { max(Int($0.way.grain.least_of_row) / grain[2], 1) }.max()!
      handling = Handling(manner, way, model: model)
      self.leading = leading.map {
        Leading(
          $0, model: model, box: Self.samples(of: phases), weightBytes: way.packedBytes)
      }
    }

    /// The largest task of a cut: so many panels, and so many cells along each axis, away from the border, whose taps may
    /// be left out.
    func task(panels: Int, cells: [Int]) -> conv_task {
      let depth = rectangle[0].middle(cells[0])
      let height = rectangle[1].middle(cells[1])
      let width = rectangle[2].middle(cells[2])
      return conv_task(
        first_panel: 0, end_panel: Int32(panels),
        first: (depth.lowerBound, height.lowerBound, width.lowerBound),
        end: (depth.upperBound, height.upperBound, width.upperBound))
    }

    /// Whether there is nothing to compute; no kernel is asked about that.
    var isEmpty: Bool { images == 0 || rectangle.contains { $0.count == 0 } }

    /// What a task takes, in nanoseconds.
    func time(_ task: conv_task) -> Double {
      let time = phases.reduce(0) { time, phase in
        let part = phase.part(of: task, sharesPanels: sharesPanels)
        return part.isEmpty ? time : time + phase.chosen.way.work(part).time(phase.row)
      }
      if let handling {
        return time + handling.time(input: inputBox(of: task), output: outputBox(of: task))
      }
      return time + (leading?.time(inputBox(of: task)) ?? 0)
    }

    /// Whether tasks keep a part of an image in the workspace.
    var keepsBoxes: Bool { handling != nil || leading != nil }

    /// Whether a task leaves what it keeps in the cache.
    func fits(_ task: conv_task) -> Bool {
      let input = inputBox(of: task)
      return handling?.fits(input: input, output: outputBox(of: task)) ?? true
        && leading?.fits(input) ?? true
    }

    /// Of a cut's time, what each term of the work takes; of several phases the first's alone.
    func times(_ cut: Cut) -> [Double] {
      let phase = phases[0]
      let times = zip(phase.row, phase.chosen.way.work(cut.longest).counts).map { $0 * $1 }
      let tasks = cut.time / times.reduce(0, +)
      return times.map { $0 * tasks }
    }
  }
}

// MARK: - What belongs to a task

extension Schedule.Work {
  /// What each phase computes of a task.
  func parts(of task: conv_task) -> [conv_task] {
    phases.map { $0.part(of: task, sharesPanels: sharesPanels) }
  }

  /// What all of it reads of the input, a range for depth, height and width; of a leading layer's, where there is one.
  var samples: [Range<Int>] { leading?.samples ?? Self.samples(of: phases) }

  private static func samples(of phases: [Schedule.PhaseWork]) -> [Range<Int>] {
    (0..<3).map { axis in
      .hull(of: phases.map { $0.samples(of: $0.rectangle[axis], axis: axis) })
    }
  }

  /// What a leading layer computes of a task.
  func leadingPart(of task: conv_task) -> conv_task? { leading?.part(of: inputBox(of: task)) }

  /// What a task reads of the phases' input: all channels.
  func inputBox(of task: conv_task) -> conv_box {
    let parts = zip(phases, parts(of: task)).filter { !$1.isEmpty }
    let ranges = (0..<3).map { axis in
      Range.hull(of: parts.map { $0.samples(of: $1.range(axis: axis), axis: axis) })
    }
    return conv_box(ranges, channels: 0..<phases.map(\.chosen.way.inputChannels).max()!)
  }

  /// Samples that a phase computes in a task, at most.
  func mostOutputs(of task: conv_task) -> Int {
    zip(phases, parts(of: task)).filter { !$1.isEmpty }.map { phase, part in
      let ranges = (0..<3).map { part.range(axis: $0) }
      return conv_box(ranges, channels: phase.chosen.way.channels(of: part)).count
    }.max() ?? 0
  }

  /// What a task computes of the output.
  func outputBox(of task: conv_task) -> conv_box {
    let parts = zip(phases, parts(of: task)).filter { !$1.isEmpty }
    let ranges = (0..<3).map { axis in
      Range.hull(of: parts.map { $0.outputs(of: $1.range(axis: axis), axis: axis) })
    }
    let chosen = phases[0].chosen
    return conv_box(
      ranges,
      channels: sharesPanels
        ? chosen.way.channels(of: task) : 0..<chosen.way.outputChannels / chosen.phase.mergedOutputs
    )
  }
}

private func leastCommonMultiple(_ a: Int, _ b: Int) -> Int {
  a / greatestCommonDivisor(a, b) * b
}
