import SwiftProtobuf

extension CoreMLModel {
  /// What models of every kind say of their inputs and outputs.
  init(_ program: MLProgram, version: Int32) {
    self.init()
    specificationVersion = version
    description_p.input = program.inputs.map(CoreMLFeature.init)
    description_p.output = program.outputs.map(CoreMLFeature.init)
  }

  /// The same bytes for the same model.
  ///
  /// - Throws: `.outOfMemory` for more than the 2 GB that a message may have.
  func serialized() throws(NetworkError) -> [UInt8] {
    var options = BinaryEncodingOptions()
    options.useDeterministicOrdering = true
    do { return try serializedBytes(partial: false, options: options) } catch {
      throw NetworkError(
        .outOfMemory, argument: "Core ML model", received: "\(error)",
        expected: "a model of less than 2 GB")
    }
  }
}

extension CoreMLFeature {
  fileprivate init(_ value: MLValue) {
    self.init()
    name = value.name
    type.array.shape = value.shape.map(Int64.init)
    type.array.element = value.type.element == .float32 ? .float32 : .int32
  }
}
