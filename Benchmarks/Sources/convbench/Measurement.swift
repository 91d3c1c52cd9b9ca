import Convolution
import Foundation

/// The whole run: every layer planned and checked, then timed in rounds beside the machine's own limits.
enum Measurement {
  /// Float32 sums of thousands of products differ from float64 by some millionths; a wrong tap by much more.
  static let tolerance = 1e-4

  static func report(on layers: [LayerLine], planner: Planner, rounds: Int) throws -> Report {
    let threads = planner.threads ?? Machine.coreCount
    let instructionSet = planner.instructionSet ?? Machine.instructionSet
    var progress = ProgressBar(steps: layers.count * (rounds + 1))
    var buffers = SharedBuffers()
    var trials: [Trial] = []
    for line in layers {
      progress.step(line.name)
      do {
        trials.append(try Trial(line, planner: planner, buffers: &buffers))
      } catch {
        progress.clear()
        throw Failure("\(line.name): \(error)")
      }
    }
    var peaks: [Double] = []
    var bandwidths: [Double] = []
    for _ in 0..<rounds {
      peaks.append(
        Machine.measureFMAPeak(instructionSet: instructionSet, threads: threads))
      bandwidths.append(Machine.measureCopyBandwidth(threads: threads))
      for index in trials.indices {
        progress.step(trials[index].line.name)
        try trials[index].runRound(buffers: buffers)
      }
    }
    progress.clear()
    let machine = MachineReport(
      date: Date.now.formatted(.iso8601), processor: Machine.processorName,
      cores: Machine.coreCount, privateCacheBytes: Machine.privateCacheBytes,
      instructionSet: instructionSet.rawValue, threads: threads, rounds: rounds,
      peakGFLOPS: median(peaks.sorted()), copyGBPS: median(bandwidths.sorted()))
    return Report(
      machine: machine, layers: trials.map(LayerReport.init))
  }

  /// The middle of sorted values.
  static func median<Value>(_ sorted: [Value]) -> Value { sorted[sorted.count / 2] }
}
