import Foundation

/// On which side of the memory an inaccessible page follows without a gap.
enum GuardedSide: CaseIterable {
  case before, after
}

/// Memory between two inaccessible pages, one of which it touches: a read or write beyond that end kills the process.
final class GuardedMemory<Element: BitwiseCopyable> {
  let buffer: UnsafeMutableBufferPointer<Element>
  private let pages: UnsafeMutableRawPointer
  private let byteCount: Int

  /// - Parameter alignment: of the first element. With a guard `after` the count should fill whole multiples of it.
  init(count: Int, side: GuardedSide, alignment: Int = MemoryLayout<Element>.alignment) {
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let bytes = count * MemoryLayout<Element>.stride
    let accessible = (bytes + page - 1) / page * page
    byteCount = accessible + 2 * page
    pages = mmap(nil, byteCount, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    precondition(pages != MAP_FAILED, "no memory for guard pages")
    let first = pages + page
    if accessible > 0 { precondition(mprotect(first, accessible, PROT_READ | PROT_WRITE) == 0) }
    let offset = side == .before ? 0 : (accessible - bytes) / alignment * alignment
    buffer = UnsafeMutableBufferPointer(
      start: (first + offset).bindMemory(to: Element.self, capacity: count), count: count)
  }

  convenience init(_ elements: [Element], side: GuardedSide) {
    self.init(count: elements.count, side: side)
    _ = buffer.update(fromContentsOf: elements)
  }

  var readOnly: UnsafeBufferPointer<Element> { UnsafeBufferPointer(buffer) }
  var bytes: UnsafeMutableRawBufferPointer { UnsafeMutableRawBufferPointer(buffer) }

  deinit { munmap(pages, byteCount) }
}
