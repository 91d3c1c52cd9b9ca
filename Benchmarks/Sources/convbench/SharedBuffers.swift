import Convolution
import Foundation

/// Input, output and workspace that all layers use in turn, so that a long list needs no more memory than its
/// largest layer. The input holds the same random samples for every layer.
struct SharedBuffers: ~Copyable {
  private var inputMemory = AlignedMemory(byteCount: 0)
  private var outputMemory = AlignedMemory(byteCount: 0)
  private var workspaceMemory = AlignedMemory(byteCount: 0)

  /// Makes room for a plan; what was there before may be gone.
  ///
  /// - Throws: when it is more than the machine's memory.
  mutating func reserve(for plan: Plan) throws {
    let inputCount = plan.inputShape.reduce(1, *)
    let outputCount = plan.outputShape.reduce(1, *)
    let workspaceBytes = plan.workspaceBytes
    try Self.check(bytes: 4 * (Double(inputCount) + Double(outputCount)) + Double(workspaceBytes))
    if inputMemory.bytes.count < inputCount * 4 {
      inputMemory = AlignedMemory(byteCount: inputCount * 4)
      var random = RandomFloats(seed: 1)
      for index in 0..<inputCount { inputMemory.floats[index] = random.next() }
    }
    if outputMemory.bytes.count < outputCount * 4 {
      outputMemory = AlignedMemory(byteCount: outputCount * 4)
    }
    if workspaceMemory.bytes.count < workspaceBytes {
      workspaceMemory = AlignedMemory(byteCount: workspaceBytes)
    }
  }

  /// - Throws: when `bytes` are more than the machine's memory.
  static func check(bytes: Double) throws {
    let memory = Double(ProcessInfo.processInfo.physicalMemory)
    guard bytes <= memory else {
      throw Failure(
        String(
          format: "needs %.3g GB of memory, the machine has %.3g GB", bytes / 1e9, memory / 1e9))
    }
  }

  /// One run.
  func time(_ plan: Plan) throws -> Duration {
    let input = input(plan.inputShape.reduce(1, *))
    let output = output(plan.outputShape.reduce(1, *))
    let workspace = workspace(plan.workspaceBytes)
    return try ContinuousClock().measure {
      try plan.run(input, into: output, workspace: workspace)
    }
  }

  func input(_ count: Int) -> UnsafeBufferPointer<Float> {
    UnsafeBufferPointer(rebasing: inputMemory.floats[..<count])
  }

  func output(_ count: Int) -> UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(rebasing: outputMemory.floats[..<count])
  }

  private func workspace(_ byteCount: Int) -> UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(rebasing: workspaceMemory.bytes[..<byteCount])
  }
}

/// Zeroed bytes on a 64-byte boundary, all pages touched.
private struct AlignedMemory: ~Copyable {
  let bytes: UnsafeMutableRawBufferPointer

  init(byteCount: Int) {
    bytes = .allocate(byteCount: byteCount, alignment: 64)
    bytes.initializeMemory(as: UInt8.self, repeating: 0)
  }

  deinit { bytes.deallocate() }

  var floats: UnsafeMutableBufferPointer<Float> { bytes.bindMemory(to: Float.self) }
}
