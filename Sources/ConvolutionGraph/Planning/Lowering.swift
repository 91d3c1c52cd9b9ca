import Convolution

/// Turns a graph whose types are all known into steps and the memory that they work on.
struct Lowering {
  /// A step and the values that it works on.
  struct Item {
    let node: Graph.Node
    var step: any Step
    /// nil: left out, or wanted by nobody.
    let inputs, outputs: [Graph.ValueID?]
    let arguments: Arguments
    let types: [TensorType]
  }

  let graph: Graph
  private(set) var items: [Item] = []
  private(set) var storage = Storage()
  private let nodes: [PlannedNode]
  /// The position of the last node that reads a value, and of all that do.
  private var lastUse: [Graph.ValueID: Int] = [:]
  private var readers: [Graph.ValueID: [Int]] = [:]
  /// By position, steps that read a part of the pixels of a larger image.
  private var partReaders: [Int: any Step] = [:]

  /// - Throws: what the operators' steps throw, with the node's name.
  init(_ graph: Graph, _ context: PlanningContext) throws(NetworkError) {
    var graph = graph
    graph.separateOutputs()
    self.graph = graph
    let nodes = graph.nodes.compactMap(\.self)
    for (index, node) in nodes.enumerated() {
      for case let input? in node.inputs {
        lastUse[input] = index
        readers[input, default: []].append(index)
      }
    }
    for output in graph.outputs { lastUse[output.value] = .max }
    for (index, input) in graph.inputs.enumerated() { storage.add(input.value, .input(index)) }
    self.nodes = try nodes.concurrentMap(threads: context.threads) {
      [graph] (node) throws(NetworkError) in
      do throws(NetworkError) { return try PlannedNode(node, in: graph, context) } catch {
        throw error.at(node.name)
      }
    }
    for (index, node) in self.nodes.enumerated() {
      do throws(NetworkError) { try lower(node, at: index) } catch {
        throw error.at(node.node.name)
      }
    }
    for (index, output) in graph.outputs.enumerated() {
      storage.setKind(.output(index), of: output.value)
    }
    for (index, item) in items.enumerated() {
      for case let value? in item.inputs + item.outputs { storage.touch(value, step: index) }
    }
  }

  private mutating func lower(_ planned: PlannedNode, at index: Int) throws(NetworkError) {
    let (node, types) = (planned.node, planned.types)
    for case let input? in node.inputs where !storage.hasPlace(input) {
      // Whatever no node computes is a constant.
      storage.add(input, .constant(input))
    }
    var outputs = node.outputs.map { output in
      output.flatMap { graph[$0].uses > 0 ? $0 : nil }
    }
    if case .outputsInInput(let offsets)? = planned.placement, let input = node.inputs[0] {
      for case (let output?, let offset) in zip(outputs, offsets) {
        storage.add(output, in: input, offset: offset)
      }
      return
    }
    if case .outputsInPixels(let offsets, let channels)? = planned.placement {
      for (number, offset) in offsets.enumerated() {
        guard let output = outputs[number], try isReadInPixels(output, of: channels) else {
          continue
        }
        storage.add(output, in: node.inputs[0]!, offset: offset)
        outputs[number] = nil
      }
      if outputs.allSatisfy({ $0 == nil }) { return }
    }
    var item = Item(
      node: node, step: partReaders[index] ?? planned.step!, inputs: node.inputs, outputs: outputs,
      arguments: planned.arguments, types: types)
    for case (let number, let output?) in zip(outputs.indices, outputs) {
      let bytes = types[number].byteCount
      if number == 0, let input = input(of: item, whoseMemoryIsFree: bytes, at: index) {
        storage.add(output, in: input)
      } else {
        storage.add(output, .arena(bytes))
      }
    }
    let moved = try moveInputs(of: item, planned.placement)
    if !moved.isEmpty, moved.count == node.inputs.count { return }
    if !moved.isEmpty, let rest = item.step.leavingOut(moved) { item.step = rest }
    items.append(item)
  }

  /// Whether all that read a value can do so where it is a part of the pixels of an image; then they will.
  private mutating func isReadInPixels(
    _ value: Graph.ValueID, of channels: Int
  ) throws(NetworkError) -> Bool {
    guard lastUse[value] != .max, let readers = readers[value] else { return false }
    var steps: [(Int, any Step)] = []
    for reader in readers {
      let node = nodes[reader].node
      guard node.inputs[0] == value, !node.inputs.dropFirst().contains(value),
        let step = try nodes[reader].step?.reading(fromImagesOf: channels)
      else { return false }
      steps.append((reader, step))
    }
    for (reader, step) in steps { partReaders[reader] = step }
    return true
  }

