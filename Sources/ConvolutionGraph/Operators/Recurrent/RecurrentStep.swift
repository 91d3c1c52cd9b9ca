import CConvolution

/// A planned recurrent layer: for each direction the inputs of all steps at once, then step by step.
struct RecurrentStep: Step {
  let layer: Recurrent
  let extents: RecurrentExtents
  let projections: [InputProjection]
  private let isa: conv_isa
  private let threads: Int32

  /// Where the parts of the workspace begin, in bytes.
  private let x, projected, biasSum, state, cell, lengths, rest: Int
  private let recurrentBytes: Int
  let workspaceBytes: Int

  init(
    _ layer: Recurrent, _ extents: RecurrentExtents, _ projections: [InputProjection],
    _ context: PlanningContext
  ) {
    self.layer = layer
    self.extents = extents
    self.projections = projections
    isa = context.isa
    threads = context.threads
    var bytes = 0
    func take(_ count: Int, _ element: Int = MemoryLayout<Float>.stride) -> Int {
      defer { bytes += (count * element + 63) / 64 * 64 }
      return bytes
    }
    let lines = extents.steps * extents.batch
    x = take(layer.isBatchFirst ? lines * extents.inputs : 0)
    projected = take(lines * extents.rows)
    biasSum = take(extents.rows)
    state = take(extents.batch * extents.hidden)
    cell = take(extents.batch * extents.hidden)
    lengths = take(extents.batch)
    var recurrent = conv_recurrent(layer, extents, direction: 0)
    recurrentBytes = conv_recurrent_workspace_bytes(&recurrent)
    rest = take(max(projections.map(\.workspaceBytes).max() ?? 0, recurrentBytes), 1)
    workspaceBytes = bytes
  }

  var floatingPointOperations: Int {
    2 &* extents.steps &* extents.batch &* extents.rows &* (extents.inputs &+ extents.hidden)
      &* projections.count
  }

  func run(_ operands: Operands) {
    let memory = operands.workspace!
    func floats(_ offset: Int) -> UnsafeMutablePointer<Float> {
      (memory + offset).assumingMemoryBound(to: Float.self)
    }
    func input(_ input: Recurrent.Input) -> UnsafePointer<Float>? {
      operands.floats(input.rawValue)
    }

    let x = layer.isBatchFirst ? turned(input(.x), into: floats(x)) : input(.x)
    let lengths = lengths(operands, (memory + lengths).assumingMemoryBound(to: Int32.self))
    let (rows, hidden) = (extents.rows, extents.hidden)
    for direction in projections.indices {
      let bias = input(.bias)
      if extents.steps > 0 {
        projections[direction].run(
          x, weights: input(.weights).map { $0 + direction * rows * extents.inputs }, bias: bias,
          into: floats(projected), biasSum: floats(biasSum), workspace: memory + rest)
      }
      load(input(.state), direction, floats(state))
      if layer.kind == .lstm { load(input(.cell), direction, floats(cell)) }
      var recurrent = conv_recurrent(layer, extents, direction: direction)
      recurrent.lengths = lengths
      let place = direction * hidden * (layer.isBatchFirst ? 1 : extents.batch)
      conv_run_recurrent(
        isa, &recurrent, floats(projected),
        input(.recurrent).map { $0 + direction * rows * hidden },
        layer.kind == .gruResettingAfter
          ? hiddenBias(bias, direction, zeros: floats(biasSum)) : nil,
        layer.kind == .lstm ? input(.peepholes).map { $0 + direction * 3 * hidden } : nil,
        floats(state), floats(cell), operands.outputFloats(0).map { $0 + place }, threads,
        conv_workspace(memory: memory + rest, stride: recurrentBytes))
      store(floats(state), direction, operands.outputFloats(1))
      if layer.kind == .lstm { store(floats(cell), direction, operands.outputFloats(2)) }
    }
  }
}

extension conv_recurrent {
  init(_ layer: Recurrent, _ extents: RecurrentExtents, direction: Int) {
    let (hidden, directions) = (extents.hidden, layer.isReversed.count)
    self.init(
      kind: layer.kind.inC, steps: Int64(extents.steps), batch: Int64(extents.batch),
      hidden: Int64(hidden),
      reversed: layer.isReversed[direction], lengths: nil,
      output_step: Int64(directions * hidden * (layer.isBatchFirst ? 1 : extents.batch)),
      output_batch: Int64(hidden * (layer.isBatchFirst ? extents.steps * directions : 1)))
  }
}
