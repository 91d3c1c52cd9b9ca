import CConvolution

extension Schedule {
  /// What it takes to bring a task's part of the image to the workspace, or from there: turned to channels-last and back,
  /// or spread over rows.
  struct Handling {
    /// Nanoseconds for each float of the input, and of the output.
    private let inputTime, outputTime: Double
    private let keepsInput: Bool
    /// Bytes that a task may keep there: most of the second-level cache.
    private let mostBytes: Int

    /// nil where nothing is brought anywhere.
    init?(_ manner: Blueprint.Manner, _ way: Way, model: CostModel) {
      guard manner != .direct else { return nil }
      keepsInput = manner.turnsInput
      (inputTime, outputTime) = Self.floatTimes(manner, way, model: model)
      mostBytes = Int(way.problem.caches.level.1) * 3 / 4
    }

    /// Turning as it was measured of a family that turns.
    private static func floatTimes(
      _ manner: Blueprint.Manner, _ way: Way, model: CostModel
    ) -> (input: Double, output: Double) {
      let turns = model.coefficients["dense_turned"]?[CostModel.terms.firstIndex(of: "turns")!] ?? 1
      let turned = turns / Double(way.kernel.entry.pointee.lanes)
      // A load and a store for each.
      let spread = 0.4
      return switch manner {
      case .direct: (0, 0)
      case .turned: (turned, turned)
      case .spread, .merged: (0, spread)
      case .turnedAndSpread: (turned, spread)
      }
    }

    func time(input: conv_box, output: conv_box) -> Double {
      Double(input.count) * inputTime + Double(output.count) * outputTime
    }

    /// Whether a task leaves what it keeps in the cache.
    func fits(input: conv_box, output: conv_box) -> Bool {
      let floats = (keepsInput ? input.count : 0) + output.count
      return floats * MemoryLayout<Float>.stride <= mostBytes
    }

    /// What phases in their chosen ways take, one image on one thread, with what brings them their memory.
    static func time(of blueprint: Blueprint, _ choices: [Choice], model: CostModel) -> Double {
      let output = blueprint.output.channels * blueprint.output.spatial.reduce(1, *)
      let input = blueprint.input.channels * blueprint.input.spatial.reduce(1, *)
      let times = floatTimes(blueprint.manner, choices[0].way, model: model)
      return choices.reduce(0) { $0 + $1.predicted + $1.packing }
        + Double(input) * times.input + Double(output) * times.output
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
