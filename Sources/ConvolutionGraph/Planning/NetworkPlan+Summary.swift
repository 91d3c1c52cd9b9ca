extension NetworkPlan {
  /// What a step of a plan does.
  public struct StepSummary: Sendable, Hashable {
    /// The node's name.
    public let node: String
    /// What it does: `Conv relu`.
    public let operation: String
    /// How it is computed; empty where there is one way.
    public let algorithm: String
    public let outputType: TensorType
    /// What it is predicted to take; nil where nobody predicts it.
    public let predictedNanoseconds: Double?
    public let floatingPointOperations: Int
    /// Of its inputs, constants among them, and outputs.
    public let bytes: Int
  }

  /// What a run does, step by step. Nodes that cost nothing, like a change of shape, have no step.
  public var summary: [StepSummary] {
    steps.map { step in
      StepSummary(
        node: step.node.name, operation: step.node.operation.description,
        algorithm: step.step.algorithm, outputType: step.outputTypes[0],
        predictedNanoseconds: step.step.predictedNanoseconds,
        floatingPointOperations: step.step.floatingPointOperations,
        bytes: step.inputTypes.reduce(0) { $0 + ($1?.byteCount ?? 0) }
          + step.outputTypes.reduce(0) { $0 + $1.byteCount })
    }
  }
}
