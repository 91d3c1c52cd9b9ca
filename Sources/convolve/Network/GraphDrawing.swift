import ConvolutionGraph
import ConvolutionOptions

/// A network before and after rewriting, side by side: a box a node, inputs on top.
struct GraphDrawing {
  let title: String
  let before, after: NetworkOutline

  private static let margin = 24.0
  private static let pitch = 54.0
  private static let boxHeight = 32.0
  private static let characterWidth = 6.6
  private static let mostCharacters = 36

  var svg: String {
    let sides = [("before", before), ("after", after)].map { (name: $0, $1, Self.layout($1)) }
    let widths = sides.map { max($0.2.width, 160) }
    let width = widths.reduce(0, +) + Self.margin * 3
    let height = (sides.map(\.2.height).max() ?? 0) + Self.margin * 2 + 20
    var left = Self.margin
    var drawings: [Markup] = []
    for (side, width) in zip(sides, widths) {
      let count = side.1.nodes.count(where: { $0.kind == .node })
      drawings.append(
        """
        <g transform="translate(\(left) \(Self.margin + 20))">
        <text class="title" x="0" y="-8">\(side.name): \(count) nodes</text>
        \(side.2.lines.map(Self.line))
        \(zip(side.1.nodes, side.2.centers).map(Self.box))
        </g>
        """)
      left += width + Self.margin
    }
    let picture: Markup = """
      <?xml version="1.0" encoding="UTF-8"?>
      <svg xmlns="http://www.w3.org/2000/svg" width="\(width)" height="\(height)" viewBox="0 0 \(width) \(height)">
      <title>\(title)</title>
      <style>
      text { font: 11px system-ui, sans-serif; text-anchor: middle; fill: #1c2128; }
      .title { font-size: 14px; text-anchor: start; }
      .type { font-size: 9px; fill: #5f6975; }
      rect { fill: #eaf1f9; stroke: #2468b4; }
      .end { fill: #f3f4f6; stroke: #5f6975; }
      path { fill: none; stroke: #98a2ad; }
      </style>
      <rect width="100%" height="100%" style="fill: #ffffff; stroke: none"/>
      \(drawings)
      </svg>

      """
    return picture.html
  }

  private static func layout(_ outline: NetworkOutline) -> LayeredLayout {
    LayeredLayout(
      widths: outline.nodes.map(width), sources: outline.nodes.map(\.sources), pitch: pitch)
  }

  private static func width(_ node: NetworkOutline.Node) -> Double {
    let characters = max(label(node).count, Int(Double(type(node).count) * 0.85), 6)
    return Double(characters) * characterWidth + 14
  }

  private static func label(_ node: NetworkOutline.Node) -> String {
    node.operation.count > mostCharacters
      ? node.operation.prefix(mostCharacters - 1) + "…" : node.operation
  }

  private static func type(_ node: NetworkOutline.Node) -> String { node.type?.description ?? "" }

  private static func box(_ node: NetworkOutline.Node, _ center: LayeredLayout.Point) -> Markup {
    let width = width(node)
    return """
      <g><title>\(node.name): \(node.operation)</title>\
      <rect class="\(node.kind == .node ? "node" : "end")" x="\(center.x - width / 2)" \
      y="\(center.y - boxHeight / 2)" width="\(width)" height="\(boxHeight)" rx="\(node.kind == .node ? 4.0 : 14.0)"/>\
      <text x="\(center.x)" y="\(center.y - 2)">\(label(node))</text>\
      <text class="type" x="\(center.x)" y="\(center.y + 10)">\(type(node))</text></g>
      """
  }

  /// A curve from the lower edge of a box to the upper edge of another.
  private static func line(_ points: [LayeredLayout.Point]) -> Markup {
    let half = boxHeight / 2
    var path: Markup = "M\(points[0].x) \(points[0].y + half)"
    for (from, to) in zip(points, points.dropFirst()) {
      let (start, end) = (from.y + half, to.y - half)
      let middle = (start + end) / 2
      // Where a row is passed, straight down.
      path = "\(path)C\(from.x) \(middle) \(to.x) \(middle) \(to.x) \(end)\(to == points.last! ? "" : "v\(boxHeight)" as Markup)"
    }
    return "<path d=\"\(path)\"/>"
  }
}
