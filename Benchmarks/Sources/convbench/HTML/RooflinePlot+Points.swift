import ConvolutionOptions

/// A point a layer at its median, a hairline up to its best run, and a label.
extension RooflinePlot {
  private static let longestLabel = 24

  var points: Markup {
    let placement = LabelPlacement(
      frame: Self.frame, points: layers.map { point($0.report) },
      obstacles: ceilingBoxes + layers.map { hairline($0.report) },
      fontSize: Self.fontSize)
    let labels = placement.labels(layers.map { texts($0.number, $0.report) })
    let leaders = labels.compactMap { $0?.leader }.map { leader -> Markup in
      """
      <line class="leader" x1="\(leader.from.x)" y1="\(leader.from.y)" x2="\(leader.to.x)" y2="\(leader.to.y)"/>
      """
    }
    let words = labels.compactMap(\.self).map { label -> Markup in
      """
      <text class="label middle" x="\(label.box.x + label.box.width / 2)" \
      y="\(label.box.y + label.box.height - 3.5)">\(label.text)</text>
      """
    }
    return """
      \(leaders)
      \(layers.map { circle($0.number, $0.report) })
      \(words)
      """
  }

  private func point(_ layer: LayerReport) -> LabelPlacement.Point {
    LabelPlacement.Point(x: x.position(layer.intensity), y: y.position(layer.gflops))
  }

  /// From the best run down to the median.
  private func hairline(_ layer: LayerReport) -> LabelPlacement.Box {
    let point = point(layer)
    let top = max(y.position(1e3 * layer.gflop / layer.minMS), Self.frame.y)
    return LabelPlacement.Box(x: point.x - 1, y: top, width: 2, height: point.y - top)
  }

  /// The layer's name where it is short, else its number in the table.
  private func texts(_ number: Int, _ layer: LayerReport) -> [String] {
    let isShort = (1...Self.longestLabel).contains(layer.name.count)
    return (isShort ? [layer.name] : []) + ["#\(number)"]
  }

  private func circle(_ number: Int, _ layer: LayerReport) -> Markup {
    let point = point(layer)
    let hairline = hairline(layer)
    return """
      <g class="\(colors.name(layer.kernel))"><title>#\(number) \(layer.name)
      \(Figures.significant(layer.gflops)) GFLOP/s, \(Figures.whole(layer.percentOfPeak)) % of the peak
      \(Figures.significant(layer.intensity)) FLOP per byte
      \(layer.kernel)</title>
      <line class="best" x1="\(point.x)" x2="\(point.x)" y1="\(point.y)" y2="\(hairline.y)"/>
      <circle cx="\(point.x)" cy="\(point.y)" r="4.5"/></g>
      """
  }
}
