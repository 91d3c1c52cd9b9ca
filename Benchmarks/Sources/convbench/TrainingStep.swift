import Convolution

/// What a step of training takes: a layer's output, and the gradients by its input, weights and bias. Weights change from
/// step to step, so the layer is made, planned and packed anew in each.
final class TrainingStep {
  private let benchmark: BenchmarkLayer
  private let planner: Planner
  private let x, outputGradient: Tensor
  private var y: Tensor
  private var gradients: Gradients
  private let plan: Plan
  private let gradientPlan: GradientPlan

  init(_ benchmark: BenchmarkLayer, planner: Planner) throws {
    self.benchmark = benchmark
    var planner = planner
    planner.imagesPerWeightUpdate = benchmark.images
    self.planner = planner
    plan = try benchmark.plan(planner)
    gradientPlan = try benchmark.gradients(planner)
    let counts = [plan.inputShape, plan.outputShape].map { $0.reduce(1) { $0 * Double($1) } }
    try SharedBuffers.check(bytes: 8 * (counts[0] + counts[1]))
    var random = RandomFloats(seed: 1)
    x = try Tensor(random.next(Int(counts[0])), shape: plan.inputShape)
    outputGradient = try Tensor(random.next(Int(counts[1])), shape: plan.outputShape)
    y = try Tensor(shape: plan.outputShape)
    gradients = try Gradients(for: gradientPlan)
  }

  /// One step, into memory that was there before.
  func time() throws -> Duration {
    let workspace = try Workspace(for: plan)
    var gradientWorkspace = try Workspace(for: gradientPlan)
    return try ContinuousClock().measure {
      let layer = try benchmark.remade()
      let plan = try layer.plan(planner)
      try x.withUnsafeBufferPointer { x in
        try y.withUnsafeMutableBufferPointer {
          try plan.run(x, into: $0, workspace: workspace.bytes)
        }
      }
      try layer.gradients(planner).run(
        x, outputGradient: outputGradient, output: y, into: &gradients,
        workspace: &gradientWorkspace)
    }
  }
}
