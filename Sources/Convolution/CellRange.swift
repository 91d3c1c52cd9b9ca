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
  var count: Int { range.isEmpty ? 0 : cells.count }

  private var cells: Range<Int> {
    range.lowerBound / grain..<(range.upperBound + grain - 1) / grain
  }

  /// `count` ranges that follow each other, whose numbers of cells differ by one at most.
  func parts(_ count: Int) -> [Range<Int32>] {
    let bounds = (0...count).map { part in
      let cell = cells.lowerBound + part * cells.count / count
      return Int32(min(max(cell * grain, range.lowerBound), range.upperBound))
    }
    return zip(bounds, bounds.dropFirst()).map { $0..<$1 }
  }
}
