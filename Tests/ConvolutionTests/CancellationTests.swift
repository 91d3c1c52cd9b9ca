import CConvolution
import Testing

@testable import Convolution

/// Runs that nobody waits for any more.
struct CancellationTests {
  /// Of many tasks, on the slowest kernel there is.
  private static let planner = Planner(threads: 2, algorithm: .general, instructionSet: .scalar)
  private let plan: Plan
  private let x: Tensor

  init() throws {
    let layer = try Conv2D(
      weights: Tensor(repeating: 1, shape: [16, 16, 5, 5]), padding: .same)
    x = try Tensor(repeating: 1, shape: [4, 16, 64, 64])
    plan = try layer.plan(for: x.shape, with: Self.planner)
  }

  @Test func aCancelledTaskThrows() async throws {
    let task = Task { [plan, x] in try await plan.runInBackground(x) }
    task.cancel()
    await expectCancelled { _ = try await task.value }
  }

  /// All but a few wait while the first ones compute.
  @Test func runsThatWaitNeverBegin() async throws {
    let tasks = (0..<50).map { _ in Task { [plan, x] in try await plan.runInBackground(x) } }
    for task in tasks { task.cancel() }
    for task in tasks { await expectCancelled { _ = try await task.value } }
    // What comes after them is computed.
    let y = try await plan.runInBackground(x)
    #expect(y.elements[32 * 64 + 32] == 400)
  }

  /// Between two tasks the flag is looked at: once it is set, no task is taken.
  @Test(arguments: [1, 2]) func noTaskIsTakenAfterwards(threads: Int) throws {
    var planner = Self.planner
    planner.threads = threads
    let layer = try Conv2D(weights: Tensor(repeating: 1, shape: [16, 16, 5, 5]), padding: .same)
    let plan = try layer.plan(for: x.shape, with: planner)
    var y = try Tensor(repeating: -1, shape: plan.outputShape)
    var workspace = try Workspace(for: plan)
    func run() throws {
      var output = y.mutableSpan
      try plan.run(x.span, into: &output, workspace: &workspace)
    }
    var flag: UInt32 = 0
    try withUnsafeMutablePointer(to: &flag) { flag in
      conv_cancel(flag)
      let before = conv_set_cancellation(flag)
      defer { _ = conv_set_cancellation(before) }
      try run()
    }
    let isUntouched = y.elements.allSatisfy { $0 == -1 }
    #expect(isUntouched)
    try run()
    let isComplete = y.elements.allSatisfy { $0 > 0 }
    #expect(isComplete)
  }

  private func expectCancelled(_ body: () async throws -> Void) async {
    let error = await #expect(throws: ConvolutionError.self) { try await body() }
    #expect(error?.code == .cancelled)
  }
}
