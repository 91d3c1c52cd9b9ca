import Foundation
import Testing

@testable import ConvolutionGraph

/// Normalisations, beside the same in double precision.
@Suite struct NormalisationTests {
  /// 2 images of 4 channels, 2 x 3.
  private let shape = [2, 4, 2, 3]
  private let x = (0..<48).map { Float(($0 * 13) % 17) / 3 - 2 }
  private let scale: [Float] = [0.5, 1, -1, 2]
  private let bias: [Float] = [1, 0, -1, 3]

  private func input() throws -> NetworkTensor { try NetworkTensor(x, shape: shape) }
  private func channels(_ values: [Float]) throws -> NetworkTensor {
    try NetworkTensor(values, shape: [values.count])
  }
  private func channel(_ index: Int) -> Int { index / 6 % 4 }

  /// x less the mean of its set, by the set's standard deviation.
  private func normalised(epsilon: Double = 1e-5, _ set: (Int) -> Int) -> [Double] {
    x.indices.map { index in
      let values = x.indices.filter { set($0) == set(index) }.map { Double(x[$0]) }
      let mean = values.reduce(0, +) / Double(values.count)
      let variance = values.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(values.count)
      return (Double(x[index]) - mean) / (variance + epsilon).squareRoot()
    }
  }

  @Test func batchNormalisation() throws {
    let (mean, variance): ([Float], [Float]) = ([0.5, -1, 2, 0], [1, 0.25, 4, 2])
    let inputs = try [input()] + [scale, bias, mean, variance].map(channels)
    let expected = x.indices.map { index in
      let c = channel(index)
      return (Double(x[index]) - Double(mean[c])) / (Double(variance[c]) + 0.01).squareRoot()
        * Double(scale[c])
        + Double(bias[c])
    }
    let epsilon: [String: NodeReader.Attribute] = [
      "epsilon": .float(0.01), "momentum": .float(0.9),
    ]
    expectClose(
      try OperatorCase("BatchNormalization", opset: 15, epsilon, inputs).floats(), expected)
    expectClose(
      try OperatorCase("BatchNormalization", opset: 9, epsilon, inputs, computed: [0, 1, 2, 3, 4])
        .floats(),
      expected)
    #expect(throws: NetworkError.self) {
      try OperatorCase("BatchNormalization", ["training_mode": .integer(1)], inputs).run()
    }
    #expect(throws: NetworkError.self) {
      try OperatorCase("BatchNormalization", inputs.dropLast() + [channels([1])]).outputTypes()
    }
  }

  @Test func instanceNormalisation() throws {
    let expected = normalised { $0 / 6 }.enumerated().map {
      $1 * Double(scale[channel($0)]) + Double(bias[channel($0)])
    }
    let inputs = [try input(), try channels(scale), try channels(bias)]
    expectClose(try OperatorCase("InstanceNormalization", inputs, computed: [0]).floats(), expected)
  }

  @Test func groupsHaveValuesOfChannelsOrOfTheirOwn() throws {
    let ofGroups = normalised { $0 / 12 }
    let groups: [String: NodeReader.Attribute] = ["num_groups": .integer(2)]
    let new = [try input(), try channels(scale), try channels(bias)]
    expectClose(
      try OperatorCase("GroupNormalization", opset: 21, groups, new).floats(),
      ofGroups.enumerated().map { $1 * Double(scale[channel($0)]) + Double(bias[channel($0)]) })
    let old = [try input(), try channels([2, 3]), try channels([1, -1])]
    expectClose(
      try OperatorCase("GroupNormalization", opset: 18, groups, old).floats(),
      ofGroups.enumerated().map { $0 / 12 % 2 == 0 ? $1 * 2 + 1 : $1 * 3 - 1 })
    #expect(throws: NetworkError.self) {
      try OperatorCase("GroupNormalization", ["num_groups": .integer(3)], new).outputTypes()
    }
  }

  @Test func layerNormalisation() throws {
    let scale = try NetworkTensor((0..<6).map { Float($0) / 2 }, shape: [2, 3])
    let bias = try NetworkTensor([1, 2, 3] as [Float], shape: [3])
    let expected = normalised { $0 / 6 }.enumerated().map {
      $1 * Double($0 % 6) / 2 + Double($0 % 3 + 1)
    }
    let axis: [String: NodeReader.Attribute] = ["axis": .integer(2)]
    expectClose(
      try OperatorCase("LayerNormalization", axis, [input(), scale, bias]).floats(), expected)
    let ones = try NetworkTensor(repeating: 1, shape: [3])
    expectClose(
      try OperatorCase("LayerNormalization", [input(), ones]).floats(), normalised { $0 / 3 })
  }

  @Test func rootMeanSquares() throws {
    let scale = try NetworkTensor([1, 2, 3] as [Float], shape: [3])
    let expected = x.indices.map { index in
      let line = x[(index / 3 * 3)..<(index / 3 * 3 + 3)].map { Double($0) * Double($0) }
      return Double(x[index]) / (line.reduce(0, +) / 3 + 1e-5).squareRoot() * Double(index % 3 + 1)
    }
    expectClose(
      try OperatorCase("RMSNormalization", opset: 23, [input(), scale]).floats(), expected)
  }

  @Test(arguments: [1, 2]) func normsAlongAnAxis(_ p: Int) throws {
    let x = try NetworkTensor([3, 0, -4, 0] as [Float], shape: [2, 2])
    let expected: [Float] = p == 1 ? [3 / 7, 0, -4 / 7, 0] : [0.6, 0, -0.8, 0]
    expectClose(
      try OperatorCase("LpNormalization", ["p": .integer(p), "axis": .integer(0)], [x]).floats(),
      expected.map(Double.init), within: 1e-6)
  }

  @Test func localResponses() throws {
    let expected = x.indices.map { index in
      let (image, c, pixel) = (index / 24, channel(index), index % 6)
      let squares = max(c - 1, 0)...min(c + 2, 3)
      let sum = squares.map { Double(x[image * 24 + $0 * 6 + pixel]) }.map { $0 * $0 }.reduce(0, +)
      return Double(x[index]) / pow(2 + 0.1 / 4 * sum, 0.75)
    }
    let attributes: [String: NodeReader.Attribute] = [
      "size": .integer(4), "alpha": .float(0.1), "bias": .float(2),
    ]
    expectClose(try OperatorCase("LRN", attributes, [input()]).floats(), expected)
    #expect(throws: NetworkError.self) { try OperatorCase("LRN", [input()]).run() }
  }
}
