import CConvolution

/// A planned chain on floats.
struct ElementwiseStep: Step {
  private let chain: conv_elementwise
  private let isa: conv_isa
  private let threads: Int32
  let reusableInputs: [Int]

  /// - Parameter axes: with the strides of the operator's inputs.
  init(
    _ operation: Elementwise, _ axes: CollapsedAxes, reusableInputs: [Int] = [],
    _ context: PlanningContext
  ) {
    chain = conv_elementwise(operation, axes)
    isa = context.isa
    threads = context.threads
    self.reusableInputs = reusableInputs
  }

  func run(_ operands: Operands) { run(input: { operands.floats($0) }, operands.outputFloats(0)) }

  /// The same on memory that is not all a step's.
  ///
  /// - Parameter input: the elements of an input by its number.
  func run(input: (Int) -> UnsafePointer<Float>?, _ output: UnsafeMutablePointer<Float>?) {
    withUnsafeTemporaryAllocation(of: UnsafePointer<Float>?.self, capacity: Int(chain.inputs)) {
      inputs in
      for index in inputs.indices { inputs.initializeElement(at: index, to: input(index)) }
      withUnsafePointer(to: chain) {
        conv_run_elementwise(isa, $0, inputs.baseAddress, output, threads)
      }
    }
  }
}

extension conv_elementwise {
  init(_ operation: Elementwise, _ axes: CollapsedAxes) {
    self.init()
    self.axes = Int32(axes.extents.count)
    assign(axes.extents.map(Int64.init), to: &extent)
    inputs = Int32(operation.inputCount)
    assign(
      axes.strides.flatMap { strides in
        (0..<CollapsedAxes.most).map { Int64($0 < strides.count ? strides[$0] : 0) }
      }, to: &stride)
    instructions = Int32(operation.instructions.count)
    assign(operation.instructions.map(conv_instruction.init), to: &instruction)
  }
}

extension conv_instruction {
  init(_ instruction: Elementwise.Instruction) {
    func operand(_ index: Int) -> Int32 {
      index < instruction.operands.count ? Int32(instruction.operands[index]) : 0
    }
    self.init(
      op: instruction.operation, a: operand(0), b: operand(1), c: operand(2), p: instruction.p,
      q: instruction.q)
  }
}
