/// A layer with weights: ``ConvolutionLayer`` or ``TransposedLayer``. It is resolved for an input shape into a plan, and
/// so are its gradients.
public protocol Layer: AnyObject, Sendable {
  /// Axes of space: 1, 2 or 3.
  var rank: Int { get }
  /// Channels of all groups.
  var inputChannels: Int { get }
  var outputChannels: Int { get }

  /// The shape of the output for an input of `shape`, both in `layout`.
  func outputShape(for shape: [Int], layout: Layout) throws(ConvolutionError) -> [Int]

  /// How the output, or a region of it, is computed.
  func plan(
    for shape: [Int], layout: Layout, with planner: Planner, region: [Range<Int>]?,
    buffers: Plan.Buffers
  ) throws(ConvolutionError) -> Plan

  /// How gradients are computed.
  func gradients(
    _ parts: Gradients.Parts, for shape: [Int], layout: Layout, with planner: Planner
  ) throws(ConvolutionError) -> GradientPlan
}

extension ConvolutionLayer: Layer {}
extension TransposedLayer: Layer {}
