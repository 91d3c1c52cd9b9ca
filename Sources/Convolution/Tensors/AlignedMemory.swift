import Glibc

/// Memory for `count` elements of a trivial type on a 64-byte boundary, freed with the object.
///
/// Shared between threads only while nobody writes.
package final class AlignedMemory<Element: BitwiseCopyable>: @unchecked Sendable {
  package let buffer: UnsafeMutableBufferPointer<Element>

  /// Uninitialised memory.
  ///
  /// - Parameter argument: what needs the memory, for the error.
  /// - Throws: `.outOfMemory`, `.integerOverflow`.
  package init(count: Int, argument: String) throws(ConvolutionError) {
    let bytes = try Checked.multiply(count, MemoryLayout<Element>.stride, argument: argument)
    var memory: UnsafeMutableRawPointer?
    let isLarge = bytes >= 2 * hugePage
    let alignment = isLarge ? hugePage : memoryAlignment
    guard posix_memalign(&memory, alignment, max(bytes, 1)) == 0, let memory else {
      throw ConvolutionError(
        .outOfMemory, argument: argument, received: "a need of \(bytes) bytes",
        expected: "no more than the system can allocate")
    }
    // The system is asked for large pages, which are sooner there and sooner found; it may decline.
    if isLarge { madvise(memory, bytes, MADV_HUGEPAGE) }
    buffer = UnsafeMutableBufferPointer(
      start: memory.bindMemory(to: Element.self, capacity: count), count: count)
  }

  deinit { free(buffer.baseAddress) }
}

/// The bytes of a large page.
private let hugePage = 2 << 20

/// The boundary, in bytes, that memory begins on: a cache line, and the widest vector.
package let memoryAlignment = 64

extension Int {
  /// Bytes up to the next such boundary.
  package var roundedUpToALine: Int {
    (self + memoryAlignment - 1) / memoryAlignment * memoryAlignment
  }
}
