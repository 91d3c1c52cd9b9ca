import CConvolution

/// The gradients of a layer on one input shape, resolved: how they are computed, and the workspace that this needs.
///
/// A plan never changes and many threads may run it at once, each with its own results and workspace. A run allocates
/// nothing. Every result has the same bits whatever the number of threads and however the machine is loaded; sums over
/// pixels and images are cut into blocks by the layer's shapes and the number of images, which are thus part of the order.
///
/// With ``Accuracy/exactOrder``, or ``Algorithm/direct``, the gradient of every weight is its own sum of products. Without,
/// those of 3x3 kernels may be summed at Winograd's points: <doc:WinogradAccuracy>.
public struct GradientPlan: Sendable {
  /// The shape of the input, in ``layout``.
  public let inputShape: [Int]
  /// The shape of the output, of its gradient and of a residual, in ``layout``.
  public let outputShape: [Int]
  /// The shape of the weights, in the layer's own order.
  public let weightShape: [Int]
  public let outputChannels: Int
  public let layout: Layout
  /// What a run computes.
  public let parts: Gradients.Parts
  /// At most so many threads compute.
  public let threads: Int
  /// The scratch memory of a run.
  public let workspaceBytes: Int
  /// Whether a run needs the output that the layer gave, to see what its activation let through.
  public let needsOutput: Bool

  let images: Int
  let activation: Activation
  /// The input's gradient, as far as it comes through taps inside.
  let input: Plan?
  /// The sums before the activation, where they are computed again.
  let sums: Plan?
  /// The convolution whose weights' and border's gradients these are.
  let problem: Problem
  /// The output alone, as one that nothing is done to.
  let outputs: Problem
  /// Whether that convolution reads the output's gradient, and the input is what it gives: a transposed layer's.
  let isTransposed: Bool
  let hasBorderShare: Bool
  let weights: LayerWeights
  let instructionSet: InstructionSet
  /// Whether every weight's gradient is its own sum of products, not one at Winograd's points.
  let keepsExactOrder: Bool
  let flushesDenormals: Bool
  /// Bytes of workspace for the output's gradient behind the activation.
  let innerBytes: Int

  var hasActivation: Bool { activation != .identity }
  /// The C functions.
  var functions: conv_gradients { conv_gradients_of(instructionSet.isa).pointee }
}

extension Workspace {
  /// A workspace for `plan`, and for every plan that needs no more.
  ///
  /// - Throws: `.outOfMemory`.
  public init(for plan: GradientPlan) throws(ConvolutionError) {
    try self.init(bytes: plan.workspaceBytes)
  }
}
