import CConvolution
import Testing

@testable import Convolution

/// The boundary between Swift and C, which are compiled apart.
struct BoundaryTests {
  @Test func bothSidesAreOfOneBuild() { #expect(Machine.differenceOfLibrary == nil) }

  @Test func anotherVersionIsFound() {
    var abi = conv_abi_of_caller()
    abi.version += 1
    #expect(difference(abi) == "version")
  }

  @Test func aStructureOfAnotherSizeIsFound() {
    var first = conv_abi_of_caller()
    first.bytes.0 += 8
    #expect(difference(first) == "conv_problem")
    var last = conv_abi_of_caller()
    last.bytes.20 -= 8
    #expect(difference(last) == "conv_recurrent")
  }

  private func difference(_ abi: conv_abi) -> String? {
    withUnsafePointer(to: abi) { conv_abi_difference($0).map { String(cString: $0) } }
  }
}
