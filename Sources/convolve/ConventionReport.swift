import Convolution

/// Amounts and output size of one window for every convention, and how each framework writes them.
protocol ConventionReport: CustomStringConvertible {
  associatedtype Convention: CustomStringConvertible
  typealias Row = ConventionRow<Convention>

  var window: Window { get }
  var rows: [Row] { get }

  /// One sentence: how much `same` comes to on which side.
  var answer: String { get }

  /// Lines of framework and code.
  func spelling(_ row: Row) -> [[String]]
}

struct ConventionRow<Convention> {
  let convention: Convention
  /// One an axis; nil where the convention is refused.
  var amounts: [PaddingAmount]?
  /// The output's extents; nil where there is none.
  var output: [Int]?
  /// Why there are no amounts or no output.
  var refusal: String?
}

extension ConventionReport {
  /// The axes' names and those of their two sides.
  var axes: [(name: String, before: String, after: String)] {
    let all = [("depth", "front", "back"), ("height", "top", "bottom"), ("width", "left", "right")]
    return window.rank == 1 ? [("length", "start", "end")] : Array(all.suffix(window.rank))
  }

  /// How much there is on which side of an axis.
  func words(_ amount: PaddingAmount, axis: Int) -> String {
    let axis = axes[axis]
    return switch (amount.before, amount.after) {
    case (0, 0): "none on the \(axis.name)"
    case (let before, let after) where before == after:
      "\(before) on each side of the \(axis.name)"
    case (let before, let after):
      "\(before) before (\(axis.before)) and \(after) after (\(axis.after)) on the \(axis.name)"
    }
  }

  /// The answer and a table of amounts.
  var summary: String {
    let header = ["convention"] + axes.flatMap { ["\($0.name): before", "after"] } + ["output"]
    let lines = rows.map { row in
      let amounts = row.amounts?.flatMap { ["\($0.before)", "\($0.after)"] }
      return [row.convention.description]
        + (amounts ?? Array(repeating: "-", count: 2 * window.rank))
        + [row.output?.joinedByX ?? row.refusal ?? ""]
    }
    return answer + "\n\n" + table([header] + lines)
  }

  /// The summary, then how each framework writes every convention.
  var description: String {
    let spellings = rows.map { "\($0.convention)\n" + table(spelling($0), indent: "  ") }
    return ([summary] + spellings).joined(separator: "\n\n")
  }
}
