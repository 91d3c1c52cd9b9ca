import CConvolution

extension Schedule {
  /// What it takes to turn a task's input to channels-last and its output back.
  struct Turning {
    /// Nanoseconds for each float.
    private let time: Double
    /// Bytes that a task may turn: most of the second-level cache.
    let mostBytes: Int

    init(_ way: Way, model: CostModel) {
      // A family that turns as well was measured.
      let term = CostModel.terms.firstIndex(of: "turns")!
      let vector = model.coefficients["dense_turned"]?[term] ?? 1
      time = vector / Double(way.kernel.entry.pointee.lanes)
      mostBytes = Int(way.problem.caches.level.1) * 3 / 4
    }

    func time(input: conv_box, output: conv_box) -> Double {
      Double(input.count + output.count) * time
    }

    /// Whether a task leaves what it turns in the cache.
    func fits(input: conv_box, output: conv_box) -> Bool {
      (input.count + output.count) * MemoryLayout<Float>.stride <= mostBytes
    }
  }
}

extension conv_box {
  init(_ ranges: [Range<Int>], channels: Range<Int>) {
    let ranges = ranges.map { Int32($0.lowerBound)..<Int32($0.upperBound) }
    self.init(
      first: (ranges[0].lowerBound, ranges[1].lowerBound, ranges[2].lowerBound),
      end: (ranges[0].upperBound, ranges[1].upperBound, ranges[2].upperBound),
      first_channel: Int32(channels.lowerBound), end_channel: Int32(channels.upperBound))
  }

  /// Samples.
  var count: Int {
    Int(end.0 - first.0) * Int(end.1 - first.1) * Int(end.2 - first.2)
      * Int(end_channel - first_channel)
  }
}
