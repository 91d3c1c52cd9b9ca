import Testing

@testable import ConvolutionFiles

struct TensorElementTests {
  #if !(os(macOS) && arch(x86_64))
    @Test func everyHalfIsTheFloatThatSwiftMakesOfIt() {
      for bits in UInt16.min ... .max {
        let expected = Float(Float16(bitPattern: bits))
        let float = HalfBits.float(bits)
        #expect(float == expected || float.isNaN && expected.isNaN, "\(bits)")
        #expect(float.sign == expected.sign, "\(bits)")
      }
    }
  #endif
}
