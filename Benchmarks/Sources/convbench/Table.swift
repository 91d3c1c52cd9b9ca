import Foundation

/// A report for a terminal: the machine in one line, then one line a layer in aligned columns.
enum Table {
  private struct Column: Sendable {
    let title: String
    let cell: @Sendable (LayerReport) -> String
  }

  private static let columns = [
    Column(title: "layer") { $0.name },
    Column(title: "layout") { $0.layout },
    Column(title: "kernel") { $0.winograd.isEmpty ? $0.kernel : $0.winograd },
    Column(title: "median ms") { String(format: "%.3f", $0.medianMS) },
    Column(title: "best ms") { String(format: "%.3f", $0.minMS) },
    Column(title: "GFLOP/s") { String(format: "%.1f", $0.gflops) },
    Column(title: "% peak") { String(format: "%.0f", $0.percentOfPeak) },
    Column(title: "error") { String(format: "%.1e", $0.maxRelError) },
    Column(title: "plan us") { String(format: "%.0f", $0.planUS) },
    Column(title: "pack us") { String(format: "%.0f", $0.packUS) },
    Column(title: "first ms") { String(format: "%.3f", $0.firstRunMS) },
    Column(title: "work kB") { String(format: "%.1f", Double($0.workspaceBytes) / 1e3) },
  ]

  static func text(of report: Report) -> String {
    let rows =
      [columns.map(\.title)] + report.layers.map { layer in columns.map { $0.cell(layer) } }
    return machine(report.machine) + "\n" + aligned(rows, numbers: 3..<columns.count)
  }

  /// Rows in columns, those of `numbers` aligned to the right.
  static func aligned(_ rows: [[String]], numbers: Range<Int>) -> String {
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max()! }
    return rows.map { row in
      let cells = row.enumerated().map { column, cell in
        let space = String(repeating: " ", count: widths[column] - cell.count)
        if numbers.contains(column) { return space + cell }
        return column == row.count - 1 ? cell : cell + space
      }
      return cells.joined(separator: "  ")
    }.joined(separator: "\n")
  }

  private static func machine(_ machine: MachineReport) -> String {
    "\(machine.processor), \(machine.isa), \(machine.threads) thread\(machine.threads == 1 ? "" : "s"): "
      + String(
        format: "FMA peak %.1f GFLOP/s, copy %.1f GB/s; medians of %d rounds", machine.peakGFLOPS,
        machine.copyGBPS, machine.rounds)
  }
}
