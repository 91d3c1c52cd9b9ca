/// Writes operations as the layers of a neural network, Core ML's older form of models.
struct NeuralNetworkWriter {
  private(set) var layers: [CoreMLLayer] = []
  private let precision: CoreMLWeights
  /// Of the layer that is being written, whose weights must all be of one precision.
  private var layerPrecision = CoreMLWeights.float32
  private var constants: Set<String> = []
  private var names: MLNames

  /// Says an operation in layers.
  typealias Writer = @Sendable (inout NeuralNetworkWriter, MLOperation) -> Void

  static let writers: [String: Writer] = convolutionLayers.merging(elementLayers) { _, new in new }
    .merging(arrangingLayers) { _, new in new }.merging(joiningLayers) { _, new in new }

  init(_ precision: CoreMLWeights, names: MLNames) {
    (self.precision, self.names) = (precision, names)
  }

  mutating func write(_ operation: MLOperation) {
    let weights = operation.arguments.flatMap(\.argument.values).compactMap(\.constant)
    layerPrecision = weights.allSatisfy(\.fitsHalves) ? precision : .float32
    Self.writers[operation.type]!(&self, operation)
  }

  /// Adds a layer that computes the operation's outputs.
  mutating func add(
    _ operation: MLOperation, _ inputs: [MLValue], _ parameters: CoreMLLayer.OneOf_Parameters
  ) {
    add(inputs, operation.outputs, parameters)
  }

  /// Adds a layer; the constants among its inputs get layers of their own.
  mutating func add(
    _ inputs: [MLValue], _ outputs: [MLValue], _ parameters: CoreMLLayer.OneOf_Parameters
  ) {
    for input in inputs { load(input) }
    layers.append(
      .with {
        $0.name = outputs[0].name
        $0.input = inputs.map(\.name)
        $0.output = outputs.map(\.name)
        $0.parameters = parameters
      })
  }

  private mutating func load(_ value: MLValue) {
    guard let tensor = value.constant, constants.insert(value.name).inserted else { return }
    let constant = CoreMLConstant.with {
      $0.shape = value.shape.map(UInt64.init)
      $0.data = weights(tensor, tensor.count > 1 && tensor.fitsHalves ? precision : .float32)
    }
    layers.append(
      .with {
        $0.name = value.name
        $0.output = [value.name]
        $0.constant = constant
      })
  }

  /// Weights of the layer that is being written.
  func weights(_ tensor: NetworkTensor) -> CoreMLWeightParameters {
    weights(tensor, layerPrecision)
  }

  private func weights(
    _ tensor: NetworkTensor, _ precision: CoreMLWeights
  ) -> CoreMLWeightParameters {
    .with { weights in
      if precision == .float16 {
        tensor.halves.map(\.littleEndian).withUnsafeBytes { weights.halves = .init($0) }
      } else {
        weights.floats = tensor.floats
      }
    }
  }

  /// A name that nothing else has.
  mutating func name(_ name: String) -> String { names.unique(name) }

  /// The same value under another shape, computed by a layer in front or behind.
  mutating func reshaped(_ value: MLValue, _ shape: [Int]) -> MLValue {
    guard shape != value.shape else { return value }
    let result = MLValue(names.unique("\(value.name)_shaped"), value.type.shaped(shape))
    add([value], [result], .reshape(.with { $0.shape = shape.map(Int64.init) }))
    return result
  }

  /// Adds a layer that computes the operation's output under another shape, and one that gives it its own.
  mutating func add(
    _ operation: MLOperation, _ inputs: [MLValue], as shape: [Int],
    _ parameters: CoreMLLayer.OneOf_Parameters
  ) {
    let output = operation.outputs[0]
    guard shape != output.shape else { return add(operation, inputs, parameters) }
    let inner = MLValue(names.unique("\(output.name)_inner"), output.type.shaped(shape))
    add(inputs, [inner], parameters)
    add([inner], [output], .reshape(.with { $0.shape = output.shape.map(Int64.init) }))
  }
}

extension MLOperation {
  func value(_ name: String) -> MLValue { self[name]!.values[0] }
  func tensor(_ name: String) -> NetworkTensor { value(name).constant! }

  func integers(_ name: String) -> [Int] {
    if case .integers(let values)? = self[name] { values } else { [] }
  }
  func integer(_ name: String) -> Int {
    if case .integer(let value)? = self[name] { value } else { 0 }
  }
  func float(_ name: String) -> Float {
    if case .float(let value)? = self[name] { value } else { 0 }
  }
  func bool(_ name: String) -> Bool {
    if case .bool(let value)? = self[name] { value } else { false }
  }
  func bools(_ name: String) -> [Bool] {
    if case .bools(let values)? = self[name] { values } else { [] }
  }
  func word(_ name: String) -> String {
    if case .word(let value)? = self[name] { value } else { "" }
  }
}

extension CoreMLModel {
  /// - Throws: `.unsupported` for what only programs have.
  init(neuralNetwork program: MLProgram, _ weights: CoreMLWeights) throws(NetworkError) {
    let unwritable = program.operations.filter { $0.isUnwritableAsLayer }
    guard unwritable.isEmpty else {
      throw NetworkError(
        unwritable: unwritable.map {
          .init(node: $0.outputs[0].name, operation: $0.type, detail: "which only programs have")
        }, in: "Core ML neural network")
    }
    self.init(program, version: 5)
    var writer = NeuralNetworkWriter(weights, names: program.names)
    for operation in program.operations { writer.write(operation) }
    neuralNetwork.layers = writer.layers
    neuralNetwork.arrayMapping = 1
  }
}

extension MLOperation {
  /// Weights that are computed are an input of convolutions of planes alone; planes grow linearly by whole factors, or with
  /// corners on corners.
  fileprivate var isUnwritableAsLayer: Bool {
    switch type {
    case "conv": value("weight").constant == nil && value("x").rank != 4
    case "resize_bilinear":
      word("sampling_mode") != "STRICT_ALIGN_CORNERS"
        && zip(outputs[0].shape, value("x").shape).contains { !$0.isMultiple(of: $1) }
    default: NeuralNetworkWriter.writers[type] == nil
    }
  }
}
