import ConvolutionOptions
import Foundation

/// Arithmetic intensity against speed, both logarithmic, under the machine's two ceilings.
struct RooflinePlot {
  let machine: MachineReport
  /// The layers that do arithmetic: others have no place on logarithmic axes.
  let layers: [(number: Int, report: LayerReport)]
  let colors: KernelColors
  let x, y: LogScale
  /// Where the copy's slope meets the multiply-add peak, in FLOP per byte.
  private let ridge: Double

  static let frame = LabelPlacement.Box(x: 64, y: 12, width: 1084, height: 552)
  static let fontSize = 11.0

  init(_ report: Report, colors: KernelColors) {
    self.colors = colors
    machine = report.machine
    layers = report.layers.enumerated().map { ($0.offset + 1, $0.element) }
      .filter { $0.1.gflops > 0 && $0.1.gflops.isFinite }
    let ridge = machine.peakGFLOPS / machine.copyGBPS
    self.ridge = ridge
    let intensities = layers.map(\.report.intensity) + [ridge]
    let speeds = layers.map(\.report.gflops) + [machine.peakGFLOPS]
    let frame = Self.frame
    x = LogScale(
      values: intensities.min()! / 2...intensities.max()! * 2,
      pixels: (frame.x, frame.x + frame.width))
    y = LogScale(
      values: speeds.min()! / 2...speeds.max()! * 2.5, pixels: (frame.y + frame.height, frame.y))
  }

  var markup: Markup {
    """
    <svg class="roofline" viewBox="0 0 1160 620" role="img" aria-label="Roofline plot">
    \(grid)
    \(ceilings)
    \(points)
    </svg>
    """
  }

  private var grid: Markup {
    let frame = Self.frame
    let bottom = frame.y + frame.height
    let right = frame.x + frame.width
    let columns = x.ticks.map { tick -> Markup in
      let x = x.position(tick)
      return """
        <line class="grid" x1="\(x)" x2="\(x)" y1="\(frame.y)" y2="\(bottom)"/>
        <text class="tick middle" x="\(x)" y="\(bottom + 18)">\(Figures.tick(tick))</text>
        """
    }
    let rows = y.ticks.map { tick -> Markup in
      let y = y.position(tick)
      return """
        <line class="grid" x1="\(frame.x)" x2="\(right)" y1="\(y)" y2="\(y)"/>
        <text class="tick end" x="\(frame.x - 8)" y="\(y + 4)">\(Figures.tick(tick))</text>
        """
    }
    return """
      \(columns)
      \(rows)
      <text class="middle" x="\(frame.x + frame.width / 2)" y="\(bottom + 46)">
      arithmetic intensity, FLOP per byte</text>
      <text class="middle" transform="translate(16 \(frame.y + frame.height / 2)) rotate(-90)">
      GFLOP/s</text>
      """
  }

  /// The copy's slope up to the ridge, then the multiply-add peak.
  private var ceilings: Markup {
    let (left, right) = x.pixels
    let (start, ridge) = slope
    let peak = y.position(machine.peakGFLOPS)
    let angle = atan2(ridge.y - start.y, ridge.x - start.x)
    return """
      <path class="roof" d="M\(start.x) \(start.y)L\(ridge.x) \(ridge.y)"/>
      <text class="ceiling middle" transform="translate(\((start.x + ridge.x) / 2) \
      \((start.y + ridge.y) / 2)) rotate(\(angle * 180 / .pi)) translate(0 -8)">\
      copy \(Figures.significant(machine.copyGBPS)) GB/s</text>
      <path class="roof" d="M\(ridge.x) \(peak)H\(right)"/>
      <path class="roof beyond" d="M\(left) \(peak)H\(ridge.x)"/>
      <text class="ceiling" x="\(left + 8)" y="\(peak - 8)">\
      FMA peak \(Figures.significant(machine.peakGFLOPS)) GFLOP/s</text>
      """
  }

  /// The slope's ends, within the plot.
  private var slope: (start: LabelPlacement.Point, ridge: LabelPlacement.Point) {
    let start = max(x.values.lowerBound, ridge * y.values.lowerBound / machine.peakGFLOPS)
    return (
      LabelPlacement.Point(x: x.position(start), y: y.position(start * machine.peakGFLOPS / ridge)),
      LabelPlacement.Point(
        x: x.position(ridge), y: y.position(machine.peakGFLOPS))
    )
  }

  /// What the ceilings and their labels cover, as small boxes.
  var ceilingBoxes: [LabelPlacement.Box] {
    let (start, ridge) = slope
    let right = x.pixels.1
    let peak = LabelPlacement.Box(x: ridge.x, y: ridge.y - 2, width: right - ridge.x, height: 4)
    let label = LabelPlacement.Box(x: x.pixels.0, y: ridge.y - 24, width: 190, height: 22)
    let steps = 60
    let rising = (0...steps).map { step in
      let share = Double(step) / Double(steps)
      // The label stands above the middle of the slope.
      let height = abs(share - 0.5) < 0.2 ? 26.0 : 6.0
      return LabelPlacement.Box(
        x: start.x + share * (ridge.x - start.x) - 3,
        y: start.y + share * (ridge.y - start.y) - height, width: 6, height: height)
    }
    return [peak, label] + rising
  }
}
