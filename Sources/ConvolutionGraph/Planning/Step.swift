/// What a plan runs for a node. It never changes; many runs may share it.
protocol Step: Sendable {
  /// Scratch memory of a run, on a 64-byte boundary.
  var workspaceBytes: Int { get }

  /// Computes. Inputs and outputs are dense and have the types that the step was made for; outputs overlap no input but
  /// one of ``reusableInputs``.
  ///
  /// - Throws: `.outOfMemory`, where what it is to compute is known in the run alone.
  func run(_ operands: Operands) throws(NetworkError)

  /// The same for inputs of which some are where they belong already; nil where there is nothing to be left out.
  func leavingOut(_ inputs: Set<Int>) -> (any Step)?

  /// The same with an output whose pixels lie in those of an image of so many channels, channels-last, and of which the rest
  /// is left alone; nil where it cannot be written so.
  func writing(intoImagesOf channels: Int) throws(NetworkError) -> (any Step)?

  /// The same with a first input whose pixels lie in those of an image of so many channels, channels-last; nil where it
  /// cannot be read so.
  func reading(fromImagesOf channels: Int) throws(NetworkError) -> (any Step)?

  /// Inputs in whose memory the output may be, as its elements are read before what is written in their place.
  var reusableInputs: [Int] { get }

  /// What it is predicted to take, in nanoseconds; nil: as long as its bytes take to move.
  var predictedNanoseconds: Double? { get }

  /// Floating-point operations; 0 where memory is all that is worked on.
  var floatingPointOperations: Int { get }

  /// How it is computed, for profiles: `winograd F(4x4,3x3)`.
  var algorithm: String { get }
}

extension Step {
  var workspaceBytes: Int { 0 }
  var reusableInputs: [Int] { [] }
  func leavingOut(_ inputs: Set<Int>) -> (any Step)? { nil }
  func writing(intoImagesOf channels: Int) throws(NetworkError) -> (any Step)? { nil }
  func reading(fromImagesOf channels: Int) throws(NetworkError) -> (any Step)? { nil }
  var predictedNanoseconds: Double? { nil }
  var floatingPointOperations: Int { 0 }
  var algorithm: String { "" }
}

/// The memory of a step in one run.
struct Operands {
  /// Of all values of a plan.
  let addresses: UnsafePointer<UnsafeMutableRawPointer?>
  /// The numbers of a step's values among them; -1: left out.
  let inputs, outputs: [Int]
  let workspace: UnsafeMutableRawPointer?

  /// nil: left out.
  func input(_ index: Int) -> UnsafeRawPointer? {
    guard index < inputs.count, inputs[index] >= 0 else { return nil }
    return UnsafeRawPointer(addresses[inputs[index]])
  }

  func floats(_ index: Int) -> UnsafePointer<Float>? {
    input(index)?.assumingMemoryBound(to: Float.self)
  }

  /// nil: nobody wants it.
  func output(_ index: Int) -> UnsafeMutableRawPointer? {
    guard index < outputs.count, outputs[index] >= 0 else { return nil }
    return addresses[outputs[index]]
  }

  func outputFloats(_ index: Int) -> UnsafeMutablePointer<Float>? {
    output(index)?.assumingMemoryBound(to: Float.self)
  }
}

/// A step in plain Swift, for what takes no time.
struct SwiftStep: Step {
  private let body: @Sendable (Operands) -> Void

  init(_ body: @escaping @Sendable (Operands) -> Void) { self.body = body }

  func run(_ operands: Operands) { body(operands) }
}
