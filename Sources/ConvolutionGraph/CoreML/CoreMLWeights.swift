/// How the weights of a Core ML model are stored. Everything is computed in 32 bits.
public enum CoreMLWeights: Sendable {
  case float32
  /// Half the bytes, and 11 significant bits: of the weights of convolutions and products, and in a neural network of all that
  /// its layers have. What 16 bits do not hold stays as it is: a tensor of a program, a layer of a neural network.
  case float16
}

extension NetworkTensor {
  /// Whether 16 bits lose no more than the last bits of the values.
  var fitsHalves: Bool {
    element == .float32
      && array(of: Float.self).allSatisfy {
        $0.isFinite == (HalfFloat.bits($0) & 0x7c00 != 0x7c00)
      }
  }

  /// As 16 bits.
  var halves: [UInt16] { array(of: Float.self).map(HalfFloat.bits) }
}

/// IEEE 754's binary16, which Swift does not have on every platform.
enum HalfFloat {
  /// The closest value, ties to even.
  static func bits(_ value: Float) -> UInt16 {
    let sign = UInt16(truncatingIfNeeded: value.bitPattern >> 16) & 0x8000
    let magnitude = value.bitPattern & 0x7fff_ffff
    if magnitude > 0x7f80_0000 { return sign | 0x7e00 }
    // From 65520 on, what is closest is infinite.
    if magnitude >= 0x477f_f000 { return sign | 0x7c00 }
    // Below the normal values the step is 2^-24: adding 0.5 rounds to it, in float32's own last bits.
    if magnitude < 0x3880_0000 {
      let sum = Float(bitPattern: magnitude) + 0.5
      return sign | UInt16(truncatingIfNeeded: sum.bitPattern - 0x3f00_0000)
    }
    let rounded = magnitude + 0xfff + (magnitude >> 13 & 1)
    return sign | UInt16(truncatingIfNeeded: (rounded - 0x3800_0000) >> 13)
  }
}
