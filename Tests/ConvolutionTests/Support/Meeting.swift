import CConvolution
import Foundation
import Synchronization

/// A run that tells how many threads it had. Its tasks may wait for each other, so that it ends at once where each of them
/// has a thread of its own.
///
/// A test that is right is not slowed down by a clock; one that is not gives up after some seconds.
final class Meeting: Sendable {
  private let tasks: Int
  private let state = Mutex(State())
  private let areWaiting: Bool
  private let inside: (@Sendable () -> Void)?

  private struct State {
    var present = 0
    var threads: Set<pthread_t> = []
    var hasGivenUp = false
  }

  /// - Parameters:
  ///   - areWaiting: whether tasks wait for each other.
  ///   - inside: is called by every task, after that.
  init(of tasks: Int, areWaiting: Bool = true, inside: (@Sendable () -> Void)? = nil) {
    self.tasks = tasks
    self.areWaiting = areWaiting
    self.inside = inside
  }

  /// Runs the tasks. Returns how many threads there were; nil where tasks waited for others in vain.
  func threads(askingFor threads: Int) -> Int? {
    var kernel = conv_kernel()
    kernel.run = { _, _, _, meeting in
      Unmanaged<Meeting>.fromOpaque(meeting!).takeUnretainedValue().arrive()
    }
    let tasks = Array(
      repeating: conv_task(first_panel: 0, end_panel: 1, first: (0, 0, 0), end: (1, 1, 1)),
      count: tasks)
    var memory: [Float] = [0]
    memory.withUnsafeMutableBufferPointer { memory in
      var operands = conv_operands(
        x: UnsafePointer(memory.baseAddress), residual: nil, packed: nil, bias: nil,
        y: memory.baseAddress)
      withUnsafePointer(to: kernel) { kernel in
        withUnsafePointer(to: conv_problem()) { problem in
          var phase = conv_phase(
            kernel: kernel, problem: problem, packed: nil, x: 0, y: 0, first: (0, 0, 0),
            step: (1, 1, 1), merged: (1, 1, 1))
          // Every thread's workspace is this object.
          conv_run(
            &phase, 1, &operands, conv_batch(images: 1, task_by_task: false), tasks,
            Int32(tasks.count), Int32(threads),
            conv_workspace(memory: Unmanaged.passUnretained(self).toOpaque(), stride: 0))
        }
      }
    }
    return state.withLock { $0.hasGivenUp ? nil : $0.threads.count }
  }

  private func arrive() {
    state.withLock {
      $0.present += 1
      $0.threads.insert(pthread_self())
    }
    for _ in 0..<10_000 {
      if !areWaiting || state.withLock({ $0.hasGivenUp || $0.present == tasks }) {
        inside?()
        return
      }
      usleep(1000)
    }
    state.withLock { $0.hasGivenUp = true }
  }
}
