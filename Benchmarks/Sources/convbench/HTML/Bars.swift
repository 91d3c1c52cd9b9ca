import ConvolutionOptions

/// A bar a layer: its share of the multiply-add peak, and the range of its rounds.
struct Bars {
  let layers: [LayerReport]
  let colors: KernelColors
  /// What the right end stands for, in percent.
  private let end: Double

  init(_ layers: [LayerReport], colors: KernelColors) {
    self.layers = layers
    self.colors = colors
    end =
      1.04 * (layers.flatMap { $0.rounds.map(\.percentOfPeak) } + [100]).filter(\.isFinite).max()!
  }

  var markup: Markup {
    """
    <div class="bars">
    <span></span><svg class="scale">\(ticks.map { tick -> Markup in
      "<text class=\"tick middle\" x=\"\(share(Double(tick)))\" y=\"14\">\(tick)</text>"
    })</svg><span></span>
    \(layers.enumerated().map { bar($0.offset + 1, $0.element) })
    </div>
    """
  }

  private var ticks: [Int] {
    let step = end < 150 ? 25 : end < 400 ? 50 : 100
    return Array(stride(from: 0, through: Int(end), by: step))
  }

  private func bar(_ number: Int, _ layer: LayerReport) -> Markup {
    let rounds = layer.rounds.map(\.percentOfPeak)
    let lines = ticks.map { tick -> Markup in
      """
      <line class="\(tick == 100 ? "roof" : "grid")" x1="\(share(Double(tick)))" \
      x2="\(share(Double(tick)))" y1="0" y2="100%"/>
      """
    }
    return """
      <span class="name">\(layer.name.isEmpty ? "#\(number)" : layer.name)</span>\
      <svg class="\(colors.name(layer.kernel))">
      <rect y="3" height="14" width="\(share(layer.percentOfPeak))"/>
      \(lines)
      <line class="range" x1="\(share(rounds.min()!))" x2="\(share(rounds.max()!))" y1="10" y2="10"/>
      </svg><span>\(Figures.whole(layer.percentOfPeak)) %</span>
      """
  }

  private func share(_ percent: Double) -> Markup {
    "\(percent.isFinite ? 100 * percent / end : 0)%"
  }
}
