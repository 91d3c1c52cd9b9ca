import Convolution
import Foundation

/// Input, output and workspace that all layers use in turn, so that a long list needs no more memory than its
/// largest layer. The input holds the same random samples for every layer.
final class SharedBuffers {
  private(set) var input = try! Tensor(shape: [0])
  private(set) var output = try! Tensor(shape: [0])
  private var workspace = try! Tensor(shape: [0])

  /// Makes room for a plan; what was there before may be gone.
  ///
  /// - Throws: when it is more than the machine's memory.
  func reserve(for plan: Plan) throws {
    let (inputs, outputs) = (plan.inputShape.reduce(1, *), plan.outputShape.reduce(1, *))
    let scratch = (plan.workspaceBytes + 3) / 4
    try Self.check(bytes: 4 * (Double(inputs) + Double(outputs) + Double(scratch)))
    if input.count < inputs {
      var random = RandomFloats(seed: 1)
      input = try Tensor(random.next(inputs), shape: [inputs])
    }
    if output.count < outputs { output = try Tensor(shape: [outputs]) }
    if workspace.count < scratch { workspace = try Tensor(shape: [scratch]) }
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
    try input.withUnsafeBufferPointer { input in
      try output.withUnsafeMutableBufferPointer { output in
        try workspace.withUnsafeMutableBufferPointer { workspace in
          let x = UnsafeBufferPointer(rebasing: input[..<plan.inputShape.reduce(1, *)])
          let y = UnsafeMutableBufferPointer(rebasing: output[..<plan.outputShape.reduce(1, *)])
          let scratch = UnsafeMutableRawBufferPointer(workspace)
          return try ContinuousClock().measure { try plan.run(x, into: y, workspace: scratch) }
        }
      }
    }
  }
}
