/// Writes a program as the messages that files have, and its large constants as a file of weights.
///
/// Every setting is an operation `const` of its own with a name, and every setting that an operation has is there: what
/// coremltools takes for granted, Core ML's compiler may not.
struct MILWriter {
  private(set) var weights = WeightFile()
  /// The oldest that the program can be said in.
  private(set) var opset = Opset.iOS15
  private var operations: [MILOperation] = []
  private var written: Set<String> = []
  private let precision: CoreMLWeights

  /// Core ML's sets of operations, by the version of the specification that brought them.
  enum Opset: Int32 {
    case iOS15 = 6
    case iOS16 = 7

    var name: String { self == .iOS15 ? "CoreML5" : "CoreML6" }
  }

  /// Constants of fewer elements stand in the program itself.
  private static let leastInFile = 10

  private var names: MLNames

  /// - Parameter names: those that are taken.
  init(_ precision: CoreMLWeights, names: MLNames) {
    (self.precision, self.names) = (precision, names)
  }

  /// The program, whose file of weights is ``weights`` then.
  mutating func program(_ program: MLProgram) -> MILProgram {
    for operation in program.operations { add(operation) }
    var block = MILBlock()
    block.operations = operations
    block.outputs = program.outputs.map(\.name)
    var function = MILFunction()
    function.inputs = program.inputs.map(MILNamedType.init)
    function.opset = opset.name
    function.blockSpecializations = [opset.name: block]
    var message = MILProgram()
    message.version = 1
    message.functions = ["main": function]
    return message
  }

  private mutating func add(_ operation: MLOperation) {
    var message = MILOperation()
    message.type = operation.type
    message.outputs = operation.outputs.map(MILNamedType.init)
    for (name, argument) in operation.arguments {
      var bindings = MILArgument()
      for value in argument.values {
        addConstant(value, isWeight: name == "weight" || operation.type == "matmul")
        bindings.arguments.append(.with { $0.name = value.name })
      }
      if let setting = MILValue(setting: argument) {
        let constant = names.unique("\(operation.outputs[0].name)_\(name)")
        add(constant, setting)
        bindings.arguments.append(.with { $0.name = constant })
      }
      message.inputs[name] = bindings
    }
    message.attributes["name"] = MILValue(setting: .word(operation.outputs[0].name))
    operations.append(message)
  }

  /// Writes a constant where it is not written yet: one that is no weight in 32 bits, as many an operation takes nothing that
  /// is cast.
  private mutating func addConstant(_ value: MLValue, isWeight: Bool) {
    guard let tensor = value.constant, written.insert(value.name).inserted else { return }
    guard tensor.element == .float32, tensor.count >= Self.leastInFile else {
      add(value.name, MILValue(tensor, value.type.shape))
      return
    }
    guard precision == .float16, isWeight, tensor.fitsHalves else {
      add(value.name, MILValue(file: .float32, value.shape, at: weights.add(tensor)))
      return
    }
    opset = .iOS16
    var message = MILOperation()
    message.type = "constexpr_cast"
    message.outputs = [MILNamedType(value)]
    message.attributes = [
      "name": MILValue(setting: .word(value.name))!,
      "source_val": MILValue(file: .float16, value.shape, at: weights.add(tensor.halves)),
      "output_dtype": MILValue(setting: "fp32")!,
    ]
    operations.append(message)
  }

  private mutating func add(_ name: String, _ value: MILValue) {
    var message = MILOperation()
    message.type = "const"
    message.outputs = [.with { ($0.name, $0.type) = (name, value.type) }]
    message.attributes = ["name": MILValue(setting: .word(name))!, "val": value]
    operations.append(message)
  }
}
