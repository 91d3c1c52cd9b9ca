import Dispatch
import Synchronization

extension Array where Element: Sendable {
  /// What `transform` makes of each element; of several errors the first element's is thrown.
  ///
  /// - Parameter threads: at most so many elements at one time, or all that the machine has cores for.
  func concurrentMap<Value: Sendable>(
    threads: Int32,
    _ transform: @Sendable (Element) throws(NetworkError) -> Value
  ) throws(NetworkError) -> [Value] {
    guard threads > 1, count > 1 else { return try map(transform) }
    let results = Mutex<[Result<Value, NetworkError>?]>([_](repeating: nil, count: count))
    DispatchQueue.concurrentPerform(iterations: count) { index in
      let result = Result { () throws(NetworkError) in try transform(self[index]) }
      results.withLock { $0[index] = result }
    }
    return try results.withLock(\.self).map { (result) throws(NetworkError) in try result!.get() }
  }
}
