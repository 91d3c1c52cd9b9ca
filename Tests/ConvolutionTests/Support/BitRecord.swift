import Foundation

@testable import Convolution
@testable import LayerCases

/// The bits that the large layers' outputs have on every machine: a hash for each layer and instruction set, of all ways
/// to compute the layer in both layouts.
enum BitRecord {
  private static let file = URL(filePath: #filePath)
    .appending(path: "../../Fixtures/large-layer-bits.txt").standardized
  private static let heading = """
    # Of each layer of LayerCase.large: scalar, avx2 and avx512. Written by BitIdentityTests on a CPU with all of them,
    # where CONVOLUTION_WRITE_BITS=1 is in the environment.

    """
  /// Layers are recorded at the same time.
  private static let lock = NSLock()
  nonisolated(unsafe) private static var written: [Int: [UInt64]] = [:]

  /// The hash on record.
  static func hash(ofLayer index: Int, on set: InstructionSet) throws -> UInt64? {
    let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
      .filter { !$0.hasPrefix("#") }
    let column = InstructionSet.allCases.firstIndex(of: set)!
    guard lines.indices.contains(index) else { return nil }
    return UInt64(lines[index].split(separator: " ")[column], radix: 16)
  }

  /// Whether hashes are to be put on record.
  static let isWritten = ProcessInfo.processInfo.environment["CONVOLUTION_WRITE_BITS"] == "1"

  /// Puts the hashes of a layer on record; the file is written when all layers are.
  static func write(_ hashes: [UInt64], ofLayer index: Int) throws {
    lock.lock()
    defer { lock.unlock() }
    written[index] = hashes
    guard written.count == LayerCase.large.count else { return }
    let lines = written.sorted { $0.key < $1.key }.map {
      $0.value.map { String($0, radix: 16) }.joined(separator: " ") + "\n"
    }
    try (heading + lines.joined()).write(to: file, atomically: true, encoding: .utf8)
  }
}

/// A 64-bit FNV-1a hash (Fowler, Noll and Vo 1991) of floats' bits. All NaN are one.
func bitHash(_ values: [Float]) -> UInt64 {
  var hash: UInt64 = 0xCBF2_9CE4_8422_2325
  for value in values {
    var bits = value.isNaN ? Float.nan.bitPattern : value.bitPattern
    for _ in 0..<4 {
      hash = (hash ^ UInt64(bits & 0xFF)) &* 0x100_0000_01B3
      bits >>= 8
    }
  }
  return hash
}
