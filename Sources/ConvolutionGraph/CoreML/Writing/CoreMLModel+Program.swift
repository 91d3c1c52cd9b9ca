extension CoreMLModel {
  /// What every kind of model says of itself.
  init(_ program: MLProgram, version: Int32) {
    self.init()
    specificationVersion = version
    description_p.input = program.inputs.map(CoreMLFeature.init)
    description_p.output = program.outputs.map(CoreMLFeature.init)
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
