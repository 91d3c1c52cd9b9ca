import Convolution

/// The memory of a run, owned by the caller. One run uses it at a time; what it holds between runs has no meaning.
public struct NetworkWorkspace: ~Copyable {
  private let memory: AlignedMemory<UInt8>

  /// A workspace for `plan`, and for every plan that needs no more.
  ///
  /// - Throws: `.outOfMemory`.
  public init(for plan: NetworkPlan) throws(NetworkError) {
    memory = try asNetworkError { () throws(ConvolutionError) in
      try AlignedMemory(count: plan.workspaceBytes, argument: "workspace")
    }
    // The system hands out a page when it is first written: here, and not in the first run.
    for page in stride(from: 0, to: memory.buffer.count, by: 4096) { memory.buffer[page] = 0 }
  }

  var bytes: UnsafeMutableRawBufferPointer { UnsafeMutableRawBufferPointer(memory.buffer) }
}
