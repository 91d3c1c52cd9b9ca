import Dispatch
import Synchronization

/// Runs in the background: some at once, the others in a line.
final class BackgroundRuns: Sendable {
  typealias Work = @Sendable () -> Void

  static let shared = BackgroundRuns(most: Machine.coreCount)

  private let most: Int
  private let state = Mutex<(running: Int, waiting: [Work])>((0, []))
  private let queue = DispatchQueue(label: "swift-convolution.background", attributes: .concurrent)

  init(most: Int) { self.most = most }

  func add(_ work: @escaping Work) {
    let starts = state.withLock { state in
      guard state.running < most else {
        state.waiting.append(work)
        return false
      }
      state.running += 1
      return true
    }
    if starts { queue.async { self.run(work) } }
  }

  /// Runs `work` and then whatever waits.
  private func run(_ work: @escaping Work) {
    var next: Work? = work
    while let work = next {
      work()
      next = state.withLock { state in
        guard !state.waiting.isEmpty else {
          state.running -= 1
          return nil
        }
        return state.waiting.removeFirst()
      }
    }
  }
}
