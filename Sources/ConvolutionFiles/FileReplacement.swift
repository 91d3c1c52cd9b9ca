import Convolution
import Glibc

/// The new content of a file, on the disk beside it under another name until it takes the file's place.
///
/// Files that belong together are all written before the first one takes its place.
package struct FileReplacement: ~Copyable {
  private let path: String
  /// What the path names, links followed.
  private let target: String
  private let temporary: String

  /// Writes `parts`, one after the other.
  ///
  /// - Throws: `.inputOutput`; nothing is left then.
  package init(
    ofFile path: String, with parts: [UnsafeRawBufferPointer]
  ) throws(ConvolutionError) {
    var target = path
    var permissions: mode_t?
    var status = stat()
    if stat(path, &status) == 0 {
      guard isRegular(status) else {
        throw ConvolutionError(
          .inputOutput, argument: path, received: "something that is not a regular file",
          expected: "a file to write")
      }
      permissions = status.st_mode & 0o777
      // A link stays a link: the file it names is replaced.
      if let resolved = realpath(path, nil) {
        target = String(cString: resolved)
        free(resolved)
      }
    }
    let folder = target.lastIndex(of: "/").map { target[...$0] } ?? ""
    let temporary = "\(folder).\(String(UInt64.random(in: 0 ... .max), radix: 36)).partial"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw systemError(path, expected: "a folder to write into") }
    var isWritten = parts.allSatisfy { write($0, to: descriptor) }
    if isWritten, let permissions { isWritten = fchmod(descriptor, permissions) == 0 }
    // A name must not come to stand for bytes that a power cut can still take away.
    if isWritten { isWritten = fsync(descriptor) == 0 }
    // Closing tells of failures that writing did not, on file systems that delay.
    var failure = isWritten ? 0 : errno
    if close(descriptor) != 0, failure == 0 { failure = errno }
    guard failure == 0 else {
      unlink(temporary)
      errno = failure
      throw systemError(path, expected: "a file to write")
    }
    (self.path, self.target, self.temporary) = (path, target, temporary)
  }

  deinit { unlink(temporary) }

  /// The file is the new one from here on.
  ///
  /// - Throws: `.inputOutput`; the old file is then as it was.
  package consuming func take() throws(ConvolutionError) {
    guard rename(temporary, target) == 0 else {
      throw systemError(path, expected: "a file to write")
    }
  }
}

private func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Bool {
  var done = 0
  while done < bytes.count {
    let count = Glibc.write(descriptor, bytes.baseAddress! + done, bytes.count - done)
    if count < 0, errno == EINTR { continue }
    if count < 0 { return false }
    done += count
  }
  return true
}
