import Foundation

@_spi(Tools) @testable import Convolution

/// The table of errors in the library's documentation.
enum ErrorTable {
  /// A form and its figures, in millionths of the largest output.
  struct Row: Equatable {
    let name: String
    let figures: [Double]
  }

  private static let file = URL(filePath: #filePath)
    .appending(path: "../../../../Sources/Convolution/Convolution.docc/WinogradAccuracy.md")
    .standardized
  private static let begin = "<!-- Errors: written by RoundingErrorTests. -->\n\n"
  private static let end = "\n<!-- End of errors. -->"
  private static let textColumns = 3

  /// What the file says.
  static func documented() throws -> [Row] {
    let (_, table, _) = try parts()
    return table.split(separator: "\n").dropFirst(2).map { line in
      let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      return Row(name: cells[0], figures: cells.dropFirst(textColumns).map { Double($0) ?? .nan })
    }
  }

  /// Writes the table anew, and leaves the rest of the file as it is.
  static func write(_ all: [RoundingErrors]) throws {
    let header =
      ["", "allowed by", "multiplications"] + RoundingErrors.channels.map { "\($0)" }
      + ["512: median", "99.9 %"]
    let rule = header.indices.map { $0 < textColumns ? "---" : "---:" }
    let rows = all.map { errors in
      let row = Row(errors)
      let accuracy = Accuracy.allCases.first { errors.form.map($0.allows) ?? true }!
      let name = accuracy == .exactOrder ? "exactOrder" : accuracy.description
      let saving = errors.form?.saving ?? 1
      return [row.name, "`.\(name)`", saving == 1 ? "all" : String(format: "1 / %.3g", saving)]
        + row.figures.map { String(format: "%.2g", $0) }
    }
    let table = ([header, rule] + rows)
      .map { "| " + $0.joined(separator: " | ") + " |\n" }.joined()
    let (before, _, after) = try parts()
    try (before + table + after).write(to: file, atomically: true, encoding: .utf8)
  }

  /// The file before its table, the table, and the rest.
  private static func parts() throws -> (before: String, table: String, after: String) {
    let text = try String(contentsOf: file, encoding: .utf8)
    guard let begin = text.range(of: begin), let end = text.range(of: end),
      begin.upperBound <= end.lowerBound
    else { throw CocoaError(.fileReadCorruptFile) }
    return (
      String(text[..<begin.upperBound]), String(text[begin.upperBound..<end.lowerBound]),
      String(text[end.lowerBound...])
    )
  }
}

extension ErrorTable.Row {
  /// The largest error for each number of channels; the median and the 99.9th percentile with most.
  init(_ errors: RoundingErrors) {
    let kernel = errors.kernel.map(String.init).joined(separator: "x")
    name = errors.form?.description ?? "direct, \(kernel)"
    let percentiles = [0.5, 0.999].map { errors.sorted[Int($0 * Double(errors.sorted.count))] }
    figures = (errors.largest + percentiles).map { 1e6 * $0 }
  }
}
