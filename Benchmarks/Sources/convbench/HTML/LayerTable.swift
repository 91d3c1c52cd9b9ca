import ConvolutionOptions

/// Everything measured of each layer, a row a layer.
struct LayerTable {
  let layers: [LayerReport]
  let colors: KernelColors

  var markup: Markup {
    let heads = Self.columns.map { column -> Markup in
      "<th scope=\"col\">\(column.title)<small>\(column.unit)</small></th>"
    }
    return """
      <div class="scrolling"><table>
      <thead><tr><th scope="col">#</th>
      <th scope="col" class="word">layer<small>descriptor and options</small></th>
      <th scope="col" class="word">input → output<small>weights, border taps</small></th>
      <th scope="col" class="word">kernel family<small>algorithm</small></th>
      \(heads)</tr></thead>
      <tbody>
      \(layers.enumerated().map { row($0.offset + 1, $0.element) })
      </tbody></table></div>
      """
  }

  private struct Column: Sendable {
    let title, unit: String
    let cell: @Sendable (LayerReport) -> Markup
  }

  private static let columns = [
    Column(title: "work", unit: "GFLOP") { "\(Figures.significant($0.gflop))" },
    Column(title: "intensity", unit: "FLOP/B") { "\(Figures.significant($0.intensity))" },
    Column(title: "median", unit: "ms, range") {
      let rounds = $0.rounds.map(\.medianMS)
      return """
        <b>\(Figures.significant($0.medianMS))</b>\
        <small>\(Figures.significant(rounds.min()!))–\(Figures.significant(rounds.max()!))</small>
        """
    },
    Column(title: "best", unit: "ms") { "\(Figures.significant($0.minMS))" },
    Column(title: "speed", unit: "GFLOP/s") { "\(Figures.significant($0.gflops))" },
    Column(title: "peak", unit: "%") { "<b>\(Figures.whole($0.percentOfPeak))</b>" },
    Column(title: "error", unit: "relative") { error($0.maxRelError) },
    Column(title: "plan", unit: "µs") { "\(Figures.whole($0.planUS))" },
    Column(title: "packing", unit: "µs") { "\(Figures.whole($0.packUS))" },
    Column(title: "first run", unit: "ms") { "\(Figures.significant($0.firstRunMS))" },
    Column(title: "workspace", unit: "kB") { "\(Figures.whole(Double($0.workspaceBytes) / 1e3))" },
  ]

  private static func error(_ error: Double) -> Markup {
    let text = Figures.exponent(error)
    return error <= Measurement.tolerance ? "\(text)" : "<b class=\"wrong\">\(text)</b>"
  }

  private func row(_ number: Int, _ layer: LayerReport) -> Markup {
    let name: Markup = layer.isNamed ? "<b>\(layer.name)</b>" : ""
    let taps = layer.padding.map { "\($0[0]):\($0[1])" }.joined(separator: ", ")
    let cells = Self.columns.map { column -> Markup in "<td>\(column.cell(layer))</td>" }
    return """
      <tr><td>\(number)</td>
      <th scope="row">\(name)<small><code>\(Markup.breakable(layer.descriptor)) \(layer.options)</code></small></th>
      <td class="word">\(Figures.shape(layer.inputShape)) → \(Figures.shape(layer.outputShape))\
      <small>\(Figures.shape(layer.weightShape)); taps \(taps), \(layer.border)</small></td>
      <td class="word kernel"><svg class="swatch"><rect class="\(colors.name(layer.kernel))"/></svg>\
      \(Markup.breakable(layer.kernel))<small>\(layer.algorithm) \(layer.winograd)</small></td>
      \(cells)</tr>
      """
  }
}
