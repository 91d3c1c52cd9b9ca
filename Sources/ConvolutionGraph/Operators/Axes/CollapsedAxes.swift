/// The axes of a dense tensor, as few as possible: axes of extent 1 are gone, and neighbours that are treated alike and
/// that every operand goes through alike are one. There is at least one axis.
struct CollapsedAxes: Sendable {
  /// At most so many axes are what C takes.
  static let most = 8

  private(set) var extents: [Int] = []
  /// Of each operand, in elements, for each axis; 0 where it repeats.
  private(set) var strides: [[Int]]
  /// Whether the axes are those that something is done along.
  private(set) var isMarked: [Bool] = []

  /// - Parameters:
  ///   - strides: of each operand, as many as `shape` has axes.
  ///   - marked: whether each axis is one that something is done along; nil: no axis is.
  /// - Throws: `.shapeMismatch` for more than ``most`` axes.
  init(_ shape: [Int], strides all: [[Int]] = [], marked: [Bool]? = nil) throws(NetworkError) {
    strides = all.map { _ in [] }
    for (axis, extent) in shape.enumerated() where extent != 1 {
      let mark = marked?[axis] ?? false
      if let last = extents.indices.last, isMarked[last] == mark,
        all.indices.allSatisfy({ strides[$0][last] == all[$0][axis] * extent })
      {
        extents[last] *= extent
        for operand in all.indices { strides[operand][last] = all[operand][axis] }
      } else {
        extents.append(extent)
        isMarked.append(mark)
        for operand in all.indices { strides[operand].append(all[operand][axis]) }
      }
    }
    if extents.isEmpty {
      (extents, isMarked, strides) = ([1], [marked?.contains(true) ?? false], all.map { _ in [0] })
    }
    guard extents.count <= Self.most else {
      throw NetworkError(
        .shapeMismatch, argument: "shape", received: "\(shape)",
        expected: "axes that can be taken together to \(Self.most)")
    }
  }

  /// Of a dense tensor of a shape, in elements.
  static func strides(of shape: [Int]) -> [Int] {
    var strides = shape
    var next = 1
    for axis in shape.indices.reversed() {
      strides[axis] = next
      next *= max(shape[axis], 1)
    }
    return strides
  }

  /// Elements of all axes.
  var count: Int { extents.reduce(1, *) }

  // MARK: Rows, for plain Swift

  /// Elements of the last axis.
  var rowCount: Int { extents.dropLast().reduce(1, *) }
  var rowExtent: Int { extents.last! }

  /// Where a row of an operand begins.
  func offset(of operand: Int, row: Int) -> Int {
    var (rest, offset) = (row, 0)
    for axis in (0..<extents.count - 1).reversed() {
      offset += rest % extents[axis] * strides[operand][axis]
      rest /= extents[axis]
    }
    return offset
  }

  /// From one element of a row of an operand to the next.
  func step(of operand: Int) -> Int { strides[operand].last! }
}
