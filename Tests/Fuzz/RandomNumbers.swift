import Foundation
import TestSupport

extension SplitMix64 {
  /// A number of the range; small ones are as likely as large ones.
  mutating func skewed(_ range: ClosedRange<Int>) -> Int {
    let spread = Float.random(in: 0...1, using: &self)
    let span = Float(range.upperBound - range.lowerBound + 1)
    return min(range.lowerBound + Int(pow(span, spread)) - 1, range.upperBound)
  }

  /// True once in so many times.
  mutating func once(in count: Int) -> Bool { Int.random(in: 0..<count, using: &self) == 0 }

  /// Mostly one, so that little time is spent on waking others.
  mutating func threads() -> Int { once(in: 8) ? Int.random(in: 2...4, using: &self) : 1 }

  mutating func pick<Element>(_ elements: Element...) -> Element {
    elements.randomElement(using: &self)!
  }

  /// Ranges of the extents, some of them empty.
  mutating func region(of extents: [Int]) -> [Range<Int>] {
    extents.map { extent in
      let bounds = (0..<2).map { _ in Int.random(in: 0...extent, using: &self) }
      return bounds.min()!..<bounds.max()!
    }
  }
}

/// Which values that are out of the ordinary are among the data.
enum Specials: CaseIterable {
  case none, denormals, huge, infinities, all

  static func random(_ random: inout SplitMix64) -> Specials {
    random.once(in: 3) ? allCases.randomElement(using: &random)! : .none
  }

  private var values: [Float] {
    switch self {
    case .none: []
    case .denormals: [1e-40, -1e-42, .leastNonzeroMagnitude, -.leastNormalMagnitude, -0.0]
    case .huge: [1e30, -1e37, 3e38]
    case .infinities: [.infinity, -.infinity]
    case .all: [.nan, .infinity, -.infinity, 3e38, -1e-40, -0.0]
    }
  }

  /// Puts a few of them among `numbers`.
  func strew(into numbers: inout [Float], _ random: inout SplitMix64) {
    guard self != .none, !numbers.isEmpty else { return }
    for _ in 0..<Int.random(in: 0...3, using: &random) {
      numbers[Int.random(in: numbers.indices, using: &random)] = values.randomElement(
        using: &random)!
    }
  }
}
