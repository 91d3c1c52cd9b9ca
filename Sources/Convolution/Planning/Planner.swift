import CConvolution

/// How layers are to be computed: settings for many layers, and what was measured of them.
public struct Planner: Sendable {
  /// At most so many, up to ``mostThreads``; nil: as many as the machine has cores. It never changes a bit of the result.
  public var threads: Int?
  /// What a convolution may do to the order of its sums.
  public var accuracy: Accuracy
  /// `.automatic`, or the one to use.
  public var algorithm: Algorithm
  /// At most this one; nil: ``Machine/instructionSet``.
  public var instructionSet: InstructionSet?
  /// Winograd's forms whose packed weights take more are not used: they take ``WinogradForm/points`` for every tap.
  /// nil: any number. Direct summation is never refused; its packed weights are about as large as the layer's.
  public var maximumPackedBytes: Int?
  /// How many images are computed before a layer's weights change, as a batch is in training, where what packing takes
  /// counts when a way is chosen; nil: weights stay, and it does not. Less than 1 counts as 1.
  public var imagesPerWeightUpdate: Int?
  /// How much is done to find the fastest way.
  public var effort: Effort
  /// What was measured. Where they know a layer, the fastest way that the other settings allow is taken.
  public var measuredTimes: MeasuredTimes
  /// What work takes on this machine; nil: the closest of the library's own models.
  public var costModel: CostModel?
  /// Whether runs take denormals, which are smaller than 1.2e-38, for zeros, as operands and as results, on processors of
  /// x86: most of them take a hundred times as long to multiply one as any other number. The state of the caller's
  /// floating-point unit, and of all threads that take part, is the same after a run as before. Where it is left out, a
  /// run computes in the state of the thread that calls it, on all its threads.
  public var flushesDenormals: Bool
  /// Of the layers of one network, while it is planned with these settings.
  package var chosenWays: ChosenWays?

  /// How much is done to find the fastest way to compute a layer.
  public enum Effort: String, Sendable, CaseIterable {
    /// The cost model predicts it.
    case estimate
    /// The first plan of a layer times the ways that could be fastest, some milliseconds each, on scratch memory of one
    /// image's size, and remembers them in ``Planner/measuredTimes``. For machines that no cost model was fitted on.
    case measure
  }

  public init(
    threads: Int? = nil, accuracy: Accuracy = .standard, algorithm: Algorithm = .automatic,
    instructionSet: InstructionSet? = nil, maximumPackedBytes: Int? = nil,
    imagesPerWeightUpdate: Int? = nil, effort: Effort = .estimate,
    measuredTimes: MeasuredTimes = MeasuredTimes(),
    costModel: CostModel? = nil, flushesDenormals: Bool = false
  ) {
    self.threads = threads
    self.accuracy = accuracy
    self.algorithm = algorithm
    self.instructionSet = instructionSet
    self.maximumPackedBytes = maximumPackedBytes
    self.imagesPerWeightUpdate = imagesPerWeightUpdate
    self.effort = effort
    self.measuredTimes = measuredTimes
    self.costModel = costModel
    self.flushesDenormals = flushesDenormals
  }

  package var resolvedInstructionSet: InstructionSet {
    min(instructionSet ?? Machine.instructionSet, Machine.instructionSet)
  }

  var resolvedCostModel: CostModel {
    costModel ?? .closest(to: resolvedInstructionSet, Machine.caches)
  }
}

extension Planner.Effort: LosslessStringConvertible {
  /// `estimate` or `measure`; nil for anything else.
  public init?(_ description: String) { self.init(rawValue: description) }

  public var description: String { rawValue }
}

// MARK: - Threads

extension Planner {
  /// The most threads of a run.
  public static let mostThreads = Int(CONV_MOST_THREADS)

  /// The most threads of a plan that is made now; every one asks for them.
  ///
  /// - Throws: `.nonPositiveSize` for a number of threads that is not 1 to ``mostThreads``, `.incompatibleLibrary`.
  func checkedThreads() throws(ConvolutionError) -> Int {
    if let difference = Machine.differenceOfLibrary { throw .incompatibleLibrary(difference) }
    let threads = threads ?? min(Machine.coreCount, Self.mostThreads)
    guard (1...Self.mostThreads).contains(threads) else {
      throw ConvolutionError(
        .nonPositiveSize, argument: "threads", received: "\(threads)",
        expected: "1 to \(Self.mostThreads)")
    }
    return threads
  }
}
