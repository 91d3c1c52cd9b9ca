import Convolution

/// Two networks on the same inputs, layer by layer: where they part.
///
/// Layers meet in their order, those whose outputs have one shape; images are compared whatever their layout.
public struct NetworkComparison: Sendable {
  /// What two layers, or two outputs, give.
  public struct Row: Sendable {
    public let first, second: String
    /// Channels-first, outermost first.
    public let shape: [Int]
    /// The largest difference, relative to the first one's largest element; not a number where either is none.
    public let difference: Double
  }

  /// In the order of the first network.
  public let layers, outputs: [Row]
  /// Layers and outputs that have no counterpart in the other network.
  public let onlyInFirst, onlyInSecond: [String]

  /// - Parameters:
  ///   - first: the network that differences are relative to.
  ///   - second: the other one.
  ///   - inputs: of the first network, by name. The second one takes them in its own order, images turned to its layout
  ///     where its shapes ask for it.
  ///   - planner: how both are computed.
  /// - Throws: what planning and running throw; `.shapeMismatch` for inputs that the second network does not take.
  public init(
    _ first: Network, _ second: Network, inputs: [String: NetworkTensor],
    with planner: Planner = Planner()
  ) throws(NetworkError) {
    let others = try second.inputs(like: first, inputs)
    let (a, b) = (
      try LayerOutputs(first, shapes: inputs.mapValues(\.shape)),
      try LayerOutputs(second, shapes: others.mapValues(\.shape))
    )
    let (left, right) = (try a.run(inputs, planner), try b.run(others, planner))
    let layers = Self.rows(
      zip(a.layers.map(\.name), left.layers), zip(b.layers.map(\.name), right.layers))
    let outputs = Self.rows(
      zip(first.outputs.map(\.name), left.outputs),
      zip(second.outputs.map(\.name), zip(left.outputs, right.outputs).map { $1.turned(like: $0) }))
    (self.layers, self.outputs) = (layers.rows, outputs.rows)
    onlyInFirst = layers.first + outputs.first
    onlyInSecond = layers.second + outputs.second
  }

  /// Pairs in order, as many as can be, of the same shape.
  private static func rows(
    _ first: some Sequence<(String, NetworkTensor)>,
    _ second: some Sequence<(String, NetworkTensor)>
  ) -> (rows: [Row], first: [String], second: [String]) {
    let (a, b) = (Array(first), Array(second))
    // The longest common subsequence of a[i...] and b[j...].
    var most = Array(repeating: Array(repeating: 0, count: b.count + 1), count: a.count + 1)
    for i in a.indices.reversed() {
      for j in b.indices.reversed() {
        most[i][j] =
          a[i].1.shape == b[j].1.shape
          ? most[i + 1][j + 1] + 1 : max(most[i + 1][j], most[i][j + 1])
      }
    }
    var (rows, i, j): ([Row], Int, Int) = ([], 0, 0)
    var (onlyFirst, onlySecond): ([String], [String]) = ([], [])
    while i < a.count || j < b.count {
      if i < a.count, j < b.count, a[i].1.shape == b[j].1.shape {
        rows.append(
          Row(
            first: a[i].0, second: b[j].0, shape: a[i].1.shape,
            difference: difference(a[i].1, b[j].1)))
        (i, j) = (i + 1, j + 1)
      } else if j == b.count || (i < a.count && most[i + 1][j] >= most[i][j + 1]) {
        onlyFirst.append(a[i].0)
        i += 1
      } else {
        onlySecond.append(b[j].0)
        j += 1
      }
    }
    return (rows, onlyFirst, onlySecond)
  }

  private static func difference(_ a: NetworkTensor, _ b: NetworkTensor) -> Double {
    var (largest, most) = (0.0, 0.0)
    for (x, y) in zip(a.floats, b.floats) {
      guard x.isFinite, y.isFinite else {
        if x == y || (x.isNaN && y.isNaN) { continue }
        return .nan
      }
      largest = max(largest, Double(abs(x)))
      most = max(most, abs(Double(x) - Double(y)))
    }
    return most == 0 ? 0 : most / largest
  }
}

extension NetworkTensor {
  /// In the layout that has another one's shape; as it is where neither has.
  fileprivate func turned(like other: NetworkTensor) -> NetworkTensor {
    guard shape != other.shape else { return self }
    return Layout.allCases.map(turned).first { $0.shape == other.shape } ?? self
  }
}

extension Network {
  /// Another network's inputs as this one takes them.
  fileprivate func inputs(
    like other: Network, _ tensors: [String: NetworkTensor]
  ) throws(NetworkError) -> [String: NetworkTensor] {
    guard inputs.count == other.inputs.count else {
      throw NetworkError(
        .shapeMismatch, argument: "second", received: "a network with \(inputs.count) inputs",
        expected: "\(other.inputs.count), as the first one has")
    }
    var mine: [String: NetworkTensor] = [:]
    for (input, name) in zip(inputs, other.inputs.map(\.name)) {
      guard let tensor = tensors[name] else { continue }
      mine[input.name] =
        ([tensor] + Layout.allCases.map(tensor.turned)).first { input.takes($0.shape) } ?? tensor
    }
    return mine
  }
}

extension Network.Input {
  fileprivate func takes(_ given: [Int]) -> Bool {
    guard let shape else { return true }
    return shape.count == given.count && zip(shape, given).allSatisfy { $0 == $1 || $0 == nil }
  }
}
