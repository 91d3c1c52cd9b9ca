import Convolution

/// Where everything that a run writes lies in one arena.
///
/// Every buffer is there from the step that first writes it to the last one that reads it. One after the other is placed
/// into the smallest gap, between those that are there at the same time, that is large enough. Two orders are tried, and
/// the one that takes less is used: the largest first (the way of XNNPACK's planner; see also Pisarchyk and Lee, Efficient
/// Memory Management for Deep Neural Net Inference, 2020: greedy by size); and those first that are there in the step that
/// needs most, then step by step away from it, so that neighbours in a chain make room for each other.
struct MemoryPlan {
  struct Buffer {
    var bytes: Int
    /// The steps, first and last, between which it is needed.
    var lifetime: ClosedRange<Int>
  }

  /// Of each buffer, on 64-byte boundaries.
  let offsets: [Int]
  /// Of the arena.
  let bytes: Int
  /// The most bytes that are needed at one time: no arena can be smaller.
  let leastBytes: Int

  init(_ buffers: [Buffer]) {
    let needs = Self.needs(buffers)
    leastBytes = needs.max() ?? 0
    let peak = needs.firstIndex(of: leastBytes) ?? 0
    let bySize = buffers.indices.sorted { (buffers[$1].bytes, $0) < (buffers[$0].bytes, $1) }
    let distances = buffers.map { $0.lifetime.distance(to: peak) }
    let fromPeak = buffers.indices.sorted {
      (distances[$0], buffers[$1].bytes, $0) < (distances[$1], buffers[$0].bytes, $1)
    }
    let places = [bySize, fromPeak].map { Self.place(buffers, inOrder: $0) }
    (offsets, bytes) = places.min { $0.bytes < $1.bytes }!
  }

  /// The bytes that are needed in each step.
  private static func needs(_ buffers: [Buffer]) -> [Int] {
    let steps = (buffers.map(\.lifetime.upperBound).max() ?? -1) + 1
    var needs = Array(repeating: 0, count: steps)
    for buffer in buffers {
      for step in buffer.lifetime { needs[step] += buffer.bytes.roundedUpToALine }
    }
    return needs
  }

  private static func place(
    _ buffers: [Buffer], inOrder order: [Int]
  ) -> (offsets: [Int], bytes: Int) {
    var offsets = Array(repeating: 0, count: buffers.count)
    var placed: [(range: Range<Int>, lifetime: ClosedRange<Int>)] = []
    for index in order where buffers[index].bytes > 0 {
      let buffer = buffers[index]
      let size = buffer.bytes.roundedUpToALine
      var (best, end): (Range<Int>?, Int) = (nil, 0)
      // Those that are there at the same time are in the order of their places.
      for other in placed where other.lifetime.overlaps(buffer.lifetime) {
        let gap = end..<max(other.range.lowerBound, end)
        if gap.count >= size, gap.count < best?.count ?? .max { best = gap }
        end = max(end, other.range.upperBound)
      }
      let offset = best?.lowerBound ?? end
      offsets[index] = offset
      let place = placed.firstIndex { $0.range.lowerBound > offset } ?? placed.endIndex
      placed.insert((offset..<offset + size, buffer.lifetime), at: place)
    }
    return (offsets, placed.map(\.range.upperBound).max() ?? 0)
  }
}

extension ClosedRange<Int> {
  /// How many steps before or after the range a step is; 0 inside.
  fileprivate func distance(to step: Int) -> Int {
    Swift.max(lowerBound - step, step - upperBound, 0)
  }
}
