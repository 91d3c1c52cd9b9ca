import Foundation

/// A picture of the loss step by step, on a logarithmic scale.
struct LossCurve {
  private let losses: [Double]
  private let epoch: Int

  private static let width = 640.0
  private static let height = 320.0
  private static let margin = (left: 56.0, right: 16.0, top: 28.0, bottom: 40.0)

  /// - Parameter steps: of an epoch.
  init(_ losses: [Double], steps: Int) {
    self.losses = losses
    epoch = steps
  }

  var svg: String {
    let (lowest, highest) = (losses.min()!, losses.max()!)
    let decades = Int(log10(lowest).rounded(.down))...Int(log10(highest).rounded(.up))
    let across = Self.width - Self.margin.left - Self.margin.right
    let down = Self.height - Self.margin.top - Self.margin.bottom
    func x(_ step: Double) -> Double { Self.margin.left + across * step / Double(losses.count) }
    func y(_ loss: Double) -> Double {
      let share = (log10(loss) - Double(decades.lowerBound)) / Double(decades.count - 1)
      return Self.margin.top + down * (1 - share)
    }
    func number(_ value: Double) -> String { String(format: "%.1f", value) }
    func points(_ values: [Double], at step: (Int) -> Double) -> String {
      values.enumerated().map { "\(number(x(step($0.offset)))),\(number(y($0.element)))" }
        .joined(separator: " ")
    }
    let means = stride(from: 0, to: losses.count - epoch + 1, by: epoch).map { first in
      losses[first..<first + epoch].reduce(0, +) / Double(epoch)
    }
    let rules = decades.map { decade in
      let height = number(y(pow(10, Double(decade))))
      return """
        <line x1="\(number(Self.margin.left))" x2="\(number(Self.width - Self.margin.right))" y1="\(height)" \
        y2="\(height)" stroke="#ddd"/>
        <text x="\(number(Self.margin.left - 6))" y="\(height)" text-anchor="end" dy="4">\
        \(decade < 0 ? String(format: "%.\(-decade)f", pow(10, Double(decade))) : String(format: "%.0f", pow(10, Double(decade))))</text>
        """
    }
    return """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Int(Self.width)) \(Int(Self.height))" \
      font-family="sans-serif" font-size="12" fill="#333">
      <rect width="100%" height="100%" fill="white"/>
      <text x="\(number(Self.margin.left))" y="18">Cross-entropy of each batch, and its mean over each epoch</text>
      \(rules.joined(separator: "\n"))
      <polyline fill="none" stroke="#9db7d5" points="\(points(losses) { Double($0) + 0.5 })"/>
      <polyline fill="none" stroke="#c4412b" stroke-width="2" points="\
      \(points(means) { (Double($0) + 0.5) * Double(epoch) })"/>
      <text x="\(number(Self.width / 2))" y="\(number(Self.height - 12))" text-anchor="middle">\
      \(losses.count) steps of gradient descent</text>
      </svg>

      """
  }
}
