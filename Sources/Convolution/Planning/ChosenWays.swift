import Synchronization

/// What a planner chose while the layers of a network are planned: many are alike, and each is asked about several times,
/// in one layout and the other, alone and with its neighbour.
package final class ChosenWays: Sendable {
  private let ways = Mutex<[Geometry: [(problem: Problem, choice: Choice)]]>([:])

  package init() {}

  /// What was chosen for such a problem; nil: nothing yet.
  func choice(
    _ geometry: Geometry, _ activation: Activation, hasFiniteWeights: Bool
  ) -> (Choice, Problem)? {
    let known = ways.withLock { $0[geometry] }
    return known?.first {
      $0.problem.base.has_finite_weights == hasFiniteWeights && $0.problem.activation == activation
    }.map { ($0.choice, $0.problem) }
  }

  func remember(_ choice: Choice, for problem: Problem) {
    ways.withLock { $0[problem.geometry, default: []].append((problem, choice)) }
  }
}
