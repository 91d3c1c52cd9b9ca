import Convolution
import Glibc

/// A regular file opened for reading, closed when the value goes.
package struct InputFile: ~Copyable {
  package let path: String
  /// In bytes, when the file was opened.
  package let size: Int
  let descriptor: Int32

  /// - Throws: `.inputOutput` for a file that cannot be opened or is not a regular one.
  package init(path: String) throws(ConvolutionError) {
    // Without O_NONBLOCK, opening a pipe that nobody writes to waits forever.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw systemError(path, expected: "a readable file") }
    var status = stat()
    guard fstat(descriptor, &status) == 0, isRegular(status) else {
      close(descriptor)
      throw ConvolutionError(
        .inputOutput, argument: path, received: "something that is not a regular file",
        expected: "a readable file")
    }
    self.path = path
    self.size = Int(status.st_size)
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// Fills `bytes` with the bytes of the file from `offset` on.
  ///
  /// - Throws: `.inputOutput` when there are fewer, or reading fails.
  package func read(
    into bytes: UnsafeMutableRawBufferPointer, at offset: Int
  ) throws(ConvolutionError) {
    guard lseek(descriptor, offset, SEEK_SET) == offset else {
      throw systemError(path, expected: "a readable file")
    }
    try read(into: bytes)
  }

  /// Fills `bytes` with the next bytes of the file.
  ///
  /// - Throws: `.inputOutput` when there are fewer, or reading fails.
  package func read(into bytes: UnsafeMutableRawBufferPointer) throws(ConvolutionError) {
    var done = 0
    while done < bytes.count {
      let count = Glibc.read(descriptor, bytes.baseAddress! + done, bytes.count - done)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw systemError(path, expected: "a readable file") }
      guard count > 0 else {
        throw ConvolutionError(
          .inputOutput, argument: path, received: "the end of the file",
          expected: "\(bytes.count - done) more bytes")
      }
      done += count
    }
  }

  /// The next `count` bytes of the file.
  package func read(_ count: Int) throws(ConvolutionError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let result = bytes.withUnsafeMutableBytes { buffer in
      Result { () throws(ConvolutionError) in try read(into: buffer) }
    }
    try result.get()
    return bytes
  }
}

/// Writes `parts`, one after the other, as the whole content of the file at `path`.
///
/// They go to a new file in the same folder, which then takes the name: whoever looks sees the old file or all of
/// the new one.
/// - Throws: `.inputOutput`; the old file is then as it was, and there is no new one.
package func replaceFile(
  atPath path: String, with parts: [UnsafeRawBufferPointer]
) throws(ConvolutionError) {
  let replacement = try FileReplacement(ofFile: path, with: parts)
  try replacement.take()
}

/// The same with bytes.
package func replaceFile(atPath path: String, content: [UInt8]) throws(ConvolutionError) {
  let result = content.withUnsafeBytes { bytes in
    Result { () throws(ConvolutionError) in try replaceFile(atPath: path, with: [bytes]) }
  }
  try result.get()
}

/// The same with text, as UTF-8.
package func replaceFile(atPath path: String, with text: String) throws(ConvolutionError) {
  try replaceFile(atPath: path, content: Array(text.utf8))
}

/// What a file of UTF-8 holds.
///
/// - Throws: `.inputOutput`; `.unsupportedFile` for other bytes.
package func textOfFile(atPath path: String) throws(ConvolutionError) -> String {
  let file = try InputFile(path: path)
  guard let text = String(validating: try file.read(file.size), as: UTF8.self) else {
    throw ConvolutionError(
      .unsupportedFile, argument: path, received: "bytes that are not UTF-8", expected: "text")
  }
  return text
}

/// Whether there is anything at `path`.
func fileExists(atPath path: String) -> Bool { access(path, F_OK) == 0 }

func isRegular(_ status: stat) -> Bool { status.st_mode & S_IFMT == S_IFREG }

/// What `errno` says of the file at `path`.
func systemError(_ path: String, expected: String) -> ConvolutionError {
  ConvolutionError(
    .inputOutput, argument: path, received: "\"\(String(cString: strerror(errno)))\"",
    expected: expected)
}
