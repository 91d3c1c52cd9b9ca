import Foundation

/// How numbers are written for readers.
enum Figures {
  /// Three significant digits, never an exponent: 0.00213, 0.725, 13.5, 1234.
  static func significant(_ value: Double) -> String {
    guard value.isFinite, value != 0 else { return value == 0 ? "0" : "–" }
    let decimals = 2 - Int(log10(abs(value)).rounded(.down))
    return String(format: "%.\(min(max(decimals, 0), 12))f", value)
  }

  /// As short as it goes: 0.5, 20, 1000.
  static func tick(_ value: Double) -> String { String(format: "%g", value) }

  static func whole(_ value: Double) -> String {
    value.isFinite ? String(format: "%.0f", value) : "–"
  }

  /// 1.7e-06
  static func exponent(_ value: Double) -> String { String(format: "%.1e", value) }

  /// 1×64×56×56
  static func shape(_ extents: [Int]) -> String {
    extents.map(String.init).joined(separator: "×")
  }
}
