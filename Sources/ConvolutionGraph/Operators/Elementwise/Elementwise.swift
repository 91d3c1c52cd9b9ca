import CConvolution

/// A chain of operations on the elements of inputs that broadcast against each other: one operator of a file, or several
/// that a rewrite has made one.
///
/// Floats are computed by C. Integers are computed one by one, with results that wrap around; operations that only floats
/// have are no part of such a chain.
struct Elementwise: Operator {
  /// Values are numbered: inputs first, then one an instruction, in order. The last one is the output.
  struct Instruction: Sendable, Equatable {
    var operation: conv_elementwise_op
    /// Numbers of earlier values.
    var operands: [Int]
    var p: Float = 0
    var q: Float = 0

    init(_ operation: conv_elementwise_op, _ operands: [Int], p: Float = 0, q: Float = 0) {
      (self.operation, self.operands, self.p, self.q) = (operation, operands, p, q)
    }
  }

  static let mostInputs = Int(CONV_MOST_INPUTS)
  static let mostInstructions = Int(CONV_MOST_INSTRUCTIONS)

  /// For people: `Relu`.
  var name: String
  var inputCount: Int
  var instructions: [Instruction]
  /// The axis of the first input that the second one's first axis is aligned with; nil: the last ones are aligned. Files
  /// of opset 6 and before have it.
  var secondInputAxis: Int?

  init(_ name: String, inputs: Int = 1, _ instructions: [Instruction]) {
    self.name = name
    inputCount = inputs
    self.instructions = instructions
  }

  /// One operation on the inputs.
  init(
    _ name: String, inputs: Int = 1, _ operation: conv_elementwise_op, p: Float = 0, q: Float = 0
  ) {
    self.init(name, inputs: inputs, [Instruction(operation, Array(0..<inputs), p: p, q: q)])
  }

  var description: String { name }

  func outputTypes(for arguments: Arguments) throws(NetworkError) -> [TensorType] {
    let element = try checkedElement(of: arguments)
    return [TensorType(element, try broadcast(arguments).shape)]
  }

  func step(
    for arguments: Arguments, outputs: [TensorType], context: PlanningContext
  ) throws(NetworkError) -> any Step {
    let broadcast = try broadcast(arguments)
    let reusable = (0..<inputCount).filter { arguments[$0]?.type.shape == outputs[0].shape }
    switch outputs[0].element {
    case .float32:
      return ElementwiseStep(self, broadcast.axes, reusableInputs: reusable, context)
    case .int64: return IntegerChainStep<Int64>(self, broadcast.axes, reusableInputs: reusable)
    case .int32: return IntegerChainStep<Int32>(self, broadcast.axes, reusableInputs: reusable)
    case .uint8, .bool:
      return IntegerChainStep<UInt8>(self, broadcast.axes, reusableInputs: reusable)
    }
  }

  func permuted(by permutation: [Int], _ arguments: Arguments) -> Permuted? {
    guard let inputs = Broadcast.permuted(by: permutation, arguments) else { return nil }
    var operation = self
    operation.secondInputAxis = nil
    return Permuted(operation: operation, inputs: inputs)
  }

  // MARK: Inputs

  private func checkedElement(of arguments: Arguments) throws(NetworkError) -> ElementType {
    let element = try arguments.type(0, "input 0").element
    for index in 0..<inputCount {
      let type = try arguments.type(index, "input \(index)")
      guard type.element == element, element != .bool else {
        throw NetworkError(
          .shapeMismatch, argument: "input \(index)", received: "\(type)",
          expected: "numbers, of the first input's type \(element)")
      }
    }
    guard element == .float32 || instructions.allSatisfy(\.isOfIntegers) else {
      throw NetworkError(
        .shapeMismatch, argument: "input 0", received: "\(element)", expected: "float32")
    }
    return element
  }

  private func broadcast(_ arguments: Arguments) throws(NetworkError) -> Broadcast {
    try Broadcast(arguments, count: inputCount, secondInputAxis: secondInputAxis)
  }
}
