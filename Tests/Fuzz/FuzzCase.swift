import Foundation

/// A random case: what is computed, and how.
protocol FuzzCase: CustomStringConvertible {
  /// How a case was computed, as far as it takes to compute it so again.
  associatedtype Manner

  /// The first thing that is wrong; nil: nothing is.
  ///
  /// - Parameter runs: how often something was computed and compared; added to.
  func failure(_ runs: inout Int) throws -> Failure<Manner>?

  /// Cases with less in them.
  var smaller: [Self] { get }

  /// Writes the files of a case that fails, and returns a command line that repeats it.
  func reproduction(of failure: Failure<Manner>, in folder: String) throws -> String
}

/// What is wrong with a case.
struct Failure<Manner> {
  let manner: Manner
  /// What was expected and what came.
  let text: String
}

extension FuzzCase {
  /// Whether the case is right. One that is not is made smaller, and a command that repeats it is printed.
  func isRight(_ runs: inout Int, folder: String) throws -> Bool {
    guard let failure = failure(errorsCounted: &runs) else { return true }
    var (smallest, reason) = (self, failure)
    var tries = 0
    while let next = smallest.smaller.lazy.compactMap({ (smaller) -> (Self, Outcome)? in
      tries += 1
      guard tries < 2000 else { return nil }
      return smaller.failure(errorsCounted: &tries).map { (smaller, $0) }
    }).first {
      (smallest, reason) = next
    }
    print("\(smallest)")
    switch reason {
    case .wrong(let failure):
      print(failure.text)
      print(try smallest.reproduction(of: failure, in: folder))
    case .error(let error):
      print("error: \(error)")
    }
    return false
  }

  /// An error is a failure too.
  private func failure(errorsCounted runs: inout Int) -> Outcome? {
    do {
      return try failure(&runs).map { .wrong($0) }
    } catch {
      return .error(error)
    }
  }

  private typealias Outcome = FuzzOutcome<Manner>
}

private enum FuzzOutcome<Manner> {
  case wrong(Failure<Manner>)
  case error(any Error)
}
