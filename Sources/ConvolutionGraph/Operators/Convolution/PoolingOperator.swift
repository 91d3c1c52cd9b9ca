import Convolution

/// The pools. `MaxPool` may have indices as a second output.
struct PoolingOperator: Operator {
  let kind: PoolingLayer.Kind
  /// nil: the whole input.
  let kernel: [Int]?
  var stride: [Int]?
  var dilation: [Int]?
  var padding = Padding.valid
  var ceilMode = false
  /// Whether indices count the last axis of space fastest, or the first.
  var countsRowsFirst = true
  var layout = Layout.channelsFirst

  init(_ layer: PoolingLayer, layout: Layout) {
    (kind, kernel) = (layer.kind, layer.kernel)
    if kernel != nil { (stride, dilation) = (layer.stride, layer.dilation) }
    (padding, ceilMode) = (layer.padding, layer.ceilMode)
    self.layout = layout
  }

  init(global kind: PoolingLayer.Kind) {
    self.kind = kind
    kernel = nil
  }

  init?(_ reader: inout NodeReader, _ kind: PoolingLayer.Kind) {
    let window = WindowAttributes(&reader)
    guard let kernel = window.kernel else {
      reader.reject("no attribute kernel_shape")
      return nil
    }
    self.kind = kind
    self.kernel = kernel
    stride = window.stride
    dilation = window.dilation
    padding = window.padding(&reader)
    ceilMode = reader.bool("ceil_mode")
    countsRowsFirst = !reader.bool("storage_order")
  }

  var description: String {
    let name =
      switch kind {
      case .max: "MaxPool"
      case .average: "AveragePool"
      case .lp: "LpPool"
      }
    return kernel == nil ? "Global\(name)" : name
  }

  func layer(_ x: TensorType) throws(NetworkError) -> PoolingLayer {
    let rank = x.shape.count - 2
    let ones = Array(repeating: 1, count: max(rank, 0))
    return try asNetworkError { () throws(ConvolutionError) in
      guard let kernel else { return try PoolingLayer(rank: rank, global: kind) }
      return try PoolingLayer(
        rank: rank, kind, kernel: kernel, stride: stride ?? ones, dilation: dilation ?? ones,
        padding: padding, ceilMode: ceilMode)
    }
  }

  func outputTypes(for arguments: Arguments) throws(NetworkError) -> [TensorType] {
    let x = try arguments.type(0, "x")
    guard x.element == .float32 || (x.element == .uint8 && kind == .max) else {
      throw NetworkError(
        .shapeMismatch, argument: "x", received: "\(x)",
        expected: kind == .max ? "float32 or uint8" : "float32")
    }
    let layer = try layer(x)
    let shape = try asNetworkError { () throws(ConvolutionError) in
      try layer.outputShape(for: x.shape, layout: layout)
    }
    return [TensorType(x.element, shape), TensorType(.int64, shape)]
  }

  func step(
    for arguments: Arguments, outputs: [TensorType], context: PlanningContext
  ) throws(NetworkError) -> any Step {
    let x = try arguments.type(0, "x")
    let layer = try layer(x)
    let plan = try asNetworkError { () throws(ConvolutionError) in
      try layer.plan(for: x.shape, layout: layout, with: context.planner)
    }
    let space =
      layout == .channelsFirst ? x.shape.dropFirst(2) : x.shape.dropFirst().dropLast()
    return PoolingStep(
      plan: plan, isBytes: x.element == .uint8,
      columnsFirst: countsRowsFirst ? nil : Array(space))
  }

  func permuted(by permutation: [Int], _ arguments: Arguments) -> Permuted? {
    guard let layout = layout.permuted(by: permutation) else { return nil }
    var operation = self
    operation.layout = layout
    return Permuted(operation: operation, inputs: [permutation])
  }
}

/// A planned pool.
struct PoolingStep: Step {
  let plan: PoolingPlan
  /// Whether samples are bytes: they are pooled as floats.
  let isBytes: Bool
  /// The extents of space, where indices are to count the first axis fastest.
  let columnsFirst: [Int]?

  private var inputCount: Int { plan.inputShape.product }
  private var outputCount: Int { plan.outputShape.product }

  var workspaceBytes: Int {
    isBytes ? (inputCount + outputCount) * MemoryLayout<Float>.stride : 0
  }

  func run(_ operands: Operands) {
    guard isBytes else {
      return run(
        UnsafeBufferPointer(start: operands.floats(0), count: inputCount),
        UnsafeMutableBufferPointer(start: operands.outputFloats(0), count: outputCount), operands)
    }
    let bytes = operands.input(0)?.assumingMemoryBound(to: UInt8.self)
    let floats = UnsafeMutableBufferPointer(
      start: operands.workspace?.assumingMemoryBound(to: Float.self),
      count: inputCount + outputCount)
    let x = UnsafeMutableBufferPointer(rebasing: floats[..<inputCount])
    let y = UnsafeMutableBufferPointer(rebasing: floats[inputCount...])
    for i in 0..<inputCount { x[i] = Float(bytes![i]) }
    run(UnsafeBufferPointer(x), y, operands)
    let result = operands.output(0)?.assumingMemoryBound(to: UInt8.self)
    for i in 0..<outputCount { result![i] = UInt8(max(y[i], 0)) }
  }

  private func run(
    _ x: UnsafeBufferPointer<Float>, _ y: UnsafeMutableBufferPointer<Float>, _ operands: Operands
  ) {
    let indices = operands.output(1).map {
      UnsafeMutableBufferPointer(
        start: $0.assumingMemoryBound(to: Int64.self), count: outputCount)
    }
    // The plan was made for these sizes.
    try! plan.run(x, into: y, indices: indices)
    guard let indices, let columnsFirst else { return }
    let plane = columnsFirst.product
    for i in indices.indices {
      var (rest, place, step) = (Int(indices[i]) % plane, 0, plane)
      for extent in columnsFirst.reversed() {
        step /= extent
        place += rest % extent * step
        rest /= extent
      }
      indices[i] = Int64(Int(indices[i]) / plane * plane + place)
    }
  }
}
