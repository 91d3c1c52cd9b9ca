import Convolution

/// What a network does to one axis of an image, node by node, on the whole axis and on a part.
struct AxisTrace {
  private struct Link {
    let source: Graph.ValueID
    let whole, part: Reach
  }

  private struct Entry {
    let node: String
    let links: [Link]
    /// Extents of the results.
    let whole, part: Int
    let results: [Graph.ValueID]
  }

  /// Extents of the input.
  let whole, part: Int
  private var entries: [Entry] = []
  private let input: Graph.ValueID
  /// Each with its axis.
  private(set) var outputs: [(value: Graph.ValueID, axis: Int)] = []

  /// - Parameters:
  ///   - axis: of the input.
  ///   - whole: the network with the types of the whole image.
  ///   - part: the same with those of a part.
  /// - Throws: `.unsupported` where a sample depends on more than those around it, or on where it is.
  init(
    along axis: Int, of input: Graph.ValueID, whole: Graph, part: Graph
  ) throws(NetworkError) {
    self.input = input
    self.whole = whole.type(input)!.shape[axis]
    self.part = part.type(input)!.shape[axis]
    var axes = [input: axis]
    for (node, other) in zip(whole.nodes.compactMap(\.self), part.nodes.compactMap(\.self)) {
      guard node.inputs.contains(where: { $0.map { axes[$0] != nil } ?? false }) else { continue }
      guard let operation = other.operation as? any LocalOperator, node.name == other.name,
        node.outputs.dropFirst(operation.imageOutputs)
          .allSatisfy({ $0.map { whole[$0].uses == 0 } ?? true })
      else { throw Self.refusal(node) }
      do throws(NetworkError) {
        let entry = try Self.entry(node, operation, axes, whole, part)
        for result in entry.0.results { axes[result] = entry.axis }
        entries.append(entry.0)
      } catch {
        throw error.code == .unsupported ? error : error.at(node.name)
      }
    }
    for output in whole.outputs {
      guard let axis = axes[output.value] else {
        throw NetworkError(
          .unsupported, argument: "output \"\(output.name)\"", received: "no image",
          expected: "one that is computed of the input's image")
      }
      outputs.append((output.value, axis))
    }
  }

  private static func entry(
    _ node: Graph.Node, _ operation: any LocalOperator, _ axes: [Graph.ValueID: Int],
    _ whole: Graph, _ part: Graph
  ) throws(NetworkError) -> (Entry, axis: Int) {
    guard let arguments = whole.arguments(of: node), let others = part.arguments(of: node),
      let result = node.outputs.compactMap(\.self).first
    else { throw refusal(node) }
    var links: [Link] = []
    var outputAxis: Int?
    for (index, value) in node.inputs.enumerated() {
      guard let value, let axis = axes[value] else { continue }
      guard let reach = try operation.reach(into: index, along: axis, arguments),
        let other = try operation.reach(into: index, along: axis, others)
      else { throw refusal(node) }
      let comesTo = try operation.outputAxis(of: axis, arguments)
      guard outputAxis ?? comesTo == comesTo else { throw refusal(node) }
      outputAxis = comesTo
      links.append(Link(source: value, whole: reach, part: other))
    }
    let (shape, axis) = (whole.type(result)!.shape, outputAxis!)
    if operation.alignsInputs {
      for (index, value) in node.inputs.enumerated() {
        guard let value, let type = arguments[index]?.type else { continue }
        let behind = shape.count - axis
        if axes[value] != nil {
          guard type.shape.count == shape.count else { throw refusal(node) }
        } else {
          // What is no image is the same everywhere, and whatever the size.
          guard type.shape.count < behind || type.shape[type.shape.count - behind] == 1,
            arguments[index]?.constant == others[index]?.constant
          else { throw refusal(node) }
        }
      }
    }
    return (
      Entry(
        node: node.name, links: links, whole: shape[axis], part: part.type(result)!.shape[axis],
        results: node.outputs.compactMap(\.self)), axis
    )
  }

  private static func refusal(_ node: Graph.Node) -> NetworkError {
    NetworkError(
      .unsupported, argument: "node \"\(node.name)\"", received: "\(node.operation)",
      expected: "in tiles, operators that see a part of the image, the same everywhere")
  }
}

extension AxisTrace {
  /// Parts may begin at multiples of it: in between, their samples would not be those of the whole.
  var alignment: Int {
    // Of each value, samples that a sample of the input becomes: count / of.
    var scales: [Graph.ValueID: (count: Int, of: Int)] = [input: (1, 1)]
    var alignment = 1
    for entry in entries {
      let (link, scale) = (entry.links[0].whole, scales[entry.links[0].source]!)
      let (count, of) = (scale.count * link.parts, scale.of * link.step)
      let divisor = Self.greatestDivisor(count, of)
      for result in entry.results { scales[result] = (count / divisor, of / divisor) }
      alignment = alignment / Self.greatestDivisor(alignment, of / divisor) * (of / divisor)
    }
    return alignment
  }

  private static func greatestDivisor(_ a: Int, _ b: Int) -> Int {
    b == 0 ? a : greatestDivisor(b, a % b)
  }

  /// What the outputs are when the part begins at a sample of the input.
  ///
  /// - Throws: `.shapeMismatch` where samples of the part lie between those of the whole.
  func outputs(at offset: Int) throws(NetworkError) -> [AxisPart] {
    var parts = [
      input: AxisPart(whole: whole, extent: part, offset: offset, valid: offset..<offset + part)
    ]
    for entry in entries {
      var result: AxisPart?
      for link in entry.links {
        guard
          let next = parts[link.source]!.through(
            (link.whole, link.part), outputs: (entry.whole, entry.part)),
          result.map({ $0.offset == next.offset }) ?? true
        else {
          throw NetworkError(
            .shapeMismatch, argument: "node \"\(entry.node)\"",
            received: "a tile whose samples lie between those of the image",
            expected: "the same padding for tiles as for the image")
        }
        result = result?.intersection(next) ?? next
      }
      for value in entry.results { parts[value] = result! }
    }
    return outputs.map { parts[$0.value]! }
  }
}

extension AxisPart {
  fileprivate func intersection(_ other: AxisPart) -> AxisPart {
    AxisPart(
      whole: whole, extent: extent, offset: offset, valid: valid.clamped(to: other.valid))
  }
}
