import Testing

@testable import ConvolutionGraph

/// An operator on permuted inputs gives the permuted output.
@Suite struct PermutationTests {
  private static let shape = [2, 3, 4, 5]
  private static let toChannelsLast = [0, 2, 3, 1]

  private func tensor(_ shape: [Int], _ seed: Int) throws -> NetworkTensor {
    let count = shape.reduce(1, *)
    return try NetworkTensor(
      (0..<count).map { Float(($0 * 19 + seed * 7) % 31) / 8 - 1.5 }, shape: shape)
  }

  private func permuted(_ tensor: NetworkTensor, _ permutation: [Int]) throws -> NetworkTensor {
    let shape = permutation.map { tensor.shape[$0] }
    let from = CollapsedAxes.strides(of: tensor.shape)
    let to = CollapsedAxes.strides(of: shape)
    let values = tensor.floats
    let permutedValues = (0..<tensor.count).map { index in
      values[
        permutation.indices.reduce(0) { $0 + index / to[$1] % shape[$1] * from[permutation[$1]] }]
    }
    return try NetworkTensor(permutedValues, shape: shape)
  }

  static let cases: [(String, [String: NodeReader.Attribute], [[Int]])] = [
    ("Relu", [:], [shape]),
    ("Add", [:], [shape, [1, 3, 1, 1]]),
    ("Mul", [:], [shape, [1]]),
    ("PRelu", [:], [shape, [1, 3, 1, 1]]),
    ("Identity", [:], [shape]),
    ("Softmax", ["axis": .integer(1)], [shape]),
    ("LogSoftmax", [:], [shape]),
    ("ReduceMean", ["axes": .integers([2, -1])], [shape]),
    ("ReduceMax", ["axes": .integers([1])], [shape]),
    ("ArgMax", ["axis": .integer(1)], [shape]),
    ("LRN", ["size": .integer(3), "alpha": .float(1)], [shape]),
    ("LpNormalization", ["axis": .integer(1)], [shape]),
    ("InstanceNormalization", [:], [shape, [3], [3]]),
    ("GroupNormalization", ["num_groups": .integer(3)], [shape, [3], [3]]),
  ]

  @Test(arguments: cases.indices) func permutedInputsGiveThePermutedOutput(_ index: Int) throws {
    let (name, attributes, shapes) = Self.cases[index]
    let inputs = try shapes.enumerated().map { try tensor($1, $0) }
    let node = OperatorCase(name, opset: name.hasPrefix("Reduce") ? 11 : 21, attributes, inputs)
    let (operation, _) = try node.read()
    let output = try node.run()[0]
    let arguments = Arguments(inputs.map { Argument(type: $0.type, constant: $0) })
    let other = try #require(operation.permuted(by: Self.toChannelsLast, arguments))
    let others = try zip(inputs, other.inputs).map { input, permutation in
      try permutation.map { try permuted(input, $0) } ?? input
    }
    let result = try node.run(other.operation, others)[0]
    let expected = try permuted(output, Self.toChannelsLast)
    #expect(result.shape == expected.shape)
    expectClose(result.floats, expected.floats.map(Double.init), within: 1e-6)
  }

  @Test func batchNormalisationMovesItsChannels() throws {
    let ones = try NetworkTensor([1, 2, 3] as [Float], shape: [3])
    let x = try tensor(Self.shape, 0)
    let node = OperatorCase("BatchNormalization", [x, ones, ones, ones, ones])
    let (operation, inputs) = try node.read()
    let arguments = Arguments(inputs.map { Argument(type: $0!.type, constant: $0) })
    let other = try #require(operation.permuted(by: Self.toChannelsLast, arguments))
    let result = try node.run(
      other.operation, [permuted(x, Self.toChannelsLast), ones, ones, ones, ones])[0]
    #expect(result == (try permuted(node.run()[0], Self.toChannelsLast)))
  }

  @Test func axesThatAreDroppedCannotBePermuted() throws {
    let x = try tensor(Self.shape, 0)
    let node = OperatorCase(
      "ReduceMean", opset: 11, ["axes": .integers([1]), "keepdims": .integer(0)], [x])
    let (operation, _) = try node.read()
    let arguments = Arguments([Argument(type: x.type, constant: nil)])
    #expect(operation.permuted(by: Self.toChannelsLast, arguments)?.inputs == nil)
  }
}
