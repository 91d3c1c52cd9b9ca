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
    try Self.write(encoder.encode(self), to: path, of: "--json")
  }

  func writeHTML(to path: String) throws {
    try Self.write(Data(Page.html(of: self).utf8), to: path, of: "--html")
  }

  private static func write(_ data: Data, to path: String, of option: String) throws {
    do {
      try data.write(to: URL(filePath: path))
    } catch {
      throw Failure("\(option): cannot write \(path): \(error.localizedDescription)")
    }
  }
}

struct MachineReport: Encodable {
  /// When the run ended, as ISO 8601 has it, in UTC.
  let date: String
  let processor: String
  let cores, privateCacheBytes: Int
  let instructionSet: String
  let threads, rounds: Int
  /// Medians of the rounds.
  let peakGFLOPS, copyGBPS: Double

  enum CodingKeys: String, CodingKey {
    case date, processor, cores, threads, rounds
    case privateCacheBytes = "private_cache_bytes"
    case instructionSet = "isa"
    case peakGFLOPS = "peak_gflops"
    case copyGBPS = "copy_gbps"
  }
}
