extension Plan: CustomStringConvertible {
  /// Several lines: the algorithm and why, tiles, the cut into tasks, padding on each side, memory, work.
  public var description: String {
    var lines = [
      ("layer", explanation.layer),
      ("input", "\(inputShape) \(layout) -> output \(outputShape)"),
      (
        "algorithm",
        "\(algorithm.rawValue)\(winograd.map { " \($0)" } ?? ""): \(explanation.reason)"
      ),
      (
        "kernel",
        "\(kernel) on \(instructionSet.rawValue), tile \(explanation.tilePixels) pixels x \(explanation.tileChannels) channels"
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
    if let region = explanation.region {
      lines.insert(("region", "\(region) of the output"), at: 2)
    }
    if explanation.weighed.count > 1 {
      let place = lines.firstIndex { $0.0 == "algorithm" }! + 1
      lines.insert(("weighed", weighed), at: place)
    }
    let width = lines.map { $0.0.count }.max()!
    return lines.map { name, text in
      name + String(repeating: " ", count: width - name.count + 2) + text
    }.joined(separator: "\n")
  }

  private var batch: String { "\(inputShape[0]) image\(inputShape[0] == 1 ? "" : "s")" }

  /// Why this algorithm.
  private var weighed: String {
    explanation.weighed.map { "\($0.name) \($0.nanoseconds.microseconds)" }
      .joined(separator: ", ") + ", one image on one thread"
  }

  /// Why so many threads.
  private var expectations: String {
    explanation.expectations.map { "\($0.nanoseconds.microseconds) on \($0.threads)" }
      .joined(separator: ", ")
  }

  private var sides: String {
    let names = [["width"], ["height", "width"], ["depth", "height", "width"]][padding.count - 1]
    return zip(names, zip(padding, border)).map { name, side in
      "\(name) \(side.0.before) before, \(side.0.after) after (\(side.1))"
    }.joined(separator: "; ")
  }

  private var gigaflops: String {
    let millionths = Int((floatingPointOperations / 1e3).rounded())
    let fraction = String(millionths % 1_000_000)
    return "\(millionths / 1_000_000)." + String(repeating: "0", count: 6 - fraction.count)
      + fraction
  }
}

extension Double {
  /// Nanoseconds as `412.0 us`.
  var microseconds: String {
    let tenths = Int((self / 100).rounded())
    return "\(tenths / 10).\(tenths % 10) us"
  }
}

extension ConvolutionLayer: CustomStringConvertible {
  /// One line: `Conv2D 32 -> 32, kernel 4x1, stride 1x1, dilation 1x1, groups 1, same, identity`.
  public var description: String {
    func joined(_ extents: [Int]) -> String { extents.map(String.init).joined(separator: "x") }
    return
      "Conv\(rank)D \(inputChannels) -> \(outputChannels), kernel \(joined(kernel)), stride \(joined(stride)), "
      + "dilation \(joined(dilation)), groups \(groups), \(padding), \(activation)"
  }
}
