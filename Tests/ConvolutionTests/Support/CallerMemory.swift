import Convolution

extension LayerCase {
  /// Runs `plan` into `output`, which lies in the plan's layout and keeps what the plan's region leaves out.
  func run(_ plan: Plan, into output: inout [Float]) throws {
    let input = arrange(x, shape: inputShape, in: plan.layout)
    let residual = residual.map { arrange($0, shape: outputShape, in: plan.layout) }
    let workspace = try Workspace(for: plan)
    try input.withUnsafeBufferPointer { input in
      try output.withUnsafeMutableBufferPointer { output in
        guard let residual else {
          return try plan.run(input, into: output, workspace: workspace.bytes)
        }
        try residual.withUnsafeBufferPointer { residual in
          try plan.run(input, residual: residual, into: output, workspace: workspace.bytes)
        }
      }
    }
  }
}
