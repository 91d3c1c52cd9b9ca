import CConvolution
import Foundation
import Testing

@testable import Convolution

/// The team of threads. Each test has a process of its own: no other test has leased threads of it.
struct TeamTests {
  /// Whatever was run before: threads that one run leased are there for the next.
  @Test func aRunOfAFreeMachineGetsTheThreadsThatItAsksFor() async {
    await #expect(processExitsWith: .success) {
      for threads in [2, 3, 5, 8, 1, 2, 4, 8] {
        for _ in 0..<3 {
          let met = Meeting(of: threads).threads(askingFor: threads)
          #expect(met == threads, "asked for \(threads)")
        }
      }
    }
  }

  /// One that asks for more threads than there are tasks leases no more than these.
  @Test func threadsWithoutATaskAreNotLeased() async {
    await #expect(processExitsWith: .success) {
      for _ in 0..<20 { #expect(Meeting(of: 2).threads(askingFor: 1000) == 2) }
      #expect(Meeting(of: 6).threads(askingFor: 6) == 6)
    }
  }

  @Test func callersThatMeetShareTheThreads() async {
    await #expect(processExitsWith: .success) {
      let cores = max(Machine.coreCount, 2)
      let (begun, ended) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
      let first = Thread {
        let all = Meeting(of: cores) {
          begun.signal()
          ended.wait()
        }
        #expect(all.threads(askingFor: cores) == cores)
        begun.signal()
      }
      first.start()
      for _ in 0..<cores { begun.wait() }
      // All are taken: whoever comes now computes alone, task after task.
      for _ in 0..<3 {
        #expect(Meeting(of: 4, areWaiting: false).threads(askingFor: 2) == 1)
      }
      for _ in 0..<cores { ended.signal() }
      begun.wait()
      // And all are given back.
      #expect(Meeting(of: cores + 2).threads(askingFor: cores + 2) == cores + 2)
    }
  }
}
