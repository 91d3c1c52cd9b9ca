import Convolution

/// A planned layer, ordinary or transposed.
struct ConvolutionStep: Step {
  private(set) var plan: Plan
  /// The input that is added before the activation.
  let residual: Int?

  var workspaceBytes: Int { plan.workspaceBytes }

  func run(_ operands: Operands) {
    plan.run(operands, residual: residual, workspace: operands.workspace)
  }

  func writing(intoImagesOf channels: Int) throws(NetworkError) -> (any Step)? {
    guard plan.layout == .channelsLast, residual == nil else { return nil }
    var step = self
    step.plan = try asNetworkError { () throws(ConvolutionError) in
      try plan.writing(intoImagesOf: channels)
    }
    return step
  }

  func reading(fromImagesOf channels: Int) throws(NetworkError) -> (any Step)? {
    guard plan.layout == .channelsLast else { return nil }
    var step = self
    step.plan = try asNetworkError { () throws(ConvolutionError) in
      try plan.reading(fromImagesOf: channels)
    }
    return step
  }

  // A residual is read where, and just before, the output is written.
  var reusableInputs: [Int] { residual.map { [$0] } ?? [] }
  var predictedNanoseconds: Double? { plan.predictedNanoseconds }
  /// No more than sums of many can be.
  var floatingPointOperations: Int { Int(min(plan.floatingPointOperations, 0x1p52)) }
  var algorithm: String { plan.winograd.map { "winograd \($0)" } ?? plan.kernel }
}

/// A layer whose weights are computed in the run itself. It is described, planned and packed anew in every run, which
/// takes its time and its memory; the weights of networks are seldom of that kind.
struct RuntimeWeightsStep: Step {
  let weightShape: [Int]
  /// nil: there is no bias.
  let biasShape: [Int]?
  let x: [Int]
  let layout: Layout
  let planner: Planner
  let make: @Sendable (NetworkTensor, NetworkTensor?) throws(NetworkError) -> any Layer

  func run(_ operands: Operands) throws(NetworkError) {
    let bias = try biasShape.map { (shape) throws(NetworkError) in
      try NetworkTensor(copying: operands.input(2), shape)
    }
    let plan = try make(NetworkTensor(copying: operands.input(1), weightShape), bias)
      .plan(of: x, layout, planner)
    let workspace = try asNetworkError { () throws(ConvolutionError) in try Workspace(for: plan) }
    plan.run(operands, residual: nil, workspace: workspace.bytes.baseAddress)
  }
}

extension Layer {
  func outputShape(of x: [Int], _ layout: Layout) throws(NetworkError) -> [Int] {
    try asNetworkError { () throws(ConvolutionError) in try outputShape(for: x, layout: layout) }
  }

  func plan(of x: [Int], _ layout: Layout, _ planner: Planner) throws(NetworkError) -> Plan {
    try asNetworkError { () throws(ConvolutionError) in
      try plan(for: x, layout: layout, with: planner, region: nil, buffers: .whole)
    }
  }
}

extension Plan {
  /// Runs on a step's memory, which has the sizes that the plan was made for.
  func run(_ operands: Operands, residual: Int?, workspace: UnsafeMutableRawPointer?) {
    try! run(
      UnsafeBufferPointer(start: operands.floats(0), count: inputCount),
      residual: residual.map {
        UnsafeBufferPointer(start: operands.floats($0), count: outputCount)
      },
      into: UnsafeMutableBufferPointer(start: operands.outputFloats(0), count: outputCount),
      workspace: UnsafeMutableRawBufferPointer(start: workspace, count: workspaceBytes))
  }
}

extension [Int] {
  var product: Int { reduce(1, *) }
}
