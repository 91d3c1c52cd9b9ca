/// The matrices that a product is of, as they lie in memory.
struct Matrices: Sendable {
  /// Of the product.
  let shape: [Int]
  /// Of each matrix of it, and of a's rows.
  let rows, columns, depth: Int
  /// From one row or column to the next.
  let aRow, aColumn, bRow, bColumn: Int
  /// The axes before the last two: operand 0 is a, operand 1 b.
  private let batch: CollapsedAxes
  private let aCount, bCount: Int

  /// - Throws: `.shapeMismatch`.
  init(
    _ a: [Int], _ b: [Int], transposesA: Bool, transposesB: Bool
  ) throws(NetworkError) {
    func fail() -> NetworkError {
      NetworkError(
        .shapeMismatch, argument: "b", received: "\(a) by \(b)",
        expected: "as many rows of b as columns of a")
    }
    guard !a.isEmpty, !b.isEmpty, !transposesA || a.count == 2, !transposesB || b.count == 2 else {
      throw fail()
    }
    var left = a.count == 1 ? [1] + a : a
    var right = b.count == 1 ? b + [1] : b
    // Of one matrix b, the matrices of a are one with all their rows.
    if right.count == 2, !transposesA {
      left = [left.dropLast().reduce(1, *), left.last!]
    }
    let (aRows, aColumns) = (left[left.count - 2], left[left.count - 1])
    let (bRows, bColumns) = (right[right.count - 2], right[right.count - 1])
    (rows, depth) = transposesA ? (aColumns, aRows) : (aRows, aColumns)
    (aRow, aColumn) = transposesA ? (1, aColumns) : (aColumns, 1)
    columns = transposesB ? bRows : bColumns
    (bRow, bColumn) = transposesB ? (1, bColumns) : (bColumns, 1)
    guard depth == (transposesB ? bColumns : bRows) else { throw fail() }

    left.removeLast(2)
    right.removeLast(2)
    let batch = try Broadcast([left, right])
    self.batch = batch.axes
    (aCount, bCount) = (aRows * aColumns, bRows * bColumns)
    let outer = right.isEmpty ? Array(a.dropLast(2)) : batch.shape
    shape = try TensorType(
      .float32,
      outer + (a.count == 1 ? [] : [transposesA ? aColumns : a[a.count - 2]])
        + (b.count == 1 ? [] : [columns])
    ).checked().shape
  }

  /// How many products there are.
  var count: Int { batch.count }

  /// Where each product's matrices begin.
  var places: (a: [Int64], b: [Int64]) {
    func places(_ operand: Int, _ matrix: Int) -> [Int64] {
      (0..<batch.rowCount).flatMap { row in
        (0..<batch.rowExtent).map { index in
          Int64((batch.offset(of: operand, row: row) + index * batch.step(of: operand)) * matrix)
        }
      }
    }
    return (places(0, aCount), places(1, bCount))
  }
}
