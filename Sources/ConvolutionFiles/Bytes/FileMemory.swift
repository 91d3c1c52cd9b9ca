import Convolution
import Glibc

/// Memory that nobody writes to any more: a mapped file, or bytes that were unpacked. It goes with the object.
final class FileMemory: @unchecked Sendable {
  let bytes: UnsafeRawBufferPointer
  private let isMapped: Bool

  /// A file, mapped. Whoever shortens it while it is read ends the process, as with every mapped file.
  ///
  /// - Throws: `.inputOutput`.
  init(mapping file: borrowing InputFile) throws(ConvolutionError) {
    guard file.size > 0 else {
      bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      isMapped = false
      return
    }
    guard let start = mmap(nil, file.size, PROT_READ, MAP_PRIVATE, file.descriptor, 0),
      start != MAP_FAILED
    else { throw systemError(file.path, expected: "a readable file") }
    bytes = UnsafeRawBufferPointer(start: start, count: file.size)
    isMapped = true
  }

  /// Takes over memory of `malloc`.
  init(freeing bytes: UnsafeMutableRawBufferPointer) {
    self.bytes = UnsafeRawBufferPointer(bytes)
    isMapped = false
  }

  deinit {
    let start = UnsafeMutableRawPointer(mutating: bytes.baseAddress)
    if isMapped { munmap(start!, bytes.count) } else { free(start) }
  }
}

/// Memory that grows as bytes come, and never beyond a limit.
struct GrowingMemory: ~Copyable {
  private(set) var count = 0
  private(set) var bytes: UnsafeMutableRawBufferPointer
  let limit: Int

  init(limit: Int) {
    self.limit = limit
    bytes = UnsafeMutableRawBufferPointer(start: nil, count: 0)
  }

  deinit { free(bytes.baseAddress) }

  /// The memory behind the bytes that came: some, unless the limit is reached.
  ///
  /// - Throws: `.outOfMemory`, for `name`.
  mutating func room(for name: String) throws(ConvolutionError) -> UnsafeMutableRawBufferPointer {
    if count == bytes.count, count < limit {
      let size = min(limit, max(1 << 16, 2 * count))
      guard let start = realloc(bytes.baseAddress, size) else {
        throw ConvolutionError(
          .outOfMemory, argument: name, received: "a need of \(size) bytes",
          expected: "no more than the system can allocate")
      }
      bytes = UnsafeMutableRawBufferPointer(start: start, count: size)
    }
    return UnsafeMutableRawBufferPointer(rebasing: bytes[count...])
  }

  /// Takes all of the limit, as zeros.
  ///
  /// - Throws: `.outOfMemory`, for `name`.
  mutating func fill(for name: String) throws(ConvolutionError) {
    guard let start = calloc(max(limit, 1), 1) else {
      throw ConvolutionError(
        .outOfMemory, argument: name, received: "a need of \(limit) bytes",
        expected: "no more than the system can allocate")
    }
    Glibc.free(bytes.baseAddress)
    bytes = UnsafeMutableRawBufferPointer(start: start, count: limit)
    count = limit
  }

  /// Tells that so many bytes were written there.
  mutating func grow(by written: Int) { count += written }

  /// All that came.
  consuming func finished(name: String) -> FileBytes {
    let memory = FileMemory(freeing: bytes)
    let count = count
    discard self
    return FileBytes(memory, 0..<count, name: name)
  }
}
