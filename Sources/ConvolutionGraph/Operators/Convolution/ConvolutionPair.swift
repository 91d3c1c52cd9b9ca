import Convolution

/// A convolution and another one on its output, in one pass: what is between them is never whole in memory. The inputs are
/// x, the first one's weights and bias, the second one's weights and bias, and a residual of the second.
struct ConvolutionPair: Operator {
  let first, second: ConvolutionOperator

  /// The residual's number.
  static let residual = 5

  var description: String { "\(first), \(second)" }

  private func arguments(
    _ x: Argument?, _ arguments: Arguments, from index: Int, residual: Argument? = nil
  ) -> Arguments {
    Arguments([x, arguments[index], arguments[index + 1], residual])
  }

  func outputTypes(for arguments: Arguments) throws(NetworkError) -> [TensorType] {
    let between = try first.outputTypes(
      for: self.arguments(arguments[0], arguments, from: 1))[0]
    return try second.outputTypes(
      for: self.arguments(Argument(type: between, constant: nil), arguments, from: 3))
  }

  func step(
    for arguments: Arguments, outputs: [TensorType], context: PlanningContext
  ) throws(NetworkError) -> any Step {
    ConvolutionStep(
      plan: try plan(for: arguments, context: context),
      residual: arguments[Self.residual] == nil ? nil : Self.residual)
  }

  func plan(
    for arguments: Arguments, context: PlanningContext
  ) throws(NetworkError) -> Plan {
    let pair = LayerPair(
      first: try first.layer(arguments[1]!.constant!, arguments[2]?.constant, context),
      second: try second.layer(arguments[3]!.constant!, arguments[4]?.constant, context))
    let x = try arguments.floatShape(0, "x")
    return try asNetworkError { () throws(ConvolutionError) in
      try pair.plan(of: description, for: x, layout: second.layout, with: context.planner)
    }
  }
}
