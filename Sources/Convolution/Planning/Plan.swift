import CConvolution

/// A layer on one input shape, resolved: algorithm, axis maps, packed weights, the cut into tasks, workspace.
///
/// A plan never changes and many threads may run it at once, each with its own output and workspace.
/// A run checks the sizes of its buffers, computes, and allocates nothing.
public struct Plan: Sendable {
  /// The shape of the input that a run is given, in ``layout``.
  public let inputShape: [Int]
  /// The shape of the output that a run writes, and of a residual, in ``layout``.
  public let outputShape: [Int]
  /// The part of the output that a run computes, a range for each axis of space.
  public let region: [Range<Int>]
  /// The part of the input that it reads.
  public let inputRegion: [Range<Int>]
  /// At most so many threads compute.
  public let threads: Int
  /// Tasks of the whole batch.
  public let taskCount: Int
  /// The scratch memory of a run, for all its threads.
  public let workspaceBytes: Int
  public let layout: Layout
  /// Of each axis of space, the border taps of an ordinary layer, of the first of two, or what is left out of a transposed
  /// one's output.
  public let padding: [PaddingAmount]
  /// What border taps read.
  public let border: [Border]
  /// Two for every multiply-add of the whole output, border taps counted.
  public let floatingPointOperations: Double
  let images: Int
  private(set) var pass: Pass
  let flushesDenormals: Bool
  let explanation: Explanation
  /// Elements from one pixel of the input, or of the output, to the next; nil: they lie side by side.
  private(set) var inputPixel, outputPixel: Int?

  /// What a run's buffers hold.
  public enum Buffers: Sendable {
    /// The whole input and output; of the output, what lies outside the region is left as it was.
    case whole
    /// Nothing but ``Plan/inputRegion`` of the input and ``Plan/region`` of the output.
    case region
  }

  /// What the description says besides the public properties.
  struct Explanation: Sendable {
    let layer: String
    let leading: LeadingLayer?
    /// Of the only phase, or of the one that is predicted to take longest.
    let choice: Choice
    /// What its times are known by.
    let measuredLayer: MeasuredLayer
    /// The way of each phase.
    let phases: [Way]
    let manner: Blueprint.Manner
    let panels, panelCuts, spaceCuts: Int
    let expectations: [Schedule.Expectation]
  }

  // Phases of a transposed layer may differ in what follows: this is of the one that is predicted to take longest. Of two
  // layers in one plan it is of the second; the packed weights are of both.

  /// What was chosen; never `.automatic`.
  public var algorithm: Algorithm { way.kernel.algorithm }
  /// The tiles of Winograd's algorithm; nil where products are summed as they are.
  public var winograd: WinogradForm? { way.winograd }
  /// The instruction set of the kernel.
  public var instructionSet: InstructionSet { way.kernel.instructionSet }
  /// The kernel family's name.
  public var kernel: String { way.kernel.family }
  /// The packed weights, shared by all plans of a layer that use the same kernel and the same ``winograd``.
  public var packedBytes: Int { pass.packedBytes }

  /// What a run is predicted to take, in nanoseconds.
  package var predictedNanoseconds: Double {
    explanation.expectations.map(\.nanoseconds).min() ?? 0
  }

  /// The same in channels-last memory, writing to images of more channels, of which the layer computes some that lie side
  /// by side: a run is given the output from its first element to its last, and a residual like it, and leaves all other
  /// channels as they were.
  ///
  /// - Parameter channels: of those images.
  /// - Throws: `.outOfMemory`.
  package func writing(intoImagesOf channels: Int) throws(ConvolutionError) -> Plan {
    precondition(layout == .channelsLast && channels >= outputShape.last!)
    var plan = self
    plan.pass = try pass.spreading(outputShape.last!, over: channels)
    plan.outputPixel = channels
    return plan
  }

  /// The same in channels-last memory, reading images of more channels, of which the layer takes some that lie side by
  /// side: a run is given the input from its first element to its last.
  ///
  /// - Parameter channels: of those images.
  /// - Throws: `.outOfMemory`.
  package func reading(fromImagesOf channels: Int) throws(ConvolutionError) -> Plan {
    precondition(layout == .channelsLast && channels >= inputShape.last!)
    var plan = self
    plan.pass = try pass.reading(inputShape.last!, from: channels)
    plan.inputPixel = channels
    return plan
  }

  /// Elements from the first one of the input to the last.
  package var inputCount: Int { Self.count(inputShape, pixel: inputPixel) }
  /// Elements from the first one of the output to the last.
  package var outputCount: Int { Self.count(outputShape, pixel: outputPixel) }

  private static func count(_ shape: [Int], pixel: Int?) -> Int {
    // Of an empty one, the other extents may be as large as they like.
    if shape.contains(0) { return 0 }
    let count = shape.reduce(1, *)
    guard let pixel else { return count }
    return (count / shape.last! - 1) * pixel + shape.last!
  }

  /// What most of the time goes into.
  var way: Way { explanation.choice.way }
}
