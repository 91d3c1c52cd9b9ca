import Foundation

/// `1 thread`, `2 threads`
func counted(_ count: Int, _ word: String) -> String { "\(count) \(word)\(count == 1 ? "" : "s")" }

extension Double {
  func rounded(to digits: Int) -> String { String(format: "%.\(digits)f", self) }
}

extension Duration {
  var seconds: Double { self / .seconds(1) }
  var milliseconds: String { "\((seconds * 1e3).rounded(to: 2)) ms" }
}

/// Columns as wide as their widest cell; the last one ends where its text ends.
func table(_ rows: [[String]], indent: String = "") -> String {
  let widths = (0..<(rows.map(\.count).max() ?? 0)).map { column in
    rows.map { $0.dropFirst(column).first?.count ?? 0 }.max() ?? 0
  }
  return rows.map { row in
    indent
      + zip(row, widths).dropLast().map { $0 + String(repeating: " ", count: $1 - $0.count + 2) }
      .joined()
      + (row.last ?? "")
  }.joined(separator: "\n")
}
