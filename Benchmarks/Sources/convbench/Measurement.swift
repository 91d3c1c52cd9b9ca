import Convolution
import ConvolutionOptions
import Foundation

/// The whole run: every layer planned and checked, then timed in rounds beside the machine's own limits.
enum Measurement {
  /// Float32 sums of thousands of products differ from float64 by some millionths; a wrong tap by much more.
  static let tolerance = 1e-4

  static func report(
    on layers: [LayerLine], planner: Planner, rounds: Int, trains: Bool
  ) throws -> Report {
    let threads = planner.threads ?? Machine.coreCount
    let instructionSet = planner.widestInstructionSet
    var progress = ProgressBar(steps: layers.count * (rounds + 1))
    defer { progress.clear() }
    let buffers = SharedBuffers()
    var trials = try layers.mapByName { line in
      progress.step(line.name)
      return try Trial(line, planner: planner, buffers: buffers, trains: trains)
    }
    var peaks: [Double] = []
    var bandwidths: [Double] = []
    for _ in 0..<rounds {
      peaks.append(MachineBenchmarks.fmaPeak(instructionSet, threads: threads))
      bandwidths.append(MachineBenchmarks.copyBandwidth(threads: threads))
      for index in trials.indices {
        progress.step(trials[index].line.name)
        try trials[index].runRound(buffers: buffers)
      }
    }
    let machine = MachineReport(
      date: Date.now.formatted(.iso8601), processor: Machine.processorName,
      cores: Machine.coreCount, privateCacheBytes: Machine.caches.level2,
      isa: instructionSet.description, threads: threads, rounds: rounds,
      peakGFLOPS: median(peaks), copyGBPS: median(bandwidths))
    return Report(machine: machine, layers: trials.map(LayerReport.init))
  }

  static func median<Value: Comparable>(_ values: [Value]) -> Value {
    values.sorted()[values.count / 2]
  }
}

extension Planner {
  /// The one that plans use where a kernel has it.
  var widestInstructionSet: InstructionSet {
    min(instructionSet ?? Machine.instructionSet, Machine.instructionSet)
  }
}
