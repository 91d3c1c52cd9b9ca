import Convolution

/// A ``Network`` for an image of any size, computed in rectangles: each with as much around it as its outputs depend on, so
/// that every output is what it is in one piece.
///
/// It is so to the last bit where each layer is computed the same way for a rectangle as for the image: with
/// `Accuracy.exactOrder` and rectangles so large that the planner chooses alike. Otherwise sums in another order, and tiles of
/// Winograd's algorithm that lie elsewhere, differ by rounding. Besides the whole input and the outputs, a run needs the memory
/// of one rectangle.
public struct TiledNetwork: Sendable {
  /// Of the whole image, in the order of the file.
  public let outputs: [NetworkPlan.Tensor]
  /// Rectangles: rows and columns of them.
  public var tileCount: Int { rows.count * columns.count }

  private let network: Network
  private let planner: Planner
  private let layout: Layout
  /// The image's name, and its axes that are cut.
  private let input: String
  private let axes: (rows: Int, columns: Int)
  private let outputAxes: [(rows: Int, columns: Int)]
  private let rows, columns: [AxisTiles.Tile]

  /// - Parameters:
  ///   - network: what is computed.
  ///   - shapes: of all inputs, by name, that of the whole image among them.
  ///   - input: the name of the image.
  ///   - axes: those of its rows and columns.
  ///   - extent: rows and columns of a rectangle of the input, at most, as long as the network takes images of that size.
  ///   - planner: as of ``Network/plan(inputs:with:layout:)``.
  ///   - layout: as of ``Network/plan(inputs:with:layout:)``.
  /// - Throws: as ``Network/plan(inputs:with:layout:)``; `.unsupported` for a network that is not fully convolutional, with the
  ///   node that sees more than a part of the image; `.invalidValue` for rectangles too small.
  public init(
    _ network: Network, inputs shapes: [String: [Int]], tiling input: String,
    axes: (rows: Int, columns: Int), extent: Int, with planner: Planner = Planner(),
    layout: Layout? = nil
  ) throws(NetworkError) {
    let whole = try network.typedGraph(shapes)
    guard let value = whole.inputs.first(where: { $0.name == input })?.value,
      let shape = whole.type(value)?.shape, shape.indices.contains(axes.rows),
      shape.indices.contains(axes.columns), extent > 0
    else {
      throw NetworkError(
        .invalidValue, argument: "tile", received: "\(extent) samples of \"\(input)\"",
        expected: "a positive number, and an input of images")
    }
    let both = [axes.rows, axes.columns]
    func traces(_ graph: Graph) throws(NetworkError) -> [AxisTrace] {
      try both.map { (axis) throws(NetworkError) in
        try AxisTrace(along: axis, of: value, whole: whole, part: graph)
      }
    }
    let alignments = try traces(whole).map(\.alignment)
    var (inner, last) = (shape, shape)
    for (axis, alignment) in zip(both, alignments) where shape[axis] > extent {
      inner[axis] = max(extent / alignment, 1) * alignment
      last[axis] = shape[axis] - (shape[axis] - inner[axis] + alignment - 1) / alignment * alignment
    }
    func graph(_ shape: [Int]) throws(NetworkError) -> Graph {
      try network.typedGraph(shapes.merging([input: shape]) { $1 })
    }
    let (innerTraces, lastTraces) = (try traces(graph(inner)), try traces(graph(last)))
    let tiles = try both.indices.map { (index) throws(NetworkError) in
      try AxisTiles(
        inner: innerTraces[index],
        last: inner[both[index]] < shape[both[index]] ? lastTraces[index] : nil,
        alignment: alignments[index]
      ).tiles
    }
    (rows, columns) = (tiles[0], tiles[1])
    outputAxes = zip(innerTraces[0].outputs, innerTraces[1].outputs).map { ($0.axis, $1.axis) }
    outputs = whole.outputs.map { NetworkPlan.Tensor(name: $0.name, type: whole.type($0.value)!) }
    (self.network, self.planner) = (network, planner)
    // The whole image's plan takes no memory until it runs.
    self.layout =
      if let layout { layout } else { try network.plan(inputs: shapes, with: planner).layout }
    (self.input, self.axes) = (input, axes)
  }

  /// Computes new tensors.
  ///
  /// - Parameters:
  ///   - inputs: by name, of the shapes that this was made for.
  ///   - progress: called with the number of each rectangle before it is computed.
  /// - Throws: as ``NetworkPlan/run(_:)``.
  public func run(
    _ inputs: [String: NetworkTensor], progress: (Int) -> Void = { _ in }
  ) throws(NetworkError) -> [String: NetworkTensor] {
    let results = try outputs.map { (output) throws(NetworkError) in
      try NetworkTensor(uninitialized: output.type)
    }
    guard let image = inputs[input] else {
      throw NetworkError(.unknownName, argument: input, received: "nothing", expected: "an image")
    }
    // One plan for each size of rectangles: those within, the last column, the last row, and their corner.
    var plans: [[Int]: NetworkPlan] = [:]
    for (number, (row, column)) in rows.flatMap({ row in columns.map { (row, $0) } }).enumerated() {
      progress(number)
      var (first, shape) = (image.shape.map { _ in 0 }, image.shape)
      (first[axes.rows], shape[axes.rows]) = (row.input.lowerBound, row.input.count)
      (first[axes.columns], shape[axes.columns]) = (column.input.lowerBound, column.input.count)
      var given = inputs
      given[input] = try image.box(from: first, shape: shape)
      let known = plans[shape]
      let plan =
        if let known { known } else {
          try network.plan(inputs: given.mapValues(\.shape), with: planner, layout: layout)
        }
      plans[shape] = plan
      let tile = try plan.run(given)
      for (index, output) in outputs.enumerated() {
        let axes = outputAxes[index]
        var (source, target, extents) = (
          output.type.shape.map { _ in 0 }, output.type.shape.map { _ in 0 }, output.type.shape
        )
        for (axis, part) in [(axes.rows, row), (axes.columns, column)] {
          extents[axis] = part.outputs[index].count
          target[axis] = part.outputs[index].lowerBound
          source[axis] = part.outputs[index].lowerBound - part.offsets[index]
        }
        tile[output.name]!.copy(from: source, extents, to: results[index], at: target)
      }
    }
    return Dictionary(zip(outputs.map(\.name), results), uniquingKeysWith: { first, _ in first })
  }
}

extension Network {
  /// The network with the types of all values, nothing rewritten.
  fileprivate func typedGraph(_ shapes: [String: [Int]]) throws(NetworkError) -> Graph {
    var graph = graph
    try graph.setInputShapes(shapes)
    var rewriter = Rewriter(
      [], context: PlanningContext(planner: Planner(threads: 1), layers: layers))
    try rewriter.run(on: &graph)
    return graph
  }
}
