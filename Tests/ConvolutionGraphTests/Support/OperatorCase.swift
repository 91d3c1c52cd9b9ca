import Convolution
import Testing

@testable import ConvolutionGraph

/// A node of one operator, planned and run by itself.
struct OperatorCase {
  var operation: String
  var opset = 21
  var attributes: [String: NodeReader.Attribute] = [:]
  /// nil: left out.
  var inputs: [NetworkTensor?]
  /// Numbers of inputs that are not known when the step is made.
  var computed: Set<Int> = []
  var outputCount = 1
  var planner = Planner()

  init(
    _ operation: String, opset: Int = 21, _ attributes: [String: NodeReader.Attribute],
    _ inputs: [NetworkTensor?], computed: Set<Int> = [], outputs: Int = 1
  ) {
    self.operation = operation
    self.opset = opset
    self.attributes = attributes
    self.inputs = inputs
    self.computed = computed
    outputCount = outputs
  }

  init(
    _ operation: String, opset: Int = 21, _ inputs: [NetworkTensor?], computed: Set<Int> = [],
    outputs: Int = 1
  ) {
    self.init(operation, opset: opset, [:], inputs, computed: computed, outputs: outputs)
  }

  /// The operator as read, and its inputs.
  func read() throws -> (operation: any Operator, inputs: [NetworkTensor?]) {
    var reader = NodeReader(
      name: "node", operation: operation, opset: opset,
      inputs: inputs.enumerated().map { $1 == nil ? nil : "\($0)" }, outputCount: outputCount,
      attributes: attributes)
    let make = try #require(operatorTable[operation])
    let made = make(&reader)
    reader.rejectUnread()
    guard reader.unsupported.isEmpty, let made else {
      throw NetworkError(unsupported: reader.unsupported, in: "case")
    }
    return (
      made,
      reader.inputs.map {
        switch $0 {
        case nil: nil
        case .value(let name): inputs[Int(name)!]
        case .constant(let tensor): tensor
        }
      }
    )
  }

  private func arguments(_ inputs: [NetworkTensor?]) -> Arguments {
    Arguments(
      inputs.enumerated().map { index, tensor in
        tensor.map { Argument(type: $0.type, constant: computed.contains(index) ? nil : $0) }
      })
  }

  func outputTypes() throws -> [TensorType] {
    let (operation, inputs) = try read()
    return try operation.outputTypes(for: arguments(inputs)).map { try $0.checked() }
  }

  /// The outputs.
  func run() throws -> [NetworkTensor] {
    let (operation, inputs) = try read()
    return try run(operation, inputs)
  }

  func run(_ operation: any Operator, _ inputs: [NetworkTensor?]) throws -> [NetworkTensor] {
    let arguments = arguments(inputs)
    let types = Array(
      try operation.outputTypes(for: arguments).map { try $0.checked() }.prefix(outputCount))
    let step = try operation.step(
      for: arguments, outputs: types,
      context: PlanningContext(planner: planner, layers: LayerCache()))
    let outputs = try types.map { try NetworkTensor(uninitialized: $0) }
    // What nobody has written reads as NaN.
    let workspace = try NetworkTensor(repeating: .nan, shape: [(step.workspaceBytes + 3) / 4])
    for output in outputs {
      for index in output.mutableBytes.indices { output.mutableBytes[index] = 0xff }
    }
    let addresses = (inputs + outputs).map { $0?.mutableBytes.baseAddress }
    try addresses.withUnsafeBufferPointer {
      try step.run(
        Operands(
          addresses: $0.baseAddress!, inputs: inputs.indices.map { inputs[$0] == nil ? -1 : $0 },
          outputs: outputs.indices.map { inputs.count + $0 },
          workspace: workspace.mutableBytes.baseAddress))
    }
    return outputs
  }

  /// The first output's elements.
  func floats() throws -> [Float] { try run()[0].floats }
}

/// Whether values are those expected, up to float32's rounding.
func expectClose(
  _ values: [Float], _ expected: [Double], within tolerance: Double = 1e-5,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(values.count == expected.count, sourceLocation: sourceLocation)
  let scale = expected.filter(\.isFinite).map(abs).max() ?? 0
  for (index, (value, expected)) in zip(values, expected).enumerated() {
    let isClose =
      expected.isNaN
      ? value.isNaN
      : Double(value) == expected || abs(Double(value) - expected) <= tolerance * max(scale, 1)
    #expect(
      isClose, "element \(index): \(value), expected \(expected)", sourceLocation: sourceLocation)
  }
}
