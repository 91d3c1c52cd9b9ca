import Convolution

/// Where everything that a run writes lies in one arena.
///
/// Every buffer is there from the step that first writes it to the last one that reads it. The largest is placed first,
/// each into the smallest gap, between those that are there at the same time, that is large enough. (The way of XNNPACK's
/// planner; see also Pisarchyk and Lee, Efficient Memory Management for Deep Neural Net Inference, 2020: greedy by size.)
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
    var offsets = Array(repeating: 0, count: buffers.count)
    var placed: [(range: Range<Int>, lifetime: ClosedRange<Int>)] = []
    let order = buffers.indices.sorted {
      (buffers[$1].bytes, $0) < (buffers[$0].bytes, $1)
    }
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
    self.offsets = offsets
    bytes = placed.map(\.range.upperBound).max() ?? 0

    var changes: [Int: Int] = [:]
    for buffer in buffers {
      changes[buffer.lifetime.lowerBound, default: 0] += buffer.bytes.roundedUpToALine
      changes[buffer.lifetime.upperBound + 1, default: 0] -= buffer.bytes.roundedUpToALine
    }
    var (now, most) = (0, 0)
    for step in changes.keys.sorted() {
      now += changes[step]!
      most = max(most, now)
    }
    leastBytes = most
  }
}
