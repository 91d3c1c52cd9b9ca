import Testing

@testable import ConvolutionGraph

struct ViewTests {
  @Test(arguments: [
    ([2, -1], [2, 12]), ([0, 0, -1], [2, 3, 4]), ([24], [24]), ([4, 0, 2], [4, 3, 2]),
    ([-1, 1, 0], [6, 1, 4]),
  ])
  func reshapeTakesTheExtentsLeft(shape: [Int64], expected: [Int]) throws {
    let x = try NetworkTensor.counting([2, 3, 4])
    let y = try ArrangingCase("Reshape", [x, .integers(shape)]).output()
    #expect(y.shape == expected)
    #expect(y.floats == x.floats)
  }

  @Test func zeroIsAnExtentWhereItIsAllowed() throws {
    let x = try NetworkTensor.counting([0, 3])
    let shape = try NetworkTensor.integers([3, 0])
    let y = try ArrangingCase("Reshape", ["allowzero": .integer(1)], [x, shape]).output()
    #expect(y.shape == [3, 0])
  }

  @Test(arguments: [[5, -1], [-1, -1], [2, 3, 4, 0], [-2, 12], [Int64.max, Int64.max, -1]])
  func reshapeToOtherCountsThrows(shape: [Int64]) throws {
    let node = try ArrangingCase("Reshape", [.counting([2, 3, 4]), .integers(shape)])
    #expect(throws: NetworkError.self) { try node.outputTypes }
  }

  @Test(arguments: [(0, [1, 24]), (1, [2, 12]), (-1, [6, 4]), (3, [24, 1])])
  func flattenMakesAMatrix(axis: Int, expected: [Int]) throws {
    let node = try ArrangingCase("Flatten", ["axis": .integer(axis)], [.counting([2, 3, 4])])
    #expect(try node.output().shape == expected)
  }

  @Test func squeezeAndUnsqueezeAreAlikeInAllVersions() throws {
    let x = try NetworkTensor.counting([1, 3, 1, 2])
    #expect(try ArrangingCase("Squeeze", [x]).output().shape == [3, 2])
    #expect(try ArrangingCase("Squeeze", [x, .integers([-2])]).output().shape == [1, 3, 2])
    #expect(
      try ArrangingCase("Squeeze", opset: 11, ["axes": .integers([0])], [x]).output().shape
        == [3, 1, 2])
    let unsqueezed = [1, 1, 3, 1, 2, 1]
    #expect(try ArrangingCase("Unsqueeze", [x, .integers([0, -1])]).output().shape == unsqueezed)
    #expect(
      try ArrangingCase("Unsqueeze", opset: 11, ["axes": .integers([0, 5])], [x]).output().shape
        == unsqueezed)
  }

  @Test func axesThatAreNotThereThrow() throws {
    let x = try NetworkTensor.counting([1, 3])
    for (operation, axes) in [
      ("Squeeze", [1]), ("Squeeze", [2]), ("Unsqueeze", [0, 0]), ("Unsqueeze", [4]),
    ] {
      let node = try ArrangingCase(operation, [x, .integers(axes.map(Int64.init))])
      #expect(throws: NetworkError.self) { try node.outputTypes }
    }
    let node = try ArrangingCase("Flatten", ["axis": .integer(3)], [x])
    #expect(throws: NetworkError.self) { try node.outputTypes }
  }

  @Test func shapesComputedInARunThrow() throws {
    let node = try ArrangingCase(
      "Reshape", [.counting([4]), .integers([2, 2])], computed: [0, 1])
    let error = #expect(throws: NetworkError.self) { try node.outputTypes }
    #expect(error?.code == .dependsOnData)
  }
}
