/// Scratch memory of a run, owned by the caller. One run uses it at a time; what it holds between runs has no meaning.
public struct Workspace: ~Copyable {
  private let memory: AlignedMemory<UInt8>

  /// A workspace for `plan`, and for every plan that needs no more.
  ///
  /// - Throws: `.outOfMemory`.
  public init(for plan: Plan) throws(ConvolutionError) {
    try self.init(bytes: plan.workspaceBytes)
  }

  init(bytes: Int) throws(ConvolutionError) {
    memory = try AlignedMemory(count: bytes, argument: "workspace")
    // The system hands out a page when it is first written: here, and not in the first run.
    for page in stride(from: 0, to: memory.buffer.count, by: 4096) { memory.buffer[page] = 0 }
  }

  /// The memory, on a 64-byte boundary.
  public var bytes: UnsafeMutableRawBufferPointer { UnsafeMutableRawBufferPointer(memory.buffer) }
}
