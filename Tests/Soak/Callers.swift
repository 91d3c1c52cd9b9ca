import ArgumentParser
import Convolution
import ConvolutionGraph
import Foundation
import LayerCases
import Synchronization
import TestSupport

/// 64 threads, and 64 Swift tasks, on plans and networks that they share.
struct Callers: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run the same plans from one caller, from many threads and from many Swift tasks.",
    discussion: """
      The three take turns. Every run's bits are compared with those of the same run alone. The command fails where bits are \
      others or where nothing comes to its end for half a minute.
      """)

  @Option(help: "How long, in all.") var seconds = 60.0
  @Option(help: "Threads, and tasks.") var callers = 64
  @Option(help: "Threads of a plan at most; by default as many as there are cores.") var threads:
    Int?
  @Argument(help: "ONNX files of networks to run beside the layers.") var networks: [String] = []

  func run() async throws {
    let jobs = try jobs()
    let progress = Progress()
    let watch = Thread { progress.watch() }
    watch.start()
    var results = Kind.allCases.map { _ in Figures() }
    let slices = 12
    for slice in 0..<slices {
      let kind = slice % Kind.allCases.count
      let end = ContinuousClock.now + .seconds(seconds / Double(slices))
      let slice = Slice(jobs: jobs, end: end, progress: progress)
      let usage = Usage.now
      let lists: [Figures] =
        switch Kind.allCases[kind] {
        case .inTurn: [try slice.call(seed: 0)]
        case .threads: try slice.callFromThreads(callers)
        case .tasks: try await slice.callFromTasks(callers)
        }
      for list in lists { results[kind].add(list) }
      results[kind].add(usage: Usage.now - usage)
    }
    let alone = results[0].runsPerSecond
    print("\(jobs.count) plans and networks, \(Machine.coreCount) cores, \(Machine.processorName)")
    for (kind, figures) in zip(Kind.allCases, results) {
      print("\(kind.name(callers)): \(figures.text(beside: alone))")
    }
    guard results.allSatisfy({ $0.wrong == 0 }) else { throw ExitCode.failure }
  }

  /// Layers of all kernels, some of them twice, in both layouts, and the networks.
  private func jobs() throws -> [any Job] {
    let planner = Planner(threads: threads)
    let layers = (0..<12).map { LayerCase.random(seed: $0, work: 3_000_000) }
    return try layers.flatMap { layer in
      try Layout.allCases.map { try LayerJob(layer, $0, with: planner) }
    } + networks.map { try NetworkJob(Network(contentsOf: $0), with: planner) }
  }
}

private enum Kind: CaseIterable {
  case inTurn, threads, tasks

  func name(_ callers: Int) -> String {
    switch self {
    case .inTurn: "one caller"
    case .threads: "\(callers) threads"
    case .tasks: "\(callers) Swift tasks"
    }
  }
}

/// A part of the time in which one kind of callers is at work.
private struct Slice: Sendable {
  let jobs: [any Job]
  let end: ContinuousClock.Instant
  let progress: Progress

  /// One caller's runs, one after the other.
  func call(seed: Int) throws -> Figures {
    var random = SplitMix64(seed: seed)
    var benches: [Int: any Bench] = [:]
    var figures = Figures()
    while ContinuousClock.now < end {
      let index = Int.random(in: jobs.indices, using: &random)
      let bench = try benches[index] ?? jobs[index].bench()
      let begin = ContinuousClock.now
      try bench.run()
      figures.add(ContinuousClock.now - begin, isRight: bench.isRight)
      benches[index] = bench
      progress.step()
    }
    return figures
  }

  func callFromThreads(_ count: Int) throws -> [Figures] {
    let results = Mutex<[Result<Figures, any Error>]>([])
    let group = DispatchGroup()
    for seed in 0..<count {
      group.enter()
      Thread {
        let result = Result { try call(seed: seed) }
        results.withLock { $0.append(result) }
        group.leave()
      }.start()
    }
    group.wait()
    return try results.withLock { try $0.map { try $0.get() } }
  }

  func callFromTasks(_ count: Int) async throws -> [Figures] {
    try await withThrowingTaskGroup(of: Figures.self) { group in
      for seed in 0..<count {
        group.addTask {
          var random = SplitMix64(seed: seed)
          var figures = Figures()
          while ContinuousClock.now < end {
            let job = jobs.randomElement(using: &random)!
            let begin = ContinuousClock.now
            let isRight = try await job.isRightInBackground()
            figures.add(ContinuousClock.now - begin, isRight: isRight)
            progress.step()
          }
          return figures
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
  }
}

/// Whether anything comes to its end.
private final class Progress: Sendable {
  private let steps = Atomic<Int>(0)

  func step() { steps.add(1, ordering: .relaxed) }

  /// Ends the process where nothing does for half a minute.
  func watch() {
    var last = -1
    while true {
      let now = steps.load(ordering: .relaxed)
      guard now != last else {
        print("no run ended for half a minute")
        exit(1)
      }
      last = now
      sleep(30)
    }
  }
}

/// What callers saw.
private struct Figures: Sendable {
  private var milliseconds: [Double] = []
  private(set) var wrong = 0
  private var usage = Usage(wall: 0, processor: 0)

  mutating func add(_ duration: Duration, isRight: Bool) {
    milliseconds.append(duration / .milliseconds(1))
    if !isRight { wrong += 1 }
  }

  mutating func add(_ other: Figures) {
    milliseconds += other.milliseconds
    wrong += other.wrong
  }

  mutating func add(usage other: Usage) {
    usage = Usage(wall: usage.wall + other.wall, processor: usage.processor + other.processor)
  }

  var runsPerSecond: Double { Double(milliseconds.count) / usage.wall }

  func text(beside alone: Double) -> String {
    let sorted = milliseconds.sorted()
    func percentile(_ part: Double) -> String {
      String(format: "%.2f", sorted[Int(part * Double(sorted.count - 1))])
    }
    return """
      \(sorted.count) runs, \(wrong) wrong, \(Int(runsPerSecond)) a second \
      (\(String(format: "%.2f", runsPerSecond / alone)) of one caller's), \
      \(String(format: "%.2f", usage.processor / usage.wall)) cores in use, \
      latency in ms: median \(percentile(0.5)), p99 \(percentile(0.99)), largest \(percentile(1))
      """
  }
}

/// Time of the clock and of the process on all processors, in seconds.
private struct Usage: Sendable {
  var wall, processor: Double

  static var now: Usage {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    let processor = [usage.ru_utime, usage.ru_stime].reduce(0) {
      $0 + Double($1.tv_sec) + Double($1.tv_usec) * 1e-6
    }
    return Usage(wall: Double(DispatchTime.now().uptimeNanoseconds) * 1e-9, processor: processor)
  }

  static func - (a: Usage, b: Usage) -> Usage {
    Usage(wall: a.wall - b.wall, processor: a.processor - b.processor)
  }
}
