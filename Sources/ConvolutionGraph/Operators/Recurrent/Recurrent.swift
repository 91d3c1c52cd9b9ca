import CConvolution
import Convolution

/// `LSTM` and `GRU`, in one direction or both.
struct Recurrent: Operator {
  enum Kind {
    case lstm, gru
    /// `GRU` with the reset gate applied behind the recurrent product.
    case gruResettingAfter

    var gates: Int { self == .lstm ? 4 : 3 }

    var inC: conv_recurrent_kind {
      switch self {
      case .lstm: CONV_RECURRENT_LSTM
      case .gru: CONV_RECURRENT_GRU
      case .gruResettingAfter: CONV_RECURRENT_GRU_RESET_AFTER
      }
    }
  }

  /// The inputs' numbers.
  enum Input: Int {
    case x, weights, recurrent, bias, lengths, state
    /// Of `LSTM` alone.
    case cell, peepholes
  }

  enum Direction: String { case forward, reverse, bidirectional }

  let kind: Kind
  /// Whether each direction goes from the last step to the first.
  let isReversed: [Bool]
  /// Whether x is batch x steps x inputs, and not steps x batch x inputs; outputs likewise.
  let isBatchFirst: Bool
  /// As the file says it; the weights have it too.
  let hidden: Int?

  /// - Parameter activations: the only ones there are, of a direction.
  init(_ reader: inout NodeReader, _ kind: Kind, activations: [String]) {
    self.kind = kind
    switch reader.word("direction", default: Direction.forward) {
    case .forward: isReversed = [false]
    case .reverse: isReversed = [true]
    case .bidirectional: isReversed = [false, true]
    }
    isBatchFirst = reader.bool("layout")
    hidden = reader.integer("hidden_size")
    if let given = reader.strings("activations"),
      given.map({ $0.lowercased() }) != isReversed.flatMap({ _ in activations })
    {
      reader.reject("attribute activations \(given)")
    }
  }

  var description: String { kind == .lstm ? "LSTM" : "GRU" }

  func outputTypes(for arguments: Arguments) throws(NetworkError) -> [TensorType] {
    let extents = try RecurrentExtents(self, arguments)
    let (steps, batch, hidden) = (extents.steps, extents.batch, extents.hidden)
    let directions = isReversed.count
    let y = isBatchFirst ? [batch, steps, directions, hidden] : [steps, directions, batch, hidden]
    let last = isBatchFirst ? [batch, directions, hidden] : [directions, batch, hidden]
    return [y, last, last].prefix(kind == .lstm ? 3 : 2).map { TensorType(.float32, $0) }
  }

  func step(
    for arguments: Arguments, outputs: [TensorType], context: PlanningContext
  ) throws(NetworkError) -> any Step {
    let extents = try RecurrentExtents(self, arguments)
    var projections: [InputProjection] = []
    for direction in isReversed.indices {
      projections.append(
        try InputProjection(kind, extents, direction: direction, arguments, context))
    }
    return RecurrentStep(self, extents, projections, context)
  }
}

/// The extents of a recurrent layer on given inputs.
struct RecurrentExtents: Sendable {
  let steps, batch, inputs, hidden: Int
  /// Rows of the weights: those of all gates.
  let rows: Int

  /// - Throws: `.shapeMismatch`.
  init(_ layer: Recurrent, _ arguments: Arguments) throws(NetworkError) {
    let directions = layer.isReversed.count
    let x = try arguments.floatShape(Recurrent.Input.x.rawValue, "x")
    let recurrent = try arguments.floatShape(
      Recurrent.Input.recurrent.rawValue, "recurrent weights")
    guard x.count == 3, recurrent.count == 3, x[2] > 0, recurrent[2] > 0 else {
      throw NetworkError(
        .shapeMismatch, argument: "x", received: "shape \(x), recurrent weights \(recurrent)",
        expected: "3 axes each, and inputs and states")
    }
    (steps, batch) = layer.isBatchFirst ? (x[1], x[0]) : (x[0], x[1])
    (inputs, hidden) = (x[2], recurrent[2])
    rows = try asNetworkError { () throws(ConvolutionError) in
      try Checked.multiply(layer.kind.gates, recurrent[2], argument: "recurrent weights")
    }
    let state = layer.isBatchFirst ? [batch, directions, hidden] : [directions, batch, hidden]
    func check(
      _ input: Recurrent.Input, _ shape: [Int], _ element: ElementType = .float32
    ) throws(NetworkError) {
      guard let type = arguments[input.rawValue]?.type else { return }
      guard type == TensorType(element, shape) else {
        throw NetworkError(
          .shapeMismatch, argument: "\(input)", received: "\(type)",
          expected: "\(TensorType(element, shape))")
      }
    }
    guard layer.hidden ?? hidden == hidden else {
      throw NetworkError(
        .shapeMismatch, argument: "hidden_size", received: "\(layer.hidden ?? hidden)",
        expected: "that of the recurrent weights, \(hidden)")
    }
    _ = try arguments.floatShape(Recurrent.Input.weights.rawValue, "weights")
    try check(.weights, [directions, rows, inputs])
    try check(.recurrent, [directions, rows, hidden])
    try check(.bias, [directions, 2 * rows])
    try check(.lengths, [batch], .int32)
    try check(.state, state)
    guard layer.kind == .lstm else { return }
    try check(.cell, state)
    try check(.peepholes, [directions, 3 * hidden])
  }
}
