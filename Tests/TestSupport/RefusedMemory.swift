import CMalloc
import Glibc
import Synchronization

/// How many more blocks of ``AlignedMemory`` the process gets before one is refused; below 0: all are given.
private let blocksLeft = Atomic<Int>(-1)

/// Stands in for the C library's function, from which the library has its memory for samples, weights and plans, and Swift
/// that of some objects, which it has to get.
@_cdecl("posix_memalign")
package func refusablePosixMemalign(
  _ memory: UnsafeMutablePointer<UnsafeMutableRawPointer?>, _ alignment: Int, _ bytes: Int
) -> Int32 {
  if alignment >= 64, blocksLeft.load(ordering: .relaxed) >= 0,
    blocksLeft.subtract(1, ordering: .relaxed).oldValue == 0
  {
    return ENOMEM
  }
  guard let block = memalign(alignment, bytes) else { return ENOMEM }
  memory.pointee = block
  return 0
}

/// Calls `body` while one block of memory is refused, whichever thread asks for it; for a process of its own.
///
/// - Parameter index: the number of the block, from 0.
/// - Returns: whether it was asked for, and what `body` threw.
package func refusing(
  block index: Int, _ body: () throws -> Void
) -> (wasAskedFor: Bool, error: (any Error)?) {
  blocksLeft.store(index, ordering: .relaxed)
  defer { blocksLeft.store(-1, ordering: .relaxed) }
  var thrown: (any Error)?
  do { try body() } catch { thrown = error }
  return (blocksLeft.load(ordering: .relaxed) < 0, thrown)
}

/// What all of this process has of `malloc`.
package func allocatedBytes() -> Int {
  let info = mallinfo2()
  return Int(info.uordblks + info.hblkhd)
}
