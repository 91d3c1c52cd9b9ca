import Convolution

extension NetworkPlan {
  /// What a step of a run took.
  public struct StepTime: Sendable {
    /// The node's name.
    public let node: String
    /// What it does: `Conv relu`.
    public let operation: String
    /// How it was computed; empty where there is one way.
    public let algorithm: String
    public let outputType: TensorType
    public let nanoseconds: Double
    /// What it was predicted to take; nil where nobody predicts it.
    public let predictedNanoseconds: Double?
    public let floatingPointOperations: Int
    /// Of its inputs, constants among them, and outputs.
    public let bytes: Int
  }

  /// Runs some times, and takes the median of each step's times.
  ///
  /// - Parameter inputs: as of ``run(_:)``.
  /// - Throws: as ``run(_:)``.
  public func profile(
    _ inputs: [String: NetworkTensor], rounds: Int = 5
  ) throws(NetworkError) -> (outputs: [String: NetworkTensor], steps: [StepTime]) {
    var workspace = try NetworkWorkspace(for: self)
    let outputs = try run(inputs, workspace: &workspace)
    let given = try self.inputs.map { (input) throws(NetworkError) in
      try tensor(for: input, in: inputs)
    }
    let addresses = try addresses(
      given.map { UnsafeRawBufferPointer($0.mutableBytes) },
      self.outputs.map { outputs[$0.name]!.mutableBytes }, workspace.bytes)
    let arena = workspace.bytes.baseAddress! + tableBytes
    let clock = ContinuousClock()
    var times = steps.map { _ in [Double]() }
    for _ in 0..<max(rounds, 1) {
      for (index, step) in steps.enumerated() {
        let time = clock.measure { step.run(addresses, arena: arena) }
        times[index].append(
          Double(time.components.seconds) * 1e9 + Double(time.components.attoseconds) / 1e9)
      }
    }
    let rows = zip(steps, times).map { step, times in
      StepTime(
        node: step.node.name, operation: step.node.operation.description,
        algorithm: step.step.algorithm, outputType: step.outputTypes[0],
        nanoseconds: times.sorted()[times.count / 2],
        predictedNanoseconds: step.step.predictedNanoseconds,
        floatingPointOperations: step.step.floatingPointOperations,
        bytes: step.inputTypes.reduce(0) { $0 + ($1?.byteCount ?? 0) }
          + step.outputTypes.reduce(0) { $0 + $1.byteCount })
    }
    withExtendedLifetime(given) {}
    return (outputs, rows)
  }
}
