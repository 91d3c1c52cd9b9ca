/// A layer on one input shape, resolved: algorithm, axis maps, packed weights, the cut into tasks, workspace.
///
/// A plan never changes and many threads may run it at once, each with its own output and workspace.
/// A run checks the sizes of its buffers, computes, and allocates nothing.
public struct Plan: Sendable {
  /// The shape of the input, in ``layout``.
  public let inputShape: [Int]
  /// The shape of the output and of a residual, in ``layout``.
  public let outputShape: [Int]
  public let layout: Layout
  /// The border taps of each axis of space.
  public let padding: [PaddingAmount]
  /// What they read.
  public let border: [Border]
  /// What was chosen; never `.automatic`.
  public let algorithm: Algorithm
  /// The tiles of Winograd's algorithm; nil where products are summed as they are.
  public let winograd: WinogradForm?
  /// The instruction set of the kernel.
  public let instructionSet: InstructionSet
  /// The kernel family's name.
  public let kernel: String
  /// At most so many threads compute.
  public let threads: Int
  /// Tasks of the whole batch.
  public let taskCount: Int
  /// The scratch memory of a run, for all its threads.
  public let workspaceBytes: Int
  /// The packed weights, shared by all plans of a layer that use the same kernel and the same ``winograd``.
  public let packedBytes: Int
  /// Two for every multiply-add, border taps counted.
  public let floatingPointOperations: Double
  let explanation: Explanation
  /// What measured times know it by.
  let measuredLayer: MeasuredLayer
  let resolved: ResolvedConvolution

  /// What the description says besides the public properties.
  struct Explanation {
    let layer: String
    let reason: String
    /// The ways that were weighed and what they would take for one image on one thread, the fastest first.
    let weighed: [(name: String, nanoseconds: Double)]
    let tilePixels, tileChannels: Int
    let panels, panelCuts, spaceCuts: Int
    let expectations: [Schedule.Expectation]
    let region: [Range<Int>]?
  }
}
