import Testing

@_spi(Tools) @testable import Convolution
@testable import LayerCases

/// Which sample a border tap reads, against `numpy.pad` built one sample at a time.
struct BorderTests {
  private static let borders: [Border] = [
    .zeros, .constant(7), .replicate, .reflect, .symmetric, .circular,
  ]

  @Test(arguments: borders)
  func samplesAreThoseOfNumpyPad(border: Border) {
    for extent in 1...7 {
      for before in -2...(3 * extent) {
        for after in -2...(3 * extent) where extent + before + after > 0 {
          let padded = (0..<(extent + before + after)).map {
            border.sample(at: $0 - before, extent: extent)
          }
          let expected = NumpyPad.indices(
            extent: extent, before: before, after: after, border: border)
          // One failure says enough: the others would follow from it.
          guard padded == expected else {
            Issue.record(
              "extent \(extent), \(before) before, \(after) after: \(padded), not \(expected)")
            return
          }
        }
      }
    }
  }

  @Test(arguments: borders)
  func anAxisReadsThePaddedAxisThroughEveryTap(border: Border) {
    for extent in 1...7 {
      for before in -2...(3 * extent) {
        for (kernel, stride, dilation) in [(1, 1, 1), (3, 1, 2), (2, 3, 1), (4, 2, 3)] {
          for after in -2...(3 * extent) {
            let span = dilation * (kernel - 1) + 1
            guard span <= extent + before + after else { continue }
            let padded = NumpyPad.indices(
              extent: extent, before: before, after: after, border: border)
            let output = (padded.count - span) / stride + 1
            let axis = Axis(
              input: extent, output: output, kernel: kernel, stride: stride, dilation: dilation,
              padding: PaddingAmount(before: before, after: after), border: border)
            let expected = (0..<output).flatMap { index in
              (0..<kernel).map { tap in
                padded[index * stride + tap * dilation].map(Int32.init) ?? -1
              }
            }
            guard axis.expanded == expected else {
              Issue.record("\(axis) is \(axis.expanded), not \(expected)")
              return
            }
          }
        }
      }
    }
  }

  @Test func axesCarryTheConstant() {
    func value(_ border: Border) -> Float {
      Axis(
        input: 2, output: 4, kernel: 1, stride: 1, dilation: 1,
        padding: PaddingAmount(before: 1, after: 1), border: border
      ).constantValue
    }
    #expect(value(.constant(-3.5)) == -3.5)
    #expect(value(.zeros) == 0)
  }

  @Test func anEmptyAxisReadsOnlyTheConstant() {
    let axis = Axis(
      input: 0, output: 3, kernel: 2, stride: 1, dilation: 1,
      padding: PaddingAmount(before: 2, after: 2), border: .constant(1))
    #expect(axis.expanded == Array(repeating: Axis.constant, count: 6))
  }

  @Test func aLongAxisTakesNoMoreMemoryThanItsBorder() {
    func count(_ extent: Int) -> Int {
      Axis(
        input: extent, output: extent, kernel: 7, stride: 1, dilation: 2,
        padding: PaddingAmount(before: 6, after: 6), border: .zeros
      ).mapCount
    }
    #expect(count(1_000_000) == count(100))
  }

  /// The pictures of the documentation, written out.
  @Test func modesReadAsTheirDocumentationDraws() {
    func padded(_ border: Border) -> String {
      String(
        (-4..<7).map { position in
          border.sample(at: position, extent: 3).map { Array("abc")[$0] } ?? "."
        })
    }
    #expect(padded(.zeros) == "....abc....")
    #expect(padded(.replicate) == "aaaaabccccc")
    #expect(padded(.reflect) == "abcbabcbabc")
    #expect(padded(.symmetric) == "ccbaabccbaa")
    #expect(padded(.circular) == "cabcabcabca")
  }
}

extension Axis {
  /// What every output's taps read, worked out of the map as the kernels do.
  fileprivate var expanded: [Int32] {
    let map = [Int32](unsafeUninitializedCapacity: mapCount) { buffer, count in
      count = mapCount
      writeMap(to: UnsafeMutableBufferPointer(rebasing: buffer[..<mapCount]))
    }
    var rows = map[...]
    let distances = rows.prefix(kernel)
    rows = rows.dropFirst(kernel)
    return (0..<output).flatMap { index in
      if inside.contains(index) {
        return distances.map { Int32(index * stride - padding.before) + $0 }
      }
      defer { rows = rows.dropFirst(kernel) }
      return Array(rows.prefix(kernel))
    }
  }
}
