import Convolution

extension LayerCase {
  /// Runs `plan` into `output`, which lies in the plan's layout and keeps what the plan's region leaves out.
  package func run(_ plan: Plan, into output: inout [Float]) throws(ConvolutionError) {
    let input = arrange(x, shape: inputShape, in: plan.layout)
    let residual = residual.map { arrange($0, shape: outputShape, in: plan.layout) }
    var workspace = try Workspace(for: plan)
    var span = output.mutableSpan
    guard let residual else {
      return try plan.run(input.span, into: &span, workspace: &workspace)
    }
    try plan.run(input.span, residual: residual.span, into: &span, workspace: &workspace)
  }
}
