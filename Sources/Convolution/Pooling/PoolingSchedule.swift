import CConvolution

/// How one image's output is cut into tasks: ranges of channels times rectangles of space. Images of a batch repeat the
/// same tasks. A cut never goes through a window, so it changes no bit of the result.
///
/// Pooling waits for memory: what a task takes is the bytes that it moves.
struct PoolingSchedule {
  let tasks: [conv_task]
  let threads: Int

  /// Bytes that are worth a thread: it takes some microseconds to wake.
  private static let bytesOfAThread = 131_072.0
  /// Bytes that are worth a task.
  private static let bytesOfATask = 32_768.0
  /// So that one that is late holds the others up for less.
  private static let tasksOfAThread = 4
  /// Channels that stay together in channels-last memory: some cache lines of a pixel.
  private static let channelsTogether = 64

  /// - Parameters:
  ///   - output: the rectangle to compute.
  ///   - input: what it reads.
  ///   - threads: at most.
  init(_ geometry: Geometry, output: [Range<Int>], input: [Range<Int>], threads: Int) {
    let samples = [input, output].map {
      $0.reduce(Double(geometry.groups)) { $0 * Double($1.count) }
    }
    guard geometry.images > 0, samples[1] > 0 else {
      (tasks, self.threads) = ([], 1)
      return
    }
    let bytes = Double(geometry.images) * samples.reduce(0, +) * Double(MemoryLayout<Float>.stride)
    func share(_ most: Int, of bytesOfOne: Double) -> Int {
      max(Int(min(Double(most), bytes / bytesOfOne)), 1)
    }
    self.threads = share(threads, of: Self.bytesOfAThread)
    let wanted =
      self.threads == 1 ? 1 : share(Self.tasksOfAThread * self.threads, of: Self.bytesOfATask)

    // The outermost axis in memory is cut first; when it is down to single cells, the next.
    let isFirst = geometry.layout == .channelsFirst
    let channels = CellRange(0..<geometry.groups, grain: isFirst ? 1 : Self.channelsTogether)
    let space = output.map { CellRange($0) }
    var parts: [[Range<Int32>]] = []
    var left = (wanted + geometry.images - 1) / geometry.images
    for cells in isFirst ? [channels] + space : space + [channels] {
      let cuts = min(cells.count, left)
      parts.append(cells.parts(cuts))
      left = (left + cuts - 1) / cuts
    }
    if !isFirst { parts.insert(parts.removeLast(), at: 0) }

    var tasks: [conv_task] = []
    for channels in parts[0] {
      for depth in parts[1] {
        for height in parts[2] {
          for width in parts[3] {
            tasks.append(
              conv_task(
                first_panel: channels.lowerBound, end_panel: channels.upperBound,
                first: (depth.lowerBound, height.lowerBound, width.lowerBound),
                end: (depth.upperBound, height.upperBound, width.upperBound)))
          }
        }
      }
    }
    self.tasks = tasks
  }
}
