import CConvolution
import Convolution

/// What a node does: its settings, which are checked when it is made.
///
/// An operator knows no shapes; what it comes to on given ones is asked of it while a plan is made. Versions of ONNX that
/// spell the same thing differently are made alike where a file is read, so that there is one operator for all of them.
protocol Operator: Sendable, CustomStringConvertible {
  /// The types of the outputs.
  ///
  /// - Throws: `.shapeMismatch`, `.dependsOnData` and the like; the caller adds the node's name.
  func outputTypes(for arguments: Arguments) throws(NetworkError) -> [TensorType]

  /// The value of the only output, where it follows from the types of the inputs alone.
  func constantOutput(for arguments: Arguments) throws(NetworkError) -> NetworkTensor?

  /// How the outputs are computed. The inputs are those that ``outputTypes(for:)`` accepted.
  func step(
    for arguments: Arguments, outputs: [TensorType], context: PlanningContext
  ) throws(NetworkError) -> any Step

  /// What a step is predicted to take, in nanoseconds, without making it.
  func predictedNanoseconds(
    for arguments: Arguments, outputs: [TensorType], _ context: PlanningContext
  ) throws(NetworkError) -> Double

  /// Whether the output is the first input's elements in their order, under another shape: nothing is computed.
  var isView: Bool { get }

  /// Where outputs may lie within an input, or inputs within the output, so that nothing, or less, is computed; nil where
  /// they may not.
  func placement(for arguments: Arguments, outputs: [TensorType]) -> Placement?

  /// The operator that does to permuted inputs what this one does to those as they are: `op'(permute(x)) =
  /// permute(op(x))`, with the other inputs as ``Permuted`` says; nil where there is none.
  ///
  /// - Parameter permutation: axis i of a permuted tensor is axis `permutation[i]` of the tensor.
  func permuted(by permutation: [Int], _ arguments: Arguments) -> Permuted?

  /// The values of the outputs in operations of Core ML.
  ///
  /// - Throws: `.unsupported` for what Core ML does not have.
  func writeCoreML(_ scope: inout MLScope) throws(NetworkError) -> [MLValue]
}

/// Memory that inputs and outputs of a node may share. Distances are in bytes.
enum Placement {
  /// Each output is a run of bytes of the first input.
  case outputsInInput([Int])
  /// Each output is a run of floats of every pixel of the first input, which has so many.
  case outputsInPixels([Int], of: Int)
  /// Each input is a run of bytes of the first output.
  case inputsInOutput([Int])
  /// Each input is a run of floats of every pixel of the first output, which has so many.
  case inputsInPixels([Int], of: Int)
}

/// An operator for permuted inputs.
struct Permuted {
  var operation: any Operator
  /// What each input is to be permuted by; nil: it stays as it is.
  var inputs: [[Int]?]
}

extension Operator {
  var isView: Bool { false }

  /// The time that its bytes take to move.
  func predictedNanoseconds(
    for arguments: Arguments, outputs: [TensorType], _ context: PlanningContext
  ) throws(NetworkError) -> Double {
    guard !isView else { return 0 }
    let inputs = (0..<arguments.count).reduce(0) { $0 + (arguments[$1]?.type.byteCount ?? 0) }
    return 1000 + Double(inputs + outputs.reduce(0) { $0 + $1.byteCount }) / bytesPerNanosecond
  }

  func constantOutput(for arguments: Arguments) throws(NetworkError) -> NetworkTensor? { nil }

  func placement(for arguments: Arguments, outputs: [TensorType]) -> Placement? {
    isView ? .outputsInInput([0]) : nil
  }

  func permuted(by permutation: [Int], _ arguments: Arguments) -> Permuted? { nil }

  func writeCoreML(_ scope: inout MLScope) throws(NetworkError) -> [MLValue] {
    throw scope.unwritable()
  }
}

/// An input of a node while a plan is made.
struct Argument: Sendable {
  let type: TensorType
  /// The input's value, where it is always the same.
  let constant: NetworkTensor?
}

/// The inputs of a node while a plan is made.
struct Arguments: Sendable {
  private let arguments: [Argument?]

  init(_ arguments: [Argument?]) { self.arguments = arguments }

  var count: Int { arguments.count }

  /// nil: left out.
  subscript(_ index: Int) -> Argument? { index < arguments.count ? arguments[index] : nil }

  /// - Throws: `.invalidValue` for an input that is left out.
  func type(_ index: Int, _ name: String) throws(NetworkError) -> TensorType {
    guard let argument = self[index] else {
      throw NetworkError(
        .invalidValue, argument: name, received: "no input \(index)", expected: "\(name)")
    }
    return argument.type
  }

  /// The same of a tensor of floats.
  ///
  /// - Throws: `.shapeMismatch` for other elements.
  func floatShape(_ index: Int, _ name: String) throws(NetworkError) -> [Int] {
    let type = try type(index, name)
    guard type.element == .float32 else {
      throw NetworkError(
        .shapeMismatch, argument: name, received: "\(type)", expected: "float32")
    }
    return type.shape
  }

  /// An input that must be known when a plan is made; nil where it is left out.
  ///
  /// - Throws: `.dependsOnData`.
  func constant(_ index: Int, _ name: String) throws(NetworkError) -> NetworkTensor? {
    guard let argument = self[index] else { return nil }
    guard let constant = argument.constant else {
      throw NetworkError(
        .dependsOnData, argument: name, received: "a tensor that is computed in a run",
        expected: "one that is known when a plan is made")
    }
    return constant
  }

  /// The same as integers.
  ///
  /// - Throws: `.dependsOnData`, `.shapeMismatch` for floats.
  func integers(_ index: Int, _ name: String) throws(NetworkError) -> [Int]? {
    guard let constant = try constant(index, name) else { return nil }
    guard let integers = constant.integers else {
      throw NetworkError(
        .shapeMismatch, argument: name, received: "\(constant.type)", expected: "integers")
    }
    return integers
  }

  /// The same as floats.
  ///
  /// - Throws: `.dependsOnData`.
  func floats(_ index: Int, _ name: String) throws(NetworkError) -> [Float]? {
    try constant(index, name)?.floats
  }
}

/// What all steps of a plan are made with.
struct PlanningContext: Sendable {
  /// How convolutions are computed; its threads are those of every step.
  var planner: Planner
  /// What plans of one network share.
  let layers: LayerCache

  var threads: Int32 { Int32(planner.threads ?? Machine.coreCount) }
  var isa: conv_isa { planner.resolvedInstructionSet.isa }

  /// The same on one thread. What is chosen between things that differ in bits is chosen by what they take there, so that
  /// bits are the same on any number of threads.
  var onOneThread: PlanningContext {
    var context = self
    context.planner.threads = 1
    return context
  }
}

/// What two cores of a small machine move between them and memory.
let bytesPerNanosecond = 10.0
