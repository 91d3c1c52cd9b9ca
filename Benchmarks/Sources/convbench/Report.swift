import Convolution
import Foundation

/// Everything a run measured; as JSON, the object that `--json` writes.
struct Report: Encodable {
  let machine: MachineReport
  let layers: [LayerReport]

  func writeJSON(to path: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    do {
      try encoder.encode(self).write(to: URL(filePath: path))
    } catch {
      throw Failure("--json: cannot write \(path): \(error.localizedDescription)")
    }
  }
}

struct MachineReport: Encodable {
  let processor: String
  let cores: Int
  let instructionSet: String
  let threads, rounds: Int
  /// Medians of the rounds.
  let peakGFLOPS, copyGBPS: Double

  enum CodingKeys: String, CodingKey {
    case processor, cores, threads, rounds
    case instructionSet = "isa"
    case peakGFLOPS = "peak_gflops"
    case copyGBPS = "copy_gbps"
  }
}

struct LayerReport: Encodable {
  let name, descriptor: String
  let layout: LayoutWord
  let batch, groups, inputChannels, outputChannels: Int
  /// Of the axes of space, outermost first, as all lists here.
  let input, kernel, stride, dilation: [Int]
  /// Before and after each axis.
  let padding: [[Int]]
  let border, algorithm: String
  /// The median of the rounds' medians, and the best run of all.
  let medianMilliseconds, minMilliseconds: Double
  let gflops: Double
  /// The median of the rounds' shares of the peak measured beside them.
  let percentOfPeak: Double
  let maxRelativeError: Double
  let planMicroseconds, packMicroseconds, firstRunMilliseconds: Double
  let workspaceBytes: Int

  init(_ trial: Trial) {
    let plan = trial.plan
    let best = trial.rounds.map { $0.times[0] }.min()!
    let median = Measurement.median(trial.rounds.map { Measurement.median($0.times) }.sorted())
    let layer = trial.line.descriptor
    name = trial.line.name
    descriptor = layer.text
    layout = trial.line.options.layout ?? .nchw
    (batch, groups) = (layer.batch, layer.groups)
    (inputChannels, outputChannels) = (layer.inputChannels, layer.outputChannels)
    (input, kernel, stride, dilation) = (layer.input, layer.kernel, layer.stride, layer.dilation)
    padding = plan.padding.map { [$0.before, $0.after] }
    border = trial.line.options.border?.description ?? BorderWord.zeros.rawValue
    algorithm = plan.algorithm.rawValue
    medianMilliseconds = median / .milliseconds(1)
    minMilliseconds = best / .milliseconds(1)
    gflops = plan.floatingPointOperations / (median / .nanoseconds(1))
    percentOfPeak = Measurement.median(
      trial.rounds.map { round in
        let time = Measurement.median(round.times) / .nanoseconds(1)
        return 100 * plan.floatingPointOperations / time / round.peakGFLOPS
      }.sorted())
    maxRelativeError = trial.maxRelativeError
    planMicroseconds = trial.planTime / .microseconds(1)
    packMicroseconds = trial.packTime / .microseconds(1)
    firstRunMilliseconds = trial.firstRunTime / .milliseconds(1)
    workspaceBytes = plan.workspaceBytes
  }

  enum CodingKeys: String, CodingKey {
    case name, descriptor, layout, batch, groups, input, kernel, stride, dilation, padding
    case border, algorithm, gflops
    case inputChannels = "input_channels"
    case outputChannels = "output_channels"
    case medianMilliseconds = "median_ms"
    case minMilliseconds = "min_ms"
    case percentOfPeak = "percent_of_peak"
    case maxRelativeError = "max_rel_error"
    case planMicroseconds = "plan_us"
    case packMicroseconds = "pack_us"
    case firstRunMilliseconds = "first_run_ms"
    case workspaceBytes = "workspace_bytes"
  }
}
