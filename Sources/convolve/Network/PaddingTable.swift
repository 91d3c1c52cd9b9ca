import Convolution
import ConvolutionGraph

/// What becomes of a network's paddings, a line a padded layer.
struct PaddingTable: CustomStringConvertible {
  let rows: [WrittenPadding]

  var description: String {
    let header = ["layer", "operator", "means", "before, after", "written"]
    let lines = rows.map { row in
      [row.node, row.operation, row.meaning, Self.words(row), row.written]
    }
    // A warning is said once, with the layers that it is about.
    var warnings: [(text: String, nodes: [String])] = []
    for row in rows {
      for warning in row.warnings {
        if let place = warnings.firstIndex(where: { $0.text == warning }) {
          warnings[place].nodes.append(row.node)
        } else {
          warnings.append((warning, [row.node]))
        }
      }
    }
    let said = warnings.map { warning in
      let others = warning.nodes.count - 1
      return
        "warning: \(warning.nodes[0])\(others > 0 ? " and \(others) more" : ""): \(warning.text)"
    }
    return ([table([header] + lines)] + said).joined(separator: "\n")
  }

  /// An axis after the other.
  private static func words(_ row: WrittenPadding) -> String {
    guard let amounts = row.amounts else { return "by the input's extents" }
    return (row.isTransposed ? "left out " : "")
      + amounts.map { "\($0.before),\($0.after)" }.joined(separator: " ")
  }
}
