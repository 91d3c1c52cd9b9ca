import Convolution

/// One axis of an image, cut into parts that overlap, and what of each output every part gives.
struct AxisTiles {
  struct Tile {
    /// The samples of the input.
    let input: Range<Int>
    /// Of each output, the samples that are taken of this part.
    let outputs: [Range<Int>]
    /// The sample of each whole output that the part's own begins with.
    let offsets: [Int]
  }

  let tiles: [Tile]

  /// - Parameters:
  ///   - inner: what the network does to all parts but the last.
  ///   - last: what it does to the last one; nil: there is one part.
  ///   - alignment: what parts begin at multiples of.
  /// - Throws: `.invalidValue` for parts so small that nothing of them is right.
  init(inner: AxisTrace, last: AxisTrace?, alignment: Int) throws(NetworkError) {
    let end = last.map { $0.whole - $0.part } ?? 0
    var tiles: [Tile] = []
    var start = 0
    var done = inner.outputs.map { _ in 0 }
    while true {
      let isLast = start == end
      let trace = isLast ? last ?? inner : inner
      let parts = try trace.outputs(at: start)
      let covered = parts.map(\.valid.upperBound)
      tiles.append(
        Tile(
          input: start..<start + trace.part, outputs: zip(done, covered).map { $0..<max($0, $1) },
          offsets: parts.map(\.offset)))
      done = zip(done, covered).map { max($0, $1) }
      if isLast { break }
      // The furthest part that leaves no gap.
      var next = min(start + inner.part / alignment * alignment, end)
      while next > start {
        let trace = next == end ? last! : inner
        if zip(try trace.outputs(at: next), done).allSatisfy({ $0.valid.lowerBound <= $1 && !$0.valid.isEmpty }) {
          break
        }
        next -= alignment
      }
      guard next > start else {
        throw NetworkError(
          .invalidValue, argument: "tile", received: "\(inner.part) samples",
          expected: "more than the network reads around one")
      }
      start = next
    }
    guard zip(done, try (last ?? inner).outputs(at: end)).allSatisfy({ $0 == $1.whole }) else {
      throw NetworkError(
        .invalidValue, argument: "tile", received: "\(inner.part) samples",
        expected: "more than the network reads around one")
    }
    self.tiles = tiles
  }
}
