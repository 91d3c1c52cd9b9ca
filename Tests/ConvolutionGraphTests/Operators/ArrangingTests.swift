import Testing

@testable import ConvolutionGraph

struct ArrangingTests {
  @Test func transposeTakesElementsOfEverySize() throws {
    let permutation: [Int] = [2, 0, 1]
    let tensors = try [
      NetworkTensor.counting([2, 3, 4]),
      NetworkTensor((0..<24).map(Int64.init), shape: [2, 3, 4]),
      NetworkTensor((0..<24).map(UInt8.init), shape: [2, 3, 4]),
    ]
    for x in tensors {
      let y = try ArrangingCase("Transpose", ["perm": .integers(permutation)], [x]).output()
      #expect(try y == x.transposed(permutation))
    }
    #expect(
      try ArrangingCase("Transpose", [tensors[0]]).output() == tensors[0].transposed([2, 1, 0]))
  }

  @Test(arguments: [[0, 1], [0, 0, 1], [0, 1, 3]])
  func transposeNeedsEveryAxisOnce(permutation: [Int]) throws {
    let node = try ArrangingCase(
      "Transpose", ["perm": .integers(permutation)], [.counting([1, 2, 3])])
    #expect(throws: NetworkError.self) { try node.outputTypes }
  }

  @Test func concatPutsTensorsBesideEachOther() throws {
    let (a, b) = try (
      NetworkTensor([1, 2, 3, 4] as [Float], shape: [2, 2]),
      NetworkTensor([5, 6] as [Float], shape: [2, 1])
    )
    let y = try ArrangingCase("Concat", ["axis": .integer(-1)], [a, b, b], computed: [0, 1, 2])
      .output()
    #expect(try y == NetworkTensor([1, 2, 5, 5, 3, 4, 6, 6] as [Float], shape: [2, 4]))
    let node = try ArrangingCase("Concat", ["axis": .integer(0)], [a, b])
    #expect(throws: NetworkError.self) { try node.outputTypes }
  }

  @Test func splitTakesExtentsFromAnywhere() throws {
    let x = try NetworkTensor.counting([7, 2])
    func extents(_ node: ArrangingCase) throws -> [Int] { try node.outputs().map { $0.shape[0] } }
    #expect(
      try extents(ArrangingCase("Split", opset: 2, ["split": .integers([3, 4])], [x], outputs: 2))
        == [3, 4])
    #expect(try extents(ArrangingCase("Split", [x, .integers([0, 7])], outputs: 2)) == [0, 7])
    let uneven = try ArrangingCase("Split", ["num_outputs": .integer(3)], [x], outputs: 3)
    #expect(try extents(uneven) == [3, 3, 1])
    #expect(try uneven.outputs()[1].floats == [6, 7, 8, 9, 10, 11])
    for wrong in [[3, 3], [-1, 8], [7]] {
      let node = try ArrangingCase("Split", [x, .integers(wrong.map(Int64.init))], outputs: 2)
      #expect(throws: NetworkError.self) { try node.outputTypes }
    }
  }

  @Test(
    arguments: [
      (0, 10, 1, [0, 1, 2, 3, 4, 5]), (1, -1, 2, [1, 3]), (-1, -9, -2, [5, 3, 1]),
      (4, 1, -1, [4, 3, 2]),
      (9, 12, 1, []), (5, .min, -1, [5, 4, 3, 2, 1, 0]), (0, .max, .max, [0]), (3, .min, .min, [3]),
      (-2, .max, 1, [4, 5]),
    ] as [(Int64, Int64, Int64, [Float])])
  func slicesAreNumPys(start: Int64, end: Int64, step: Int64, expected: [Float]) throws {
    let node = try ArrangingCase(
      "Slice",
      [.counting([6]), .integers([start]), .integers([end]), .integers([-1]), .integers([step])])
    #expect(try node.output().floats == expected)
  }

  @Test func sliceOfVersion1HasAttributes() throws {
    let x = try NetworkTensor.counting([2, 4])
    let attributes: [String: NodeReader.Attribute] = [
      "starts": .integers([1, 1]), "ends": .integers([2, 3]),
    ]
    #expect(try ArrangingCase("Slice", opset: 1, attributes, [x]).output().floats == [5, 6])
  }

  @Test func expandRepeatsAxesOfExtent1() throws {
    let x = try NetworkTensor([1, 2] as [Float], shape: [2, 1])
    let y = try ArrangingCase("Expand", [x, .integers([2, 1, 3])]).output()
    #expect(
      try y == NetworkTensor([1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2] as [Float], shape: [2, 2, 3]))
    let node = try ArrangingCase("Expand", [x, .integers([3, 3])])
    #expect(throws: NetworkError.self) { try node.outputTypes }
  }

  @Test func tileRepeatsTheWhole() throws {
    let x = try NetworkTensor([true, false], shape: [1, 2])
    let y = try ArrangingCase("Tile", [x, .integers([2, 2])]).output()
    #expect(
      try y == NetworkTensor([true, false, true, false, true, false, true, false], shape: [2, 4]))
    for repeats in [[2], [-1, 2], [Int64.max, Int64.max]] {
      let node = try ArrangingCase("Tile", [x, .integers(repeats)])
      #expect(throws: NetworkError.self) { try node.outputTypes }
    }
  }

  @Test func blocksOfSamplesBecomeChannelsAndBack() throws {
    // y[h b + r][w b + s] of channel c is x[h][w] of channel (r b + s) C + c, or c b b + r b + s.
    let (block, channels) = (2, 3)
    let x = try NetworkTensor.counting([1, channels * 4, 2, 5])
    for (mode, channel) in [
      ("DCR", { (c: Int, r: Int, s: Int) in (r * block + s) * channels + c }),
      ("CRD", { (c: Int, r: Int, s: Int) in (c * block + r) * block + s }),
    ] {
      let attributes: [String: NodeReader.Attribute] = [
        "blocksize": .integer(block), "mode": .string(mode),
      ]
      let y = try ArrangingCase("DepthToSpace", attributes, [x]).output()
      var expected: [Float] = []
      for c in 0..<channels {
        for h in 0..<4 {
          for w in 0..<10 {
            expected.append(x.floats[(channel(c, h % 2, w % 2) * 2 + h / 2) * 5 + w / 2])
          }
        }
      }
      #expect(try y == NetworkTensor(expected, shape: [1, channels, 4, 10]))
      #expect(try ArrangingCase("SpaceToDepth", attributes, [y]).output() == x)
    }
    let node = try ArrangingCase("DepthToSpace", ["blocksize": .integer(5)], [x])
    #expect(throws: NetworkError.self) { try node.outputTypes }
    #expect(throws: NetworkError.self) {
      try ArrangingCase("SpaceToDepth", ["blocksize": .integer(0)], [x])
    }
  }

  @Test func tensorsWithoutElementsAreCopiedAsWell() throws {
    let x = try NetworkTensor.counting([2, 0, 3])
    #expect(try ArrangingCase("Transpose", [x]).output().shape == [3, 0, 2])
    #expect(try ArrangingCase("Tile", [x, .integers([1, 2, 2])]).output().shape == [2, 0, 6])
    #expect(
      try ArrangingCase(
        "Concat", ["axis": .integer(1)], [x, .counting([2, 1, 3])], computed: [0, 1]
      )
      .output().floats == [0, 1, 2, 3, 4, 5])
  }
}
