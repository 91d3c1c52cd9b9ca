import Foundation

/// A folder with the file that inputs are written to, one after the other, beside files that they may name.
struct InputFolder {
  let path: String
  /// Of the file.
  let input: String
  private let descriptor: Int32

  init(_ format: Format) throws {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "filefuzz-\(ProcessInfo.processInfo.processIdentifier)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    path = folder.path(percentEncoded: false)
    input = path + "/input"
    descriptor = open(input, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { fatalError("\(input): \(String(cString: strerror(errno)))") }
    for (name, bytes) in try format.companions {
      try Data(bytes).write(to: folder.appending(path: name))
    }
  }

  /// Makes `bytes` all that the file has.
  func write(_ bytes: UnsafeRawBufferPointer) {
    guard ftruncate(descriptor, 0) == 0,
      pwrite(descriptor, bytes.baseAddress, bytes.count, 0) == bytes.count
    else { fatalError("\(input): \(String(cString: strerror(errno)))") }
  }

  func remove() { try? FileManager.default.removeItem(atPath: path) }
}
