extension Plan: CustomStringConvertible {
  /// Several lines: the algorithm and why, tiles, the cut into tasks, padding on each side, memory, work, and every way
  /// that was weighed.
  public var description: String {
    let grain = way.grain
    var lines = [
      ("layer", explanation.layer),
      ("input", "\(inputShape) \(layout) -> output \(outputShape)"),
      (
        "algorithm",
        "\(algorithm)\(winograd.map { " \($0)" } ?? ""): \(explanation.choice.reason)"
      ),
      (
        "kernel",
        "\(kernel) on \(instructionSet), tile \(grain.tile_pixels) pixels x \(grain.tile_channels) channels"
      ),
      (
        "work split",
        "\(taskCount) tasks on \(threads) thread\(threads == 1 ? "" : "s"): \(batch) x "
          + "\(explanation.panelCuts) of \(explanation.panels) channel panels x \(explanation.spaceCuts) of space"
      ),
      ("expected time", expectations),
      ("padding", sides),
      ("workspace", "\(workspaceBytes) B"),
      ("packed weights", "\(packedBytes) B"),
      ("work", "\(gigaflops) GFLOP"),
    ]
    if explanation.phases.count > 1 || explanation.manner == .merged {
      lines.insert(("phases", phases), at: 4)
    }
    if let leading = explanation.leading {
      lines.insert(("first layer", "\(leading), in boxes that stay in the cache"), at: 2)
    }
    if region != wholeRegion {
      lines.insert(("region", "\(region) of the output, from \(inputRegion) of the input"), at: 2)
    }
    let width = lines.map { $0.0.count }.max()!
    let table = lines.map { name, text in
      name + String(repeating: " ", count: width - name.count + 2) + text
    }
    var ways: [(title: String, choice: Choice)] = [("ways", explanation.choice)]
    if let leading = explanation.leading {
      ways = [
        ("ways of the first layer", leading.choice), ("ways of the second", explanation.choice),
      ]
    }
    let tables = ways.flatMap { title, choice in
      ["\(title), one image on one thread"] + choice.lines.map { "  " + $0 }
    }
    return (table + tables).joined(separator: "\n")
  }

  private var batch: String { "\(images) image\(images == 1 ? "" : "s")" }

  /// How many of them are computed in which way.
  private var phases: String {
    let names = explanation.phases.map(\.name)
    let counts = names.reduce(into: [:]) { $0[$1, default: 0] += 1 }
    let kinds = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    return "\(names.count): " + kinds.map { "\($0.value) by \($0.key)" }.joined(separator: ", ")
      + manner
  }

  private var manner: String {
    switch explanation.manner {
    case .direct: ""
    case .turned: ", on boxes turned to channels-last"
    case .spread: ", in the workspace, from where they are spread"
    case .merged: ", all outputs that take the same samples as channels, spread from the workspace"
    case .turnedAndSpread:
      ", on boxes turned to channels-first, in the workspace, from where they are spread"
    }
  }

  private var wholeRegion: [Range<Int>] {
    ImageShape(outputShape, layout: layout).spatial.map { 0..<$0 }
  }

  /// Why so many threads.
  private var expectations: String {
    explanation.expectations.map { "\($0.nanoseconds.microseconds) on \($0.threads)" }
      .joined(separator: ", ")
  }

  private var sides: String {
    zip(["depth", "height", "width"].suffix(padding.count), zip(padding, border)).map {
      "\($0) \($1.0.before) before, \($1.0.after) after (\($1.1))"
    }.joined(separator: "; ")
  }

  private var gigaflops: String {
    guard let millionths = Int(exactly: (floatingPointOperations / 1e3).rounded()) else {
      return "\(floatingPointOperations / 1e9)"
    }
    let fraction = String(millionths % 1_000_000)
    return "\(millionths / 1_000_000)." + String(repeating: "0", count: 6 - fraction.count)
      + fraction
  }
}

extension LeadingLayer: CustomStringConvertible {
  var description: String {
    "\(layer): \(choice.way.name) on \(choice.way.kernel.instructionSet), \(choice.reason)"
  }
}

extension Choice {
  /// A line a way: what it takes and, where it lost, why.
  fileprivate var lines: [String] {
    let weighed = candidates.map { candidate in
      (candidate.way.name, candidate.cost + (candidate.defeat(by: chosen).map { ", \($0)" } ?? ""))
    }
    let rows =
      weighed + obstacles.map { ($0.kernel.family, "not for a layer that has \($0.reason)") }
    let width = rows.map { $0.0.count }.max()!
    return rows.map { $0 + String(repeating: " ", count: width - $0.count + 2) + $1 }
  }
}

extension Choice.Candidate {
  fileprivate var cost: String {
    (measured.map { "measured \($0.microseconds), " } ?? "") + "predicted \(predicted.microseconds)"
      + (packing > 0 ? " and \(packing.microseconds) an image to pack" : "")
  }

  /// In one clause, why another way was taken; nil for that one itself.
  fileprivate func defeat(by chosen: Self) -> String? {
    if way.identity == chosen.way.identity { return nil }
    if let refusal { return refusal }
    let excess = zip(parts, chosen.parts).map { $0 - $1 }
    guard let most = excess.indices.max(by: { excess[$0] < excess[$1] }), excess[most] > 0 else {
      return "not measured to be faster"
    }
    let term = CostModel.terms[most].replacing("_", with: " ")
    return "\(parts[most].microseconds) of it \(term), against \(chosen.parts[most].microseconds)"
  }
}

extension Double {
  /// Nanoseconds as `412.0 us`; what a file says may be far more than integers hold.
  package var microseconds: String {
    guard let tenths = Int(exactly: (self / 100).rounded()) else { return "\(self / 1000) us" }
    return "\(tenths / 10).\(tenths % 10) us"
  }
}

extension Collection<Int> {
  /// `64x32x100x20`
  package var joinedByX: String { map(String.init).joined(separator: "x") }
}
