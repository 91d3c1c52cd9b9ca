import Convolution
import Foundation

/// Everything a run measured; as JSON, the object that `--json` writes.
struct Report: Encodable {
  let machine: MachineReport
  let layers: [LayerReport]

  func writeJSON(to path: String) throws {
    try Output.write(Output.json(of: self), to: path, of: "--json")
  }

  func writeHTML(to path: String) throws {
    try Output.write(Page.html(of: self), to: path, of: "--html")
  }
}

struct MachineReport: Encodable {
  /// When the run ended, as ISO 8601 has it, in UTC.
  let date: String
  let processor: String
  let cores, privateCacheBytes: Int
  let isa: String
  let threads, rounds: Int
  /// Medians of the rounds.
  let peakGFLOPS, copyGBPS: Double
}

enum Output {
  static func json(of value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  /// - Parameter option: what asked for the file, for the error.
  static func write(_ text: String, to path: String, of option: String) throws {
    do {
      try Data(text.utf8).write(to: URL(filePath: path))
    } catch {
      throw Failure("\(option): cannot write \(path): \(error.localizedDescription)")
    }
  }
}
