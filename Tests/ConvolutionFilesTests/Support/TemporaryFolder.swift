import Foundation

/// Runs `body` with a new folder, and removes it.
func withTemporaryFolder(_ body: (TemporaryFolder) throws -> Void) throws {
  let folder = FileManager.default.temporaryDirectory.appending(
    path: "ConvolutionFilesTests-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  try body(TemporaryFolder(path: folder.path))
}

struct TemporaryFolder {
  let path: String

  /// Writes a file and gives its path.
  func file(_ name: String, _ bytes: [UInt8]) throws -> String {
    let path = "\(path)/\(name)"
    try Data(bytes).write(to: URL(filePath: path))
    return path
  }
}

/// Little-endian bytes.
func bytes<Integer: FixedWidthInteger>(_ value: Integer) -> [UInt8] {
  (0..<Integer.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
}

/// Little-endian bytes of floats, one behind the other.
func bytes(_ floats: [Float]) -> [UInt8] { floats.flatMap { bytes($0.bitPattern) } }
