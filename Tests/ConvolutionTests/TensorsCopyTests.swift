import CConvolution
import TestSupport
import Testing

/// Copies between arrangements, and rows picked by index.
struct TensorsCopyTests {
  @Test(arguments: 0..<40)
  func copiesArrangeEveryElement(seed: Int) {
    var random = SplitMix64(seed: seed)
    let axes = Int.random(in: 0...5, using: &random)
    let shape = (0..<axes).map { _ in
      Int.random(in: 0..<15, using: &random) == 0
        ? 0 : Int.random(in: 1...(axes < 3 ? 80 : 7), using: &random)
    }
    var sourceStrides = shape.map { _ in 0 }
    var next = 1
    for axis in shape.indices.shuffled(using: &random)
    where Int.random(in: 0..<6, using: &random) > 0 {
      sourceStrides[axis] = Int.random(in: 0..<8, using: &random) == 0 ? 2 * next : next
      next = sourceStrides[axis] * max(shape[axis], 1)
    }
    // Where an axis runs backwards, the copy begins at its end.
    var begin = 0
    for axis in shape.indices where shape[axis] > 0 && Int.random(in: 0..<8, using: &random) == 0 {
      begin += sourceStrides[axis] * (shape[axis] - 1)
      sourceStrides[axis] *= -1
    }
    let strides = denseStrides(shape)
    for set in instructionSets {
      for threads: Int32 in [1, 3] {
        check(UInt8.self, set, shape, sourceStrides, begin, next, strides, threads)
        check(UInt32.self, set, shape, sourceStrides, begin, next, strides, threads)
        check(UInt64.self, set, shape, sourceStrides, begin, next, strides, threads)
      }
    }
  }

  @Test(arguments: [(64, 300), (3, 5000), (5000, 3), (17, 33), (128, 1000)])
  func transpositionsTurnWholePlanes(rows: Int, columns: Int) {
    for set in instructionSets {
      check(
        UInt32.self, set, [columns, rows], [1, columns], 0, rows * columns, [rows, 1], 2)
    }
  }

  @Test func rowsArePickedByIndex() {
    let indices: [Int64] = [2, -1, 0, 2, -3]
    for bytes in [1, 4, 8, 12, 400] {
      let from = (0..<2 * 3 * bytes).map { UInt8(truncatingIfNeeded: $0 &* 37) }
      var to = [UInt8](repeating: 0, count: 2 * indices.count * bytes)
      conv_run_gather(from, indices, &to, 2, 3, Int64(indices.count), Int64(bytes), 2)
      let expected = (0..<2).flatMap { outer in
        indices.flatMap { index in
          let row = outer * 3 + Int(index < 0 ? index + 3 : index)
          return from[row * bytes..<(row + 1) * bytes]
        }
      }
      #expect(to == expected)
    }
  }

  private func check<Element: FixedWidthInteger>(
    _: Element.Type, _ set: conv_isa, _ shape: [Int], _ sourceStrides: [Int], _ begin: Int,
    _ count: Int,
    _ strides: [Int], _ threads: Int32
  ) {
    let from = (0..<count).map { Element(truncatingIfNeeded: $0 &* 2_654_435_761) }
    var to = [Element](repeating: 99, count: shape.reduce(1, *))
    var expected = to
    for index in everyIndex(of: shape) {
      expected[place(index, strides)] = from[begin + place(index, sourceStrides)]
    }
    var copy = conv_copy()
    copy.axes = Int32(shape.count)
    copy.element_bytes = Int32(MemoryLayout<Element>.size)
    fill(&copy.extent, with: int64s(shape))
    fill(&copy.from, with: int64s(sourceStrides))
    fill(&copy.to, with: int64s(strides))
    from.withUnsafeBufferPointer { from in
      conv_run_copy(set, &copy, from.baseAddress! + begin, &to, threads)
    }
    #expect(to == expected, "\(shape), from \(sourceStrides), \(Element.self)")
  }
}
