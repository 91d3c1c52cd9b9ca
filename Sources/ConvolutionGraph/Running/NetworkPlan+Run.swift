import Convolution

extension NetworkPlan {
  /// Computes into caller-owned memory.
  ///
  /// - Parameters:
  ///   - inputs: the bytes of each of ``inputs``, in order.
  ///   - outputs: the bytes of each of ``outputs``, in order. They must not overlap the inputs or each other.
  ///   - workspace: made for this plan or for one that needs as much.
  /// - Throws: `.wrongBufferSize`; `.outOfMemory` where a layer's weights are computed in the run.
  public func run(
    _ inputs: [UnsafeRawBufferPointer], into outputs: [UnsafeMutableRawBufferPointer],
    workspace: inout NetworkWorkspace
  ) throws(NetworkError) {
    let addresses = try addresses(inputs, outputs, workspace.bytes)
    let arena = workspace.bytes.baseAddress! + tableBytes
    try withDenormals(flushed: flushesDenormals) { () throws(NetworkError) in
      for step in steps { try step.run(addresses, arena: arena) }
    }
  }

  /// Computes new tensors.
  ///
  /// - Parameter inputs: by name; a network with one input takes any name.
  /// - Returns: outputs by name.
  /// - Throws: `.unknownName`, `.shapeMismatch` when a tensor is not what the plan was made for, `.outOfMemory`.
  public func run(
    _ inputs: [String: NetworkTensor]
  ) throws(NetworkError) -> [String: NetworkTensor] {
    var workspace = try NetworkWorkspace(for: self)
    return try run(inputs, workspace: &workspace)
  }

  /// The same in a workspace of the caller's.
  public func run(
    _ inputs: [String: NetworkTensor], workspace: inout NetworkWorkspace
  ) throws(NetworkError) -> [String: NetworkTensor] {
    let given = try self.inputs.map { (input) throws(NetworkError) in
      try tensor(for: input, in: inputs)
    }
    let results = try outputs.map { (output) throws(NetworkError) in
      try NetworkTensor(uninitialized: output.type)
    }
    try run(
      given.map { UnsafeRawBufferPointer($0.mutableBytes) }, into: results.map(\.mutableBytes),
      workspace: &workspace)
    withExtendedLifetime(given) {}
    return Dictionary(
      zip(outputs.map(\.name), results), uniquingKeysWith: { first, _ in first })
  }

  func tensor(
    for input: Tensor, in tensors: [String: NetworkTensor]
  ) throws(NetworkError) -> NetworkTensor {
    if let name = tensors.keys.sorted().first(where: { name in
      !inputs.contains { $0.name == name }
    }), inputs.count > 1 || tensors.count > 1 {
      throw NetworkError(
        .unknownName, argument: "inputs", received: "\"\(name)\"",
        expected: inputs.map { "\"\($0.name)\"" }.joined(separator: ", "))
    }
    guard let tensor = tensors[input.name] ?? (inputs.count == 1 ? tensors.values.first : nil)
    else {
      throw NetworkError(
        .unknownName, argument: input.name, received: "nothing", expected: "\(input.type)")
    }
    guard tensor.type == input.type else {
      throw NetworkError(
        .shapeMismatch, argument: input.name, received: "\(tensor.type)",
        expected: "\(input.type), which the plan was made for")
    }
    return tensor
  }

  // MARK: - Addresses

  /// Writes the address of every value into the beginning of a workspace.
  func addresses(
    _ inputs: [UnsafeRawBufferPointer], _ outputs: [UnsafeMutableRawBufferPointer],
    _ workspace: UnsafeMutableRawBufferPointer
  ) throws(NetworkError) -> UnsafePointer<UnsafeMutableRawPointer?> {
    try check(inputs, against: self.inputs, "inputs")
    try check(outputs, against: self.outputs, "outputs")
    guard workspace.count >= workspaceBytes else {
      throw NetworkError(
        .wrongBufferSize, argument: "workspace", received: "\(workspace.count) bytes",
        expected: "\(workspaceBytes)")
    }
    let table = workspace.baseAddress!.bindMemory(
      to: UnsafeMutableRawPointer?.self, capacity: slots.count)
    let arena = workspace.baseAddress! + tableBytes
    for (index, slot) in slots.enumerated() {
      table[index] =
        switch slot {
        case .arena(let offset): arena + offset
        case .input(let input, let offset):
          UnsafeMutableRawPointer(mutating: inputs[input].baseAddress.map { $0 + offset })
        case .output(let output, let offset): outputs[output].baseAddress.map { $0 + offset }
        case .constant(let tensor, let offset): tensor.mutableBytes.baseAddress.map { $0 + offset }
        }
    }
    return UnsafePointer(table)
  }

  private func check(
    _ buffers: [some Collection<UInt8>], against tensors: [Tensor], _ argument: String
  ) throws(NetworkError) {
    guard buffers.count == tensors.count else {
      throw NetworkError(
        .wrongBufferSize, argument: argument, received: "\(buffers.count) buffers",
        expected: "\(tensors.count): \(tensors.map(\.name).joined(separator: ", "))")
    }
    for (buffer, tensor) in zip(buffers, tensors) where buffer.count != tensor.type.byteCount {
      throw NetworkError(
        .wrongBufferSize, argument: tensor.name, received: "\(buffer.count) bytes",
        expected: "\(tensor.type.byteCount), for \(tensor.type)")
    }
  }
}

extension NetworkPlan.PlannedStep {
  func run(
    _ addresses: UnsafePointer<UnsafeMutableRawPointer?>, arena: UnsafeMutableRawPointer
  ) throws(NetworkError) {
    try step.run(
      Operands(
        addresses: addresses, inputs: inputs, outputs: outputs, workspace: arena + workspaceOffset))
  }
}
