import CConvolution
import Convolution

/// What the inputs of all steps come to before anything recurs: x times the weights, plus both biases.
enum InputProjection: Sendable {
  /// Weights and biases are always the same.
  case layer(Plan)
  /// They are computed in a run. The bias is added in the product's place.
  case product(PlannedMatrices, bias: BiasSum, adding: ElementwiseStep)

  init(
    _ kind: Recurrent.Kind, _ extents: RecurrentExtents, direction: Int, _ arguments: Arguments,
    _ context: PlanningContext
  ) throws(NetworkError) {
    let (rows, inputs) = (extents.rows, extents.inputs)
    let lines = extents.steps * extents.batch
    let bias = arguments[Recurrent.Input.bias.rawValue]
    let sum = BiasSum(
      kind: kind, rows: rows, hidden: extents.hidden, first: direction * 2 * rows)
    if lines > 0, let weights = arguments[Recurrent.Input.weights.rawValue]?.constant,
      bias == nil || bias?.constant != nil
    {
      let layer = try context.layers.layer(
        [weights, bias?.constant].compactMap(\.self), "\(kind) direction \(direction)"
      ) { () throws(NetworkError) in
        let first = direction * rows * inputs
        return try DenseLayer.layer(
          weights: NetworkTensor(
            Array(weights.floats[first..<first + rows * inputs]), shape: [rows, inputs]),
          inputs: inputs, outputs: rows, isTransposed: true,
          bias: bias?.constant.map { (bias) throws(NetworkError) in
            try NetworkTensor(
              bias.floats.withUnsafeBufferPointer { sum.values($0.baseAddress!) }, shape: [rows])
          })
      }
      self = .layer(try DenseLayer.step(layer, rows: lines, context).plan)
      return
    }
    let matrices = try Matrices(
      [lines, inputs], [rows, inputs], transposesA: false, transposesB: true)
    let add = Elementwise("Add", inputs: 2, CONV_ELEMENTWISE_ADD)
    self = .product(
      PlannedMatrices(matrices, context), bias: sum,
      adding: ElementwiseStep(add, try Broadcast([[lines, rows], [rows]]).axes, context))
  }

  var workspaceBytes: Int {
    switch self {
    case .layer(let plan): plan.workspaceBytes
    case .product(let matrices, _, _): matrices.workspaceBytes
    }
  }

  /// - Parameters:
  ///   - weights: of the direction.
  ///   - bias: of all directions.
  ///   - biasSum: memory for one value a row.
  func run(
    _ x: UnsafePointer<Float>?, weights: UnsafePointer<Float>?, bias: UnsafePointer<Float>?,
    into y: UnsafeMutablePointer<Float>, biasSum: UnsafeMutablePointer<Float>,
    workspace: UnsafeMutableRawPointer?
  ) {
    switch self {
    case .layer(let plan):
      // The plan was made for these sizes.
      try! plan.run(
        UnsafeBufferPointer(start: x, count: plan.inputShape.product),
        into: UnsafeMutableBufferPointer(start: y, count: plan.outputShape.product),
        workspace: UnsafeMutableRawBufferPointer(start: workspace, count: plan.workspaceBytes))
    case .product(let matrices, let sum, let adding):
      matrices.run(x, weights, y, workspace: workspace)
      guard let bias else { return }
      for row in 0..<sum.rows { biasSum[row] = sum.value(bias, row) }
      adding.run(input: { UnsafePointer($0 == 0 ? y : biasSum) }, y)
    }
  }
}

/// The biases of inputs and states that are added at once.
struct BiasSum: Sendable {
  let kind: Recurrent.Kind
  let rows, hidden: Int
  /// Where a direction's biases begin: those of inputs, and behind them those of states.
  let first: Int

  func value(_ bias: UnsafePointer<Float>, _ row: Int) -> Float {
    let ofInput = bias[first + row]
    // The last gate's is added to the recurrent product before that is reset.
    if kind == .gruResettingAfter, row >= 2 * hidden { return ofInput }
    return ofInput + bias[first + rows + row]
  }

  func values(_ bias: UnsafePointer<Float>) -> [Float] { (0..<rows).map { value(bias, $0) } }
}