  /// An input in whose memory a step may write its output, as nothing there is read later.
  private func input(
    of item: Item, whoseMemoryIsFree bytes: Int, at index: Int
  ) -> Graph.ValueID? {
    for number in item.step.reusableInputs {
      guard number < item.inputs.count, let input = item.inputs[number],
        storage.buffer(of: input).kind == .arena(bytes)
      else { continue }
      let neighbours = storage.neighbours(of: input)
      guard neighbours.allSatisfy({ lastUse[$0] ?? 0 <= index }),
        item.inputs.count(where: { $0.map(neighbours.contains) ?? false }) == 1
      else { continue }
      return input
    }
    return nil
  }

  /// Lets inputs that are buffers of their own be computed where they belong in the output. Returns their numbers.
  private mutating func moveInputs(
    of item: Item, _ placement: Placement?
  ) throws(NetworkError) -> Set<Int> {
    guard let whole = item.outputs.first ?? nil else { return [] }
    var moved: Set<Int> = []
    switch placement {
    case .inputsInOutput(let offsets):
      for (number, offset) in offsets.enumerated() {
        guard let input = inputOfItsOwn(item, number),
          storage.neighbours(of: input).allSatisfy({ lastUse[$0] != .max })
        else { continue }
        storage.move(input, into: whole, offset: offset)
        moved.insert(number)
      }
    case .inputsInPixels(let offsets, let channels):
      for (number, offset) in offsets.enumerated() {
        // Nobody else may look for its pixels side by side.
        guard let input = inputOfItsOwn(item, number), storage.neighbours(of: input) == [input],
          graph[input].uses == 1, let producer = items.lastIndex(where: { $0.outputs == [input] }),
          let step = try items[producer].step.writing(intoImagesOf: channels)
        else { continue }
        items[producer].step = step
        storage.move(input, into: whole, offset: offset)
        moved.insert(number)
      }
    case .outputsInInput, .outputsInPixels, nil: break
    }
    return moved
  }

  /// The value of an input that has a buffer of the arena for itself.
  private func inputOfItsOwn(_ item: Item, _ number: Int) -> Graph.ValueID? {
    guard let input = item.inputs[number],
      storage.buffer(of: input).kind == .arena(graph.type(input)!.byteCount)
    else { return nil }
    return input
  }
}

/// A node whose step is made: what does not depend on where values lie.
private struct PlannedNode: Sendable {
  let node: Graph.Node
  let arguments: Arguments
  let types: [TensorType]
  let placement: Placement?
  /// nil: outputs are parts of the first input.
  let step: (any Step)?

  init(_ node: Graph.Node, in graph: Graph, _ context: PlanningContext) throws(NetworkError) {
    guard let arguments = graph.arguments(of: node) else {
      throw NetworkError(
        .dependsOnData, argument: "inputs", received: "a shape that is not known",
        expected: "shapes that follow from those of the network's inputs")
    }
    self.node = node
    self.arguments = arguments
    types = try node.operation.outputTypes(for: arguments)
    placement = node.operation.placement(for: arguments, outputs: types)
    if case .outputsInInput? = placement, node.inputs[0] != nil {
      step = nil
    } else {
      step = try node.operation.step(for: arguments, outputs: types, context: context)
    }
  }
}

extension Graph {
  /// Gives every output memory of its own: one that is an input or a constant, or lies where such a thing or another output
  /// lies, is copied.
  fileprivate mutating func separateOutputs() {
    var taken: Set<ValueID> = []
    for index in outputs.indices {
      let value = outputs[index].value
      if let root = root(of: value), taken.insert(root).inserted { continue }
      let copy = addValue(outputs[index].name, type: self[value].type)
      append(Node(outputs[index].name, CopyOperator(), [value], [copy]))
      setOutput(index, copy)
      taken.insert(copy)
    }
  }

  /// The value that a node computes in whose memory a value lies; nil where it is a part of it, an input or a constant.
  private func root(of value: ValueID) -> ValueID? {
    guard let node = producer(of: value) else { return nil }
    guard let arguments = arguments(of: node),
      case .outputsInInput? = node.operation.placement(
        for: arguments, outputs: node.outputs.map { type($0) ?? TensorType(.float32, []) })
    else { return value }
    return node.operation.isView ? root(of: node.inputs[0]!) : nil
  }
}
