import Convolution
import Testing

@testable import LayerCases

/// Values go back to where they were the maxima.
struct UnpoolingTests {
  /// Every maximum lies at its place and all else is 0, in both layouts and on any number of threads.
  @Test(arguments: 0..<40)
  func maximaReturnToTheirPlaces(seed: Int) throws {
    let pool = PoolingCase.random(seed: 4000 + seed, kind: .max)
    let reference = PoolingReference(pool)
    var expected = [Float](repeating: 0, count: pool.x.count)
    for place in reference.indices { expected[Int(place)] = pool.x[Int(place)] }
    let layer = try pool.layer()
    for layout in Layout.allCases {
      let x = try pool.input(in: layout)
      let (values, indices) = try layer.withIndices(x, layout: layout)
      for threads in 1...3 {
        let y = try layer.unpool(
          values, indices: indices, outputShape: x.shape, layout: layout,
          with: Planner(threads: threads))
        #expect(y.shape == x.shape)
        expectSame(channelsFirst(y.elements, shape: pool.inputShape, from: layout), expected)
      }
    }
  }

  @Test func theShapeThatWasPooled() throws {
    let layer = try Pool2D(.max, kernel: [3, 2], stride: 2, padding: .torch(1, 0))
    #expect(try layer.unpooledShape(for: [1, 4, 5, 6]) == [1, 4, 9, 12])
    #expect(try layer.unpooledShape(for: [1, 5, 6, 4], layout: .channelsLast) == [1, 9, 12, 4])
    #expect(try layer.unpooledShape(for: [1, 4, 0, 6]) == [1, 4, 0, 12])
  }

  @Test func mistakes() throws {
    let layer = try Pool1D(.max, kernel: 2)
    let values = try Tensor([1, 2, 3, 4], shape: [1, 2, 2])
    for stray: Int64 in [-1, 3, 8, .min, .max] {
      expectError(.invalidValue, "indices", ["\(stray) for value 2"]) {
        _ = try layer.unpool(values, indices: [0, 2, stray, 5])
      }
    }
    expectError(.wrongBufferSize, "indices", ["3 elements"]) {
      _ = try layer.unpool(values, indices: [0, 2, 4])
    }
    expectError(.shapeMismatch, "outputShape", ["[1, 3, 4]", "2 channels"]) {
      _ = try layer.unpool(values, indices: [0, 2, 4, 6], outputShape: [1, 3, 4])
    }
    expectError(.rankMismatch, "indexedShape", ["[1, 2]"]) {
      _ = try layer.unpool(values, indices: [0, 2, 4, 6], indexedShape: [1, 2])
    }
    // Index 3 is the last sample of the indexed shape, and outside a shorter output.
    expectError(.invalidValue, "indices", ["3 for value 1"]) {
      _ = try layer.unpool(
        values, indices: [0, 3, 4, 6], outputShape: [1, 2, 3], indexedShape: [1, 2, 4])
    }
    for layer in [try Pool1D(.max, kernel: 2, padding: .same), try Pool1D(global: .max)] {
      expectError(.invalidValue, "outputShape", ["none"]) {
        _ = try layer.unpool(values, indices: [0, 2, 4, 6])
      }
    }
  }
}
