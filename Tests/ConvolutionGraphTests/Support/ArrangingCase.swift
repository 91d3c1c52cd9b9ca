import Convolution

@testable import ConvolutionGraph

/// One node of a file on given inputs, without a network around it.
struct ArrangingCase {
  let operation: any Operator
  /// The node's inputs, with those that older versions have as attributes.
  let inputs: [NetworkTensor?]
  /// The inputs that are known only in a run.
  let computed: Set<Int>

  init(
    _ operation: String, opset: Int = 21, _ attributes: [String: NodeReader.Attribute],
    _ inputs: [NetworkTensor?], computed: Set<Int> = [0], outputs: Int = 1
  ) throws {
    var reader = NodeReader(
      name: "node", operation: operation, opset: opset,
      inputs: inputs.enumerated().map { $1 == nil ? nil : "\($0)" }, outputCount: outputs,
      attributes: attributes)
    let made = operatorTable[operation].map { $0(&reader) }
    reader.rejectUnread()
    guard let made, let made, reader.unsupported.isEmpty else {
      throw NetworkError(unsupported: reader.unsupported, in: "case")
    }
    self.operation = made
    self.inputs = reader.inputs.map {
      switch $0 {
      case nil: nil
      case .value(let name)?: inputs[Int(name)!]
      case .constant(let tensor)?: tensor
      }
    }
    self.computed = computed
  }

  /// Without attributes.
  init(
    _ operation: String, opset: Int = 21, _ inputs: [NetworkTensor?], computed: Set<Int> = [0],
    outputs: Int = 1
  ) throws {
    try self.init(operation, opset: opset, [:], inputs, computed: computed, outputs: outputs)
  }

  private init(permuted operation: any Operator, _ inputs: [NetworkTensor?], computed: Set<Int>) {
    self.operation = operation
    self.inputs = inputs
    self.computed = computed
  }

  var arguments: Arguments {
    Arguments(
      inputs.enumerated().map { index, tensor in
        tensor.map { Argument(type: $0.type, constant: computed.contains(index) ? nil : $0) }
      })
  }

  var outputTypes: [TensorType] {
    get throws { try operation.outputTypes(for: arguments) }
  }

  func outputs() throws -> [NetworkTensor] {
    let types = try outputTypes
    let context = PlanningContext(planner: Planner(threads: 2), layers: LayerCache())
    let step = try operation.step(for: arguments, outputs: types, context: context)
    let outputs = try types.map { try NetworkTensor(uninitialized: $0) }
    // What is not written is seen.
    for output in outputs { output.mutableBytes.initializeMemory(as: UInt8.self, repeating: 0xA5) }
    let workspace = try NetworkTensor(uninitialized: TensorType(.uint8, [step.workspaceBytes]))
    let addresses = (inputs + outputs).map { $0?.mutableBytes.baseAddress }
    try withExtendedLifetime((inputs, outputs, workspace)) {
      try addresses.withUnsafeBufferPointer {
        try step.run(
          Operands(
            addresses: $0.baseAddress!, inputs: inputs.indices.map { inputs[$0] == nil ? -1 : $0 },
            outputs: outputs.indices.map { $0 + inputs.count },
            workspace: workspace.mutableBytes.baseAddress))
      }
    }
    return outputs
  }

  func output() throws -> NetworkTensor { try outputs()[0] }

  /// The operator for permuted inputs, on these; nil where there is none.
  func permuted(by permutation: [Int]) throws -> ArrangingCase? {
    guard let permuted = operation.permuted(by: permutation, arguments) else { return nil }
    let inputs = try zip(inputs, permuted.inputs).map { input, permutation in
      try permutation.map { try input!.transposed($0) } ?? input
    }
    return ArrangingCase(permuted: permuted.operation, inputs, computed: computed)
  }
}

extension NetworkTensor {
  /// Axis i of the result is axis `permutation[i]`, by the definition.
  func transposed(_ permutation: [Int]) throws -> NetworkTensor {
    let result = try NetworkTensor(
      uninitialized: TensorType(element, permutation.map { shape[$0] }))
    let bytes = element.byteCount
    for place in 0..<count {
      var (rest, index) = (place, Array(repeating: 0, count: shape.count))
      for axis in shape.indices.reversed() {
        index[axis] = rest % shape[axis]
        rest /= shape[axis]
      }
      let target = permutation.reduce(0) { $0 * shape[$1] + index[$1] }
      for byte in 0..<bytes {
        result.mutableBytes[target * bytes + byte] = mutableBytes[place * bytes + byte]
      }
    }
    return result
  }

  /// 0, 1, 2 and so on.
  static func counting(_ shape: [Int]) throws -> NetworkTensor {
    try NetworkTensor((0..<shape.reduce(1, *)).map(Float.init), shape: shape)
  }

  /// A vector of 64-bit integers.
  static func integers(_ integers: [Int64]) throws -> NetworkTensor {
    try NetworkTensor(integers, shape: [integers.count])
  }
}
