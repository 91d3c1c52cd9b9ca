import Synchronization

/// What the ways to compute layers took where they were measured. A ``Planner`` that has them takes the fastest.
///
/// Shared by all copies of a planner, so that a planner which measures (``Planner/Effort/measure``) measures each layer
/// once. ConvolutionFiles reads and writes them as text.
public final class MeasuredTimes: Sendable {
  /// Nanoseconds by the name of the way: of the kernel family, or of Winograd's form.
  package typealias Ways = [String: Double]

  private let known = Mutex<[MeasuredLayer: Ways]>([:])

  /// Of no layer.
  public init() {}

  /// What the ways of a layer took, as far as it is known.
  package func times(of layer: MeasuredLayer) -> Ways { known.withLock { $0[layer] ?? [:] } }

  /// Takes over what the ways of a layer took, in place of what was known of it.
  package func record(_ ways: Ways, of layer: MeasuredLayer) {
    known.withLock { $0[layer] = ways }
  }

  /// What the ways to compute the plan's layer took on one image and one thread, in nanoseconds by ``Plan/wayName``.
  @_spi(Tools) public subscript(plan: Plan) -> [String: Double] {
    get { times(of: plan.explanation.measuredLayer) }
    set { record(newValue, of: plan.explanation.measuredLayer) }
  }

  /// Everything that is known.
  package var all: [MeasuredLayer: Ways] { known.withLock { $0 } }
}
