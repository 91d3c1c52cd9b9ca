/// One of the convolutions that an output is made of, before it is known how it is computed: all of it, or, of a transposed
/// layer, the outputs of one remainder by the strides.
struct Phase {
  let problem: Problem
  /// Which outputs, along depth, height and width.
  let lattice: [Lattice]
  /// The layer's taps that it multiplies with; nil: all of them, as they are.
  let taps: ReversedTaps?

  /// How many outputs of the image are channels of one.
  var mergedOutputs: Int { lattice.reduce(1) { $0 * $1.extent } }

  /// The phase's outputs that lie in a rectangle of the output.
  func outputs(in rectangle: [Range<Int>]) -> [Range<Int>] {
    zip(lattice, rectangle).map { $0.indices(in: $1) }
  }
}

extension Phase {
  /// The only phase of a problem.
  init(_ problem: Problem) {
    self.init(problem: problem, lattice: Array(repeating: .all, count: 3), taps: nil)
  }
}

/// A phase and the way chosen for it.
struct ChosenPhase {
  let phase: Phase
  let way: Way
}

/// A layer whose output is the input of the one that a plan is of, and lies in the workspace, a box at a time.
struct LeadingLayer {
  /// Its description.
  let layer: String
  let weights: LayerWeights
  let phase: Phase
  let choice: Choice

  var chosen: ChosenPhase { ChosenPhase(phase: phase, way: choice.way) }
}

/// What a plan computes, before it is known how: the input, the output, and the phases that make it up.
struct Blueprint {
  /// The layer's description.
  let layer: String
  let layout: Layout
  let input, output: ImageShape
  /// Of each axis of space.
  let padding: [PaddingAmount]
  let border: [Border]
  let floatingPointOperations: Double
  let weights: LayerWeights
  let phases: [Phase]
  let manner: Manner

  /// How phases meet the memory of the image.
  enum Manner {
    /// As it is.
    case direct
    /// In channels-first memory, channels-last kernels on boxes that are turned in the workspace, and turned back when
    /// they hold the outputs of all phases.
    case turned
    /// In the workspace, for kernels that need rows of outputs without gaps or are faster with them, from where they are
    /// spread over the image.
    case spread
    /// The same with all phases as one: outputs that take the same samples are channels.
    case merged
    /// The same in channels-last memory with channels-first kernels, on boxes of the input that are turned in the workspace.
    case turnedAndSpread

    /// The layout of the kernels for images of a layout.
    func kernelLayout(of images: Layout) -> Layout {
      switch self {
      case .direct, .spread, .merged: images
      case .turned: .channelsLast
      case .turnedAndSpread: .channelsFirst
      }
    }

    var turnsInput: Bool { self == .turned || self == .turnedAndSpread }
    var spreadsOutput: Bool { self == .spread || self == .merged || self == .turnedAndSpread }
  }
}
