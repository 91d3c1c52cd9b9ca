import Convolution

/// A ``Network`` for given input shapes, resolved: rewritten, every node planned, memory laid out.
///
/// A plan never changes and many threads may run it at once, each with its own outputs and workspace. A run allocates
/// nothing. Packed weights are shared by all plans of a network.
public struct NetworkPlan: Sendable {
  /// A tensor that a run takes or gives.
  public struct Tensor: Sendable, Hashable {
    public let name: String
    public let type: TensorType
  }

  /// In the order of the file.
  public let inputs, outputs: [Tensor]
  /// Of all tensors that steps compute in the arena, steps' scratch memory included.
  public let arenaBytes: Int
  /// The most bytes of the arena that are needed at one time: no arena can be smaller.
  public let leastArenaBytes: Int
  /// Of all tensors that nodes compute: what memory without a plan would take.
  public let tensorBytes: Int
  /// The rewrites that were applied, by name, in their order.
  public let rewrites: [String]
  /// The layout that images have between most steps.
  public let layout: Layout
  /// At most so many threads compute.
  public let threads: Int

  let flushesDenormals: Bool
  let steps: [PlannedStep]
  /// Where each address of a run is found.
  let slots: [Slot]
  /// The graph that the steps compute.
  let graph: Graph

  /// A step and the numbers of its values.
  struct PlannedStep: Sendable {
    let node: Graph.Node
    let step: any Step
    /// Indices into ``NetworkPlan/slots``; -1: left out.
    let inputs, outputs: [Int]
    /// In bytes from the arena's beginning.
    let workspaceOffset: Int
    let inputTypes: [TensorType?]
    let outputTypes: [TensorType]
  }

  /// Where a value lies; offsets are in bytes.
  enum Slot: Sendable {
    case arena(Int)
    case input(Int, offset: Int)
    case output(Int, offset: Int)
    case constant(NetworkTensor, offset: Int)
  }

  /// Of the arena and the table of addresses.
  var workspaceBytes: Int { tableBytes + arenaBytes }
  var tableBytes: Int { (slots.count * MemoryLayout<UnsafeRawPointer?>.stride).roundedUpToALine }
}

extension NetworkPlan {
  /// - Parameters:
  ///   - graph: with all types known, as it is to be computed.
  ///   - tensorBytes: of all tensors of the graph as it was.
  init(
    _ graph: Graph, rewrites: [String], layout: Layout, tensorBytes: Int, context: PlanningContext
  ) throws(NetworkError) {
    let lowering = try Lowering(graph, context)
    let storage = lowering.storage

    // Buffers of the arena, then the scratch memory of each step.
    var buffers: [MemoryPlan.Buffer] = []
    var numbers: [Int: Int] = [:]
    for (index, buffer) in storage.buffers.enumerated() {
      guard case .arena(let bytes) = buffer.kind, let lifetime = buffer.lifetime else { continue }
      numbers[index] = buffers.count
      buffers.append(MemoryPlan.Buffer(bytes: bytes, lifetime: lifetime))
    }
    let firstWorkspace = buffers.count
    for (index, item) in lowering.items.enumerated() {
      buffers.append(MemoryPlan.Buffer(bytes: item.step.workspaceBytes, lifetime: index...index))
    }
    let memory = MemoryPlan(buffers)

    var slots: [Slot] = []
    var known: [Graph.ValueID: Int] = [:]
    func slot(of value: Graph.ValueID?) -> Int {
      guard let value else { return -1 }
      if let slot = known[value] { return slot }
      let place = storage.place(of: value)
      let slot: Slot =
        switch storage.buffers[place.buffer].kind {
        case .arena: .arena(memory.offsets[numbers[place.buffer]!] + place.offset)
        case .input(let index): .input(index, offset: place.offset)
        case .output(let index): .output(index, offset: place.offset)
        case .constant(let constant):
          .constant(lowering.graph.constant(constant)!, offset: place.offset)
        }
      known[value] = slots.count
      slots.append(slot)
      return slots.count - 1
    }
    steps = lowering.items.enumerated().map { index, item in
      PlannedStep(
        node: item.node, step: item.step, inputs: item.inputs.map(slot),
        outputs: item.outputs.map(slot),
        workspaceOffset: memory.offsets[firstWorkspace + index],
        inputTypes: item.inputs.indices.map { item.arguments[$0]?.type }, outputTypes: item.types)
    }
    self.slots = slots
    self.graph = lowering.graph
    inputs = graph.inputs.map { Tensor(name: $0.name, type: graph.type($0.value)!) }
    outputs = graph.outputs.map { Tensor(name: $0.name, type: graph.type($0.value)!) }
    arenaBytes = memory.bytes
    leastArenaBytes = memory.leastBytes
    self.tensorBytes = tensorBytes
    self.rewrites = rewrites
    self.layout = layout
    threads = Int(context.threads)
    flushesDenormals = context.planner.flushesDenormals
  }
}
