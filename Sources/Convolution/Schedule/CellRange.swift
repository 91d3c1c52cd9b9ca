/// A range of indices in cells: runs of as many indices, counted from 0, that stay together. The range may begin and end
/// within one.
struct CellRange {
  let range: Range<Int>
  let grain: Int

  init(_ range: Range<Int>, grain: Int = 1) {
    self.range = range
    self.grain = grain
  }

  /// The cells that the range has a part of.
  var count: Int { cells.count }

  private var cells: Range<Int> {
    guard !range.isEmpty else { return 0..<0 }
    return range.lowerBound / grain..<(range.upperBound + grain - 1) / grain
  }

  /// All indices of the cells that the range has a part of.
  var wholeCells: Range<Int> { cells.lowerBound * grain..<cells.upperBound * grain }

  /// The part of the range in `count` cells of its middle.
  func middle(_ count: Int) -> Range<Int32> {
    let first = (cells.count - count) / 2
    return part(from: first, to: first + count)
  }

  /// `count` ranges that follow each other, whose numbers of cells differ by one at most.
  func parts(_ count: Int) -> [Range<Int32>] {
    (0..<count).map {
      part(from: $0 * cells.count / count, to: ($0 + 1) * cells.count / count)
    }
  }

  private func part(from first: Int, to end: Int) -> Range<Int32> {
    func bound(_ cell: Int) -> Int32 {
      Int32(min(max((cells.lowerBound + cell) * grain, range.lowerBound), range.upperBound))
    }
    return bound(first)..<bound(end)
  }
}
