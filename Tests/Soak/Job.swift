import Convolution
import ConvolutionGraph
import Dispatch
import LayerCases
import TestSupport

/// Something to compute, and the bits that it gives when nothing else runs.
protocol Job: Sendable {
  /// What one caller computes it with.
  func bench() throws -> any Bench
  /// Whether a run on other threads, which is awaited, is right.
  func isRightInBackground() async throws -> Bool
}

/// A caller's memory for a job.
protocol Bench: AnyObject {
  func run() throws
  /// Whether the last run gave the bits that it should.
  var isRight: Bool { get }
}

// MARK: - Layers

struct LayerJob: Job {
  let plan: Plan
  let x: Tensor
  let expected: Tensor

  init(_ layer: LayerCase, _ layout: Layout, with planner: Planner) throws {
    x = try layer.input(in: layout)
    plan = try layer.layer().plan(for: x.shape, layout: layout, with: planner)
    expected = try plan.run(x)
  }

  func bench() throws -> any Bench { try LayerBench(self) }

  func isRightInBackground() async throws -> Bool {
    hasSameBits(try await plan.runInBackground(x), expected)
  }
}

private final class LayerBench: Bench {
  private let job: LayerJob
  private var y: Tensor
  private let workspace: UnsafeMutableRawBufferPointer

  init(_ job: LayerJob) throws {
    self.job = job
    y = try Tensor(shape: job.plan.outputShape)
    workspace = .allocate(byteCount: job.plan.workspaceBytes, alignment: 64)
  }

  deinit { workspace.deallocate() }

  func run() throws {
    try job.x.withUnsafeBufferPointer { x in
      try y.withUnsafeMutableBufferPointer { y in
        try job.plan.run(x, into: y, workspace: workspace)
      }
    }
  }

  var isRight: Bool { hasSameBits(y, job.expected) }
}

private func hasSameBits(_ a: Tensor, _ b: Tensor) -> Bool {
  a.withUnsafeBufferPointer { a in
    b.withUnsafeBufferPointer { b in
      a.count == b.count && zip(a, b).allSatisfy { $0.bitPattern == $1.bitPattern }
    }
  }
}

// MARK: - Networks

struct NetworkJob: Job {
  let plan: NetworkPlan
  let inputs: [String: NetworkTensor]
  let expected: [String: NetworkTensor]

  init(_ network: Network, with planner: Planner) throws {
    plan = try network.plan(with: planner)
    var random = SplitMix64(seed: 1)
    inputs = try Dictionary(
      uniqueKeysWithValues: plan.inputs.map { input in
        let shape = input.type.shape
        return (input.name, try NetworkTensor(random.floats(shape.reduce(1, *)), shape: shape))
      })
    expected = try plan.run(inputs)
  }

  func bench() throws -> any Bench { try NetworkBench(self) }

  func isRightInBackground() async throws -> Bool {
    try await withCheckedThrowingContinuation { continuation in
      Self.queue.async {
        continuation.resume(
          with: Result { NetworkBench.haveSameBits(try plan.run(inputs), expected) })
      }
    }
  }

  private static let queue = DispatchQueue(label: "networks", attributes: .concurrent)
}

private final class NetworkBench: Bench {
  private let job: NetworkJob
  private var outputs: [String: NetworkTensor] = [:]
  private var workspace: NetworkWorkspace

  init(_ job: NetworkJob) throws {
    self.job = job
    workspace = try NetworkWorkspace(for: job.plan)
  }

  func run() throws { outputs = try job.plan.run(job.inputs, workspace: &workspace) }

  var isRight: Bool { Self.haveSameBits(outputs, job.expected) }

  static func haveSameBits(
    _ a: [String: NetworkTensor], _ b: [String: NetworkTensor]
  ) -> Bool {
    a.keys == b.keys
      && a.allSatisfy { name, tensor in
        tensor.withUnsafeBytes { a in b[name]!.withUnsafeBytes { a.elementsEqual($0) } }
      }
  }
}
