import ArgumentParser
import Convolution
import Foundation
import LayerCases

/// What a loop of the same process on every core notices of threads that ran a layer a moment ago.
struct Neighbour: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Time loops of a neighbour's between runs, and where there are no runs.")

  @Option(help: "How often either is timed.") var rounds = 100

  func run() throws {
    let job = try LayerJob(
      LayerCase.random(seed: 1, work: 3_000_000), .channelsFirst,
      with: Planner(threads: Machine.coreCount, costModel: .arithmetic))
    let bench = try job.bench()
    var (quiet, between): ([Double], [Double]) = ([], [])
    for _ in 0..<rounds {
      usleep(50_000)
      quiet.append(Self.milliseconds())
      for _ in 0..<20 { try bench.run() }
      // Workers may look for more work for a millisecond.
      usleep(2_000)
      between.append(Self.milliseconds())
    }
    let (before, after) = (quiet.sorted()[rounds / 2], between.sorted()[rounds / 2])
    print(
      String(
        format:
          "a loop on each of %d cores takes %.3f ms without runs, %.3f between them: %+.1f %%",
        Machine.coreCount, before, after, (after / before - 1) * 100))
  }

  /// What a loop on every core takes until the last one ends.
  private static func milliseconds() -> Double {
    let begin = ContinuousClock.now
    DispatchQueue.concurrentPerform(iterations: Machine.coreCount) { _ in
      var x = 1.0
      for _ in 0..<2_000_000 { x = x * 0.999_999 + 1e-9 }
      precondition(x > 0)
    }
    return (ContinuousClock.now - begin) / .milliseconds(1)
  }
}
