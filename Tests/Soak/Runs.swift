import ArgumentParser
import Convolution
import Foundation
import LayerCases
import Synchronization
import TestSupport

/// Years of runs: of plans that come and go, for shapes that change.
struct Runs: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run small plans very often, and look at memory, threads and open files.",
    discussion: """
      Every core has a caller with plans of convolutions, transposed layers, gradients and pools; every tenth run is the first \
      of a new plan, for another shape, in the place of an old one. The command fails where memory, threads or open files \
      are more at the end than they ever were in the first minute, or the first half where that is sooner.
      """)

  @Option(help: "How many.") var runs = 10_000_000
  @Option(help: "Of the layers, shapes and choices.") var seed = 1

  func run() throws {
    let done = Atomic<Int>(0)
    let failure = Mutex<(any Error)?>(nil)
    let start = ContinuousClock.now
    let callers = Machine.coreCount
    let group = DispatchGroup()
    for caller in 0..<callers {
      group.enter()
      Thread {
        do {
          var plans = try PlansInUse(seed: seed &* 1000 &+ caller)
          while done.add(1, ordering: .relaxed).newValue <= runs, failure.withLock({ $0 == nil }) {
            try plans.runOne()
          }
        } catch {
          failure.withLock { $0 = error }
        }
        group.leave()
      }.start()
    }
    var atFirst = Resources.now
    for second in 1... {
      guard group.wait(timeout: .now() + 1) == .timedOut else { break }
      let (count, now) = (min(done.load(ordering: .relaxed), runs), Resources.now)
      if second <= 60, count * 2 <= runs { atFirst = atFirst.most(now) }
      guard second % 10 == 0 else { continue }
      print("\(Int((ContinuousClock.now - start) / .seconds(1))) s: \(count) runs, \(now)")
      fflush(nil)
    }
    if let error = failure.withLock({ $0 }) { throw error }
    let end = Resources.now
    print("\(runs) runs of \(callers) callers, seed \(seed), then \(end)")
    print("at first \(atFirst) at most")
    guard end.fits(atFirst) else { throw ExitCode.failure }
  }
}

/// What the process has.
private struct Resources: CustomStringConvertible {
  let residentKilobytes, threads, files: Int

  static var now: Resources {
    let status =
      (try? String(contentsOf: URL(filePath: "/proc/self/status"), encoding: .utf8)) ?? ""
    func number(_ name: String) -> Int {
      let line = status.split(separator: "\n").first { $0.hasPrefix(name + ":") }
      return line.flatMap { Int($0.split(whereSeparator: \.isWhitespace)[1]) } ?? 0
    }
    let files = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd"))?.count
    return Resources(
      residentKilobytes: number("VmRSS"), threads: number("Threads"), files: files ?? 0)
  }

  var description: String {
    String(
      format: "%.1f MB resident, %d threads, %d files", Double(residentKilobytes) / 1024, threads,
      files)
  }

  /// The larger of each.
  func most(_ other: Resources) -> Resources {
    Resources(
      residentKilobytes: max(residentKilobytes, other.residentKilobytes),
      threads: max(threads, other.threads), files: max(files, other.files))
  }

  /// Whether there is no more than there was, but for a hundredth of the memory.
  func fits(_ before: Resources) -> Bool {
    residentKilobytes <= before.residentKilobytes * 101 / 100
      && threads <= before.threads && files <= before.files
  }
}

/// Plans of one caller: some hundred, of which one is replaced now and then.
private struct PlansInUse {
  private let layers: [LayerCase]
  private let made: [ConvolutionLayer]
  private var random: SplitMix64
  private var plans: [() throws -> Void] = []

  init(seed: Int) throws {
    random = SplitMix64(seed: seed)
    layers = (0..<40).map { LayerCase.random(seed: seed &* 40 &+ $0, work: 3000) }
    made = try layers.map { try $0.layer() }
    while plans.count < 200 { plans.append(try plan()) }
  }

  mutating func runOne() throws {
    let index = Int.random(in: plans.indices, using: &random)
    if Int.random(in: 0..<10, using: &random) == 0 { plans[index] = try plan() }
    try plans[index]()
  }

  private mutating func plan() throws -> () throws -> Void {
    let seed = Int(random.next() >> 40)
    let layout = Layout.allCases.randomElement(using: &random)!
    let planner = Planner(threads: Int.random(in: 1...2, using: &random))
    switch Int.random(in: 0..<10, using: &random) {
    case 0:
      let pool = PoolingCase.random(seed: seed, work: 3000)
      let x = try pool.input(in: layout)
      let plan = try pool.layer().plan(for: x.shape, layout: layout, with: planner)
      return { _ = try plan.run(x) }
    case 1:
      let layer = TransposedCase.random(seed: seed, work: 3000)
      let x = try layer.input(in: layout)
      let plan = try layer.layer().plan(for: x.shape, layout: layout, with: planner)
      return { _ = try plan.run(x) }
    case 2:
      let layer = LayerCase.random(seed: seed, work: 3000)
      let x = try layer.input(in: layout)
      let plan = try layer.layer().gradients(for: x.shape, layout: layout, with: planner)
      let y = try Tensor(repeating: 1, shape: plan.outputShape)
      return { _ = try plan.run(x, outputGradient: y, output: y) }
    default:
      return try planOfAnotherShape(layout, planner)
    }
  }

  /// A layer that is there already, for an image of other extents.
  private mutating func planOfAnotherShape(
    _ layout: Layout, _ planner: Planner
  ) throws -> () throws -> Void {
    while true {
      let index = Int.random(in: layers.indices, using: &random)
      var layer = layers[index]
      for axis in 2..<layer.inputShape.count {
        layer.inputShape[axis] += Int.random(in: 0...3, using: &random)
      }
      // A kernel may not fit what a negative padding leaves.
      guard layer.outputShape.allSatisfy({ $0 > 0 }) else { continue }
      layer.x = random.floats(layer.inputShape.reduce(1, *))
      let x = try layer.input(in: layout)
      let plan = try made[index].plan(for: x.shape, layout: layout, with: planner)
      return { _ = try plan.run(x) }
    }
  }
}
