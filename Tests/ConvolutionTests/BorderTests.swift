import Testing

@testable import Convolution

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
  func axisMapReadsThePaddedAxisThroughEveryTap(border: Border) {
    for extent in 1...7 {
      for before in -2...(3 * extent) {
        for (kernel, stride, dilation) in [(1, 1, 1), (3, 1, 2), (2, 3, 1), (4, 2, 3)] {
          for after in -2...(3 * extent) {
            let span = dilation * (kernel - 1) + 1
            guard span <= extent + before + after else { continue }
            let padded = NumpyPad.indices(
              extent: extent, before: before, after: after, border: border)
            let output = (padded.count - span) / stride + 1
            let map = AxisMap(
              input: extent, output: output, kernel: kernel, stride: stride, dilation: dilation,
              before: before, border: border)
            let expected = (0..<output).flatMap { index in
              (0..<kernel).map { tap in
                padded[index * stride + tap * dilation].map(Int32.init) ?? -1
              }
            }
            guard map.expanded == expected else {
              Issue.record("\(map) is \(map.expanded), not \(expected)")
              return
            }
            if border.constantValue != nil {
              #expect(map.insideTaps == expected.count { $0 != AxisMap.constant })
            }
          }
        }
      }
    }
  }

  @Test func axisMapsCarryTheConstant() {
    func value(_ border: Border) -> Float {
      AxisMap(input: 2, output: 4, kernel: 1, stride: 1, dilation: 1, before: 1, border: border)
        .constantValue
    }
    #expect(value(.constant(-3.5)) == -3.5)
    #expect(value(.zeros) == 0)
  }

  @Test func anEmptyAxisReadsOnlyTheConstant() {
    let map = AxisMap(
      input: 0, output: 3, kernel: 2, stride: 1, dilation: 1, before: 2, border: .constant(1))
    #expect(map.expanded == Array(repeating: AxisMap.constant, count: 6))
  }

  @Test func aLongAxisTakesNoMoreMemoryThanItsBorder() {
    func count(_ extent: Int) -> Int {
      AxisMap(
        input: extent, output: extent, kernel: 7, stride: 1, dilation: 2, before: 6, border: .zeros
      ).count
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

extension AxisMap {
  /// What every output's taps read, worked out of ``indices`` as the kernels do.
  fileprivate var expanded: [Int32] {
    var rows = indices[...]
    let distances = rows.prefix(kernel)
    rows = rows.dropFirst(kernel)
    return (0..<output).flatMap { index in
      if inside.contains(index) { return distances.map { Int32(index * stride - before) + $0 } }
      defer { rows = rows.dropFirst(kernel) }
      return Array(rows.prefix(kernel))
    }
  }
}
