import Foundation

/// On which side of the memory an inaccessible page follows without a gap.
enum GuardedSide: CaseIterable {
  case before, after
}

/// Memory between two inaccessible pages, one of which it touches: a read or write beyond that end kills the process.
///
/// Memory at an offset is at most 15 floats away from the page; what lies between is NaN, and ``isIntact`` tells whether
/// that was written to.
final class GuardedMemory<Element: BitwiseCopyable> {
  let buffer: UnsafeMutableBufferPointer<Element>
  private let pages: UnsafeMutableRawBufferPointer
  /// The accessible bytes.
  private let bytesBetween: UnsafeMutableRawBufferPointer

  /// - Parameters:
  ///   - alignment: of the first element. With a guard `after` the count should fill whole multiples of it.
  ///   - offset: elements from a 64-byte boundary to the first one; nil: whatever brings it next to the page.
  init(
    count: Int, side: GuardedSide, alignment: Int = MemoryLayout<Element>.alignment,
    offset: Int? = nil
  ) {
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let bytes = count * MemoryLayout<Element>.stride
    let shift = (offset ?? 0) * MemoryLayout<Element>.stride
    let accessible = (bytes + shift + page - 1) / page * page
    pages = UnsafeMutableRawBufferPointer(
      start: mmap(nil, accessible + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
      count: accessible + 2 * page)
    precondition(pages.baseAddress != MAP_FAILED, "no memory for guard pages")
    bytesBetween = UnsafeMutableRawBufferPointer(rebasing: pages[page..<page + accessible])
    if accessible > 0 {
      precondition(mprotect(bytesBetween.baseAddress!, accessible, PROT_READ | PROT_WRITE) == 0)
    }
    let room = accessible - bytes
    let place =
      switch (side, offset) {
      case (.before, _): shift
      case (.after, nil): room / alignment * alignment
      case (.after, _): (room - shift) / 64 * 64 + shift
      }
    if offset != nil { memset(bytesBetween.baseAddress!, 0xFF, accessible) }
    buffer = UnsafeMutableBufferPointer(
      start: (pages.baseAddress! + page + place).bindMemory(to: Element.self, capacity: count),
      count: count)
  }

  convenience init(_ elements: [Element], side: GuardedSide, offset: Int? = nil) {
    self.init(count: elements.count, side: side, offset: offset)
    _ = buffer.update(fromContentsOf: elements)
  }

  var readOnly: UnsafeBufferPointer<Element> { UnsafeBufferPointer(buffer) }
  var bytes: UnsafeMutableRawBufferPointer { UnsafeMutableRawBufferPointer(buffer) }

  /// Of memory at an offset: whether nothing but its elements was written.
  var isIntact: Bool {
    guard let first = bytesBetween.baseAddress else { return true }
    let place = UnsafeRawPointer(buffer.baseAddress!) - UnsafeRawPointer(first)
    return bytesBetween[..<place].allSatisfy { $0 == 0xFF }
      && bytesBetween[(place + bytes.count)...].allSatisfy { $0 == 0xFF }
  }

  deinit { munmap(pages.baseAddress, pages.count) }
}
