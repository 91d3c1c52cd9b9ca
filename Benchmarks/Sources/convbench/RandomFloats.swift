/// The same floats in every run, evenly spread over -1..<1.
struct RandomFloats: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// Steele, Lea, Flood: Fast splittable pseudorandom number generators (2014).
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  mutating func next() -> Float {
    let bits: UInt64 = next()
    return Float(Int32(truncatingIfNeeded: bits >> 40) - (1 << 23)) / Float(1 << 23)
  }

  mutating func next(_ count: Int) -> [Float] { (0..<count).map { _ in next() } }
}
