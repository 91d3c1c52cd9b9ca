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
    let (pair, x) = (try pair(arguments, context), try arguments.floatShape(0, "x"))
    let plan = try asNetworkError { () throws(ConvolutionError) in
      try pair.plan(of: description, for: x, layout: second.layout, with: context.planner)
    }
    return ConvolutionStep(
      plan: plan, residual: arguments[Self.residual] == nil ? nil : Self.residual)
  }

  func predictedNanoseconds(
    for arguments: Arguments, outputs: [TensorType], _ context: PlanningContext
  ) throws(NetworkError) -> Double {
    let (pair, x) = (try pair(arguments, context), try arguments.floatShape(0, "x"))
    return try asNetworkError { () throws(ConvolutionError) in
      try pair.predictedNanoseconds(for: x, layout: second.layout, with: context.planner)
    }
  }

  private func pair(
    _ arguments: Arguments, _ context: PlanningContext
  ) throws(NetworkError) -> LayerPair {
    LayerPair(
      first: try first.layer(arguments[1]!.constant!, arguments[2]?.constant, context),
      second: try second.layer(arguments[3]!.constant!, arguments[4]?.constant, context))
  }
}
