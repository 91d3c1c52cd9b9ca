import Convolution
import Foundation
import Synchronization
import TestSupport
import Testing

/// A layer whose outputs are known, so that a run of it anywhere can be told right from wrong.
private struct KnownRun: Sendable {
  let plan: Plan
  private let x: Tensor
  private let expected: [Float]

  /// - Parameter threads: of the plan. What is expected is computed on one.
  init(threads: Int = 4) throws {
    var random = SplitMix64(seed: 1)
    let layer = try Conv2D(
      weights: Tensor(random.floats(32 * 32 * 9), shape: [32, 32, 3, 3]), padding: .same)
    x = try Tensor(random.floats(32 * 60 * 60), shape: [1, 32, 60, 60])
    // Every thread is worth it.
    let planner = { Planner(threads: $0, costModel: .arithmetic) }
    plan = try layer.plan(for: x.shape, with: planner(threads))
    expected = try layer.plan(for: x.shape, with: planner(1)).run(x).elements
  }

  /// Whether a run gives the bits that are expected.
  func isRight() -> Bool { (try? plan.run(x))?.elements == expected }
}

/// Runs in the middle of whatever else a process does. Those that leave traces have processes of their own.
struct SurroundingsTests {
  // MARK: - Callers

  @Test func aDispatchQueueComputes() throws {
    let known = try KnownRun()
    DispatchQueue.concurrentPerform(iterations: 64) { _ in #expect(known.isRight()) }
  }

  @Test func swiftTasksCompute() async throws {
    let known = try KnownRun()
    await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<64 { group.addTask { known.isRight() } }
      for await isRight in group { #expect(isRight) }
    }
  }

  /// Both LLVM's and GNU's runtime have the entry point that GCC compiles a parallel region to.
  @Test(arguments: ["libomp.so.5", "libgomp.so.1"])
  func threadsOfAnOpenMPRegionCompute(library: String) async throws {
    guard dlopen(library, RTLD_NOW) != nil else { return }
    await #expect(processExitsWith: .success) { [library] in
      let known = try KnownRun()
      #expect(known.isRight())
      let entry = try #require(dlsym(dlopen(library, RTLD_NOW), "GOMP_parallel"))
      typealias Body = @convention(c) (UnsafeMutableRawPointer) -> Void
      typealias Region = @convention(c) (Body, UnsafeMutableRawPointer, UInt32, UInt32) -> Void
      let enter = unsafeBitCast(entry, to: Region.self)
      for _ in 0..<20 {
        let caller = Caller(known)
        enter(
          { Unmanaged<Caller>.fromOpaque($0).takeUnretainedValue().call() },
          Unmanaged.passUnretained(caller).toOpaque(), 4, 0)
        #expect(caller.rightCalls == 4)
      }
      #expect(known.isRight())
    }
  }

  // MARK: - A process that forks, and one that ends

  @Test func parentAndChildOfAForkCompute() async {
    await #expect(processExitsWith: .success) {
      let known = try KnownRun()
      #expect(known.isRight())
      // Swift hides fork, as most of what it starts has no place in a child.
      let fork = unsafeBitCast(
        try #require(dlsym(nil, "fork")), to: (@convention(c) () -> pid_t).self)
      let child = fork()
      if child == 0 { _exit((0..<10).allSatisfy { _ in known.isRight() } ? 0 : 1) }
      var status: Int32 = -1
      waitpid(child, &status, 0)
      #expect(status == 0)
      #expect(known.isRight())
    }
  }

  /// The threads are anywhere in a run: one process in ten found libomp taken apart under it, once. Under ThreadSanitizer,
  /// which ends slowly, all did that asked it for anything.
  @Test(arguments: 0..<8) func aProcessMayEndWhileOthersCompute(attempt: Int) async {
    await #expect(processExitsWith: .exitCode(7)) {
      let known = try KnownRun()
      for _ in 0..<4 {
        Thread { while known.isRight() {} }.start()
      }
      usleep(100_000)
      exit(7)
    }
  }

  /// What a process has registered to be done at its end finds memory that nobody writes to any more.
  @Test func aProcessEndsWhenOthersHaveLeftTheirRuns() async {
    await #expect(processExitsWith: .exitCode(7)) {
      // What is registered first is done last.
      atexit {
        _ = LongRun.hasWritten()
        usleep(200_000)
        if LongRun.hasWritten() { _exit(1) }
      }
      let run = try LongRun()
      Thread { try? run.compute() }.start()
      while !LongRun.hasWritten() { usleep(1000) }
      exit(7)
    }
  }

  // MARK: - What is left of a run

  @Test func idleThreadsUseNoTime() async {
    await #expect(processExitsWith: .success) {
      let known = try KnownRun()
      for _ in 0..<20 { #expect(known.isRight()) }
      usleep(100_000)
      let before = clock()
      usleep(400_000)
      let milliseconds = Double(clock() - before) / Double(CLOCKS_PER_SEC) * 1000
      #expect(milliseconds < 4)
    }
  }

  // MARK: - Threads that the system refuses

  @Test func aProcessThatIsRefusedThreadsComputesOnThoseThatItHas() async {
    await #expect(processExitsWith: .success) {
      let known = try KnownRun()
      // Limits do not hold for the superuser.
      if getuid() == 0 { #expect(setuid(65534) == 0) }
      var limit = rlimit(rlim_cur: 1, rlim_max: 1)
      #expect(setrlimit(__rlimit_resource_t(__RLIMIT_NPROC.rawValue), &limit) == 0)
      var thread = pthread_t()
      #expect(pthread_create(&thread, nil, { _ in nil }, nil) == EAGAIN)
      for _ in 0..<10 { #expect(known.isRight()) }
    }
  }
}

/// What a thread of another runtime calls.
private final class Caller: Sendable {
  private let known: KnownRun
  private let count = Mutex(0)

  var rightCalls: Int { count.withLock { $0 } }

  init(_ known: KnownRun) { self.known = known }

  func call() {
    guard known.isRight() else { return }
    count.withLock { $0 += 1 }
  }
}

/// Some seconds of work in few tasks, each of which writes its outputs one after the other.
private struct LongRun: Sendable {
  /// What a run writes to, and what was seen of it.
  private static nonisolated(unsafe) var output, seen: UnsafeMutableBufferPointer<Float>!
  private let plan: Plan
  private let x: Tensor

  init() throws {
    let layer = try Conv2D(
      weights: Tensor(repeating: 1, shape: [32, 32, 21, 21]), padding: .same)
    x = try Tensor(repeating: 1, shape: [1, 32, 300, 300])
    plan = try layer.plan(for: x.shape, with: Planner(threads: 2, costModel: .arithmetic))
    Self.output = .zeros(plan.outputShape.reduce(1, *))
    Self.seen = .zeros(Self.output.count)
  }

  func compute() throws {
    var workspace = try Workspace(for: plan)
    var output = Self.output.mutableSpan
    try plan.run(x.span, into: &output, workspace: &workspace)
  }

  /// Whether anything has been written since this was last asked.
  static func hasWritten() -> Bool {
    let bytes = UnsafeRawBufferPointer(output)
    defer { memcpy(seen.baseAddress!, output.baseAddress!, bytes.count) }
    return memcmp(seen.baseAddress!, output.baseAddress!, bytes.count) != 0
  }
}

extension UnsafeMutableBufferPointer<Float> {
  fileprivate static func zeros(_ count: Int) -> Self {
    let buffer = allocate(capacity: count)
    buffer.initialize(repeating: 0)
    return buffer
  }
}
