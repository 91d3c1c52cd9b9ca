/// Linear least squares over numbers that are not negative.
enum LeastSquares {
  /// The x >= 0 for which `rows` times x come closest to `targets`, each row's square of the error times its weight.
  ///
  /// Coordinate descent on the normal equations: one number after the other is put where it is best beside the others,
  /// until none moves.
  static func nonNegative(
    _ rows: [[Double]], targets: [Double], weights: [Double]
  ) -> [Double] {
    let count = rows[0].count
    // Columns of one length, so that "moves" means the same for all of them.
    let lengths = (0..<count).map { column in
      zip(rows, weights).reduce(0) { $0 + $1.1 * $1.0[column] * $1.0[column] }.squareRoot()
    }
    let used = (0..<count).filter { lengths[$0] > 0 }
    let products = used.map { a in
      used.map { b in
        zip(rows, weights).reduce(0) { $0 + $1.1 * $1.0[a] * $1.0[b] } / (lengths[a] * lengths[b])
      }
    }
    let aims = used.map { column in
      rows.indices.reduce(0) { $0 + weights[$1] * targets[$1] * rows[$1][column] } / lengths[column]
    }
    var x = used.map { _ in 0.0 }
    for _ in 0..<1_000_000 {
      var largestMove = 0.0
      for i in used.indices {
        let best = max(aims[i] - zip(products[i], x).reduce(0) { $0 + $1.0 * $1.1 } + x[i], 0)
        largestMove = max(largestMove, abs(best - x[i]))
        x[i] = best
      }
      if largestMove < 1e-12 * (x.max() ?? 0) { break }
    }
    var result = Array(repeating: 0.0, count: count)
    for (i, column) in used.enumerated() where x[i] > 1e-9 * x.max()! {
      result[column] = x[i] / lengths[column]
    }
    return result
  }
}
