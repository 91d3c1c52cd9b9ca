import CMachineBenchmarks
import Convolution
import Foundation
import Synchronization

/// The machine's own limits, measured.
enum MachineBenchmarks {
  /// Arithmetic, in GFLOP/s: multiply-adds that never leave the registers.
  ///
  /// - Precondition: the machine has the instruction set.
  static func fmaPeak(
    _ instructionSet: InstructionSet, threads: Int, time: Duration = .milliseconds(100)
  ) -> Double {
    let lanes: Int32 =
      switch instructionSet {
      case .avx512: 16
      case .avx2: 8
      default: 4
      }
    return rate(threads: threads, time: time) { { fma_burst(lanes, 50_000) } }
  }

  /// Memory, in GB/s read plus written: copies far larger than the caches.
  static func copyBandwidth(threads: Int) -> Double {
    rate(threads: threads, time: .milliseconds(100)) {
      let bytes = 64 << 20
      let from = [UInt8](repeating: 1, count: bytes)
      var to = [UInt8](repeating: 2, count: bytes)
      return {
        to.withUnsafeMutableBytes { $0.copyBytes(from: from) }
        return 2 * Double(bytes)
      }
    }
  }

  /// What the bursts of so many threads do a nanosecond, all threads together.
  ///
  /// Each thread goes by the median of its own bursts. Threads beyond the cores would do no more.
  ///
  /// - Parameter prepare: makes what a thread runs; that returns how much it did.
  private static func rate(
    threads: Int, time: Duration, prepare: @escaping @Sendable () -> () -> Double
  ) -> Double {
    let total = Mutex(0.0)
    let group = DispatchGroup()
    for _ in 0..<min(threads, Machine.coreCount) {
      group.enter()
      // Not a queue's thread: a queue may think that one is enough.
      Thread {
        let burst = prepare()
        let clock = ContinuousClock()
        let end = clock.now + time
        var rates: [Double] = []
        repeat {
          let start = clock.now
          let work = burst()
          rates.append(work / ((clock.now - start) / .nanoseconds(1)))
        } while clock.now < end
        total.withLock { $0 += Measurement.median(rates) }
        group.leave()
      }.start()
    }
    group.wait()
    return total.withLock { $0 }
  }
}
