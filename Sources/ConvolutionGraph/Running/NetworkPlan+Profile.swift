import Convolution

extension NetworkPlan {
  /// Runs some times, and takes the median of each step's times.
  ///
  /// - Parameters:
  ///   - inputs: as of ``run(_:)``.
  ///   - rounds: how often.
  /// - Returns: the outputs, and nanoseconds of the steps of ``summary``.
  /// - Throws: as ``run(_:)``.
  public func profile(
    _ inputs: [String: NetworkTensor], rounds: Int = 5
  ) throws(NetworkError) -> (outputs: [String: NetworkTensor], nanoseconds: [Double]) {
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
    try withDenormals(flushed: flushesDenormals) { () throws(NetworkError) in
      for _ in 0..<max(rounds, 1) {
        for (index, step) in steps.enumerated() {
          let begin = clock.now
          try step.run(addresses, arena: arena)
          times[index].append((clock.now - begin) / .nanoseconds(1))
        }
      }
    }
    withExtendedLifetime(given) {}
    return (outputs, times.map { $0.sorted()[$0.count / 2] })
  }
}
