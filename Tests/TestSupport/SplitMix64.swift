import Foundation

/// A seeded generator of 64-bit numbers (Steele, Lea and Flood 2014): the same numbers on every run and machine.
package struct SplitMix64: RandomNumberGenerator {
  private var state: UInt64

  package init(seed: Int) { state = UInt64(bitPattern: Int64(seed)) }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// `count` floats between -scale and scale.
  package mutating func floats(_ count: Int, scale: Float = 1) -> [Float] {
    (0..<count).map { _ in (Float(next() >> 40) / Float(1 << 23) - 1) * scale }
  }

  /// `count` normally distributed floats (Box and Muller 1958) around 0.
  package mutating func normals(_ count: Int, deviation: Double = 1) -> [Float] {
    (0..<count).map { _ in
      let radius = (-2 * log(1 - Double(next() >> 11) * 0x1p-53)).squareRoot()
      return Float(deviation * radius * cos(2 * .pi * Double(next() >> 11) * 0x1p-53))
    }
  }
}
