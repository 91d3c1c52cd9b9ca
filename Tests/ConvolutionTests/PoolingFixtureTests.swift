import Convolution
import Testing

@testable import LayerCases

/// ONNX's node tests of MaxPool, AveragePool, LpPool, their global forms and MaxUnpool.
struct PoolingFixtureTests {
  private static let settings = PoolingCase.settings

  @Test func poolingGivesONNXsResults() throws {
    for fixture in try PoolingFixture.cases() where fixture.op != "MaxUnpool" {
      for (layout, set) in Self.settings {
        let x = try Tensor(
          arrange(fixture.x, shape: fixture.xShape, in: layout),
          shape: arrange(shape: fixture.xShape, in: layout))
        let y = try fixture.layer()(x, layout: layout, with: Planner(instructionSet: set))
        #expect(y.shape == arrange(shape: fixture.yShape, in: layout), "\(fixture.id)")
        let output = channelsFirst(y.elements, shape: fixture.yShape, from: layout)
        let error = largestDifference(output, fixture.y.map(Double.init))
        #expect(error <= fixture.tolerance, "\(fixture.id) \(layout) \(set)")
      }
    }
  }

  @Test func indicesAreONNXs() throws {
    let fixtures = try PoolingFixture.cases().filter(\.hasRowMajorIndices)
    for fixture in fixtures where fixture.op == "MaxPool" {
      for (layout, set) in Self.settings {
        let x = try Tensor(
          arrange(fixture.x, shape: fixture.xShape, in: layout),
          shape: arrange(shape: fixture.xShape, in: layout))
        let (values, indices) = try fixture.layer()
          .withIndices(x, layout: layout, with: Planner(instructionSet: set))
        // One channel: the same order in both layouts.
        expectSame(values.elements, fixture.y, by: .values)
        #expect(indices == fixture.indices)
      }
    }
  }

  @Test func unpoolingGivesONNXsResults() throws {
    for fixture in try PoolingFixture.cases() where fixture.op == "MaxUnpool" {
      let layer = try fixture.layer()
      for layout in Layout.allCases {
        let values = try Tensor(fixture.x, shape: arrange(shape: fixture.xShape, in: layout))
        let indexed = try layer.unpooledShape(for: values.shape, layout: layout)
        let y = try layer.unpool(
          values, indices: #require(fixture.indices),
          outputShape: fixture.outputShape.map { arrange(shape: $0, in: layout) },
          indexedShape: indexed, layout: layout)
        #expect(y.shape == arrange(shape: fixture.yShape, in: layout))
        expectSame(y.elements, fixture.y)
      }
    }
  }
}
