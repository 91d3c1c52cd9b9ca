extension MILNamedType {
  init(_ value: MLValue) {
    self.init()
    name = value.name
    type = MILValueType(value.type.element.message, value.shape)
  }
}

extension MILValueType {
  init(_ element: MILDataType, _ shape: [Int]) {
    self.init()
    tensorType.dataType = element
    tensorType.rank = Int64(shape.count)
    tensorType.dimensions = shape.map { extent in .with { $0.constant.size = UInt64(extent) } }
  }
}

extension MLType.Element {
  fileprivate var message: MILDataType {
    switch self {
    case .float32: .float32
    case .int32: .int32
    case .bool: .bool
    }
  }
}

extension MILValue {
  /// nil: values, and no setting.
  init?(setting: MLArgument) {
    switch setting {
    case .value, .values: return nil
    case .float(let value): self.init(.float32, []) { $0.floats.values = [value] }
    case .integer(let value): self.init(.int32, []) { $0.ints.values = [Int32(clamping: value)] }
    case .bool(let value): self.init(.bool, []) { $0.bools.values = [value] }
    case .word(let value): self.init(.string, []) { $0.strings.values = [value] }
    case .integers(let values):
      self.init(.int32, [values.count]) { $0.ints.values = values.map { Int32(clamping: $0) } }
    case .bools(let values): self.init(.bool, [values.count]) { $0.bools.values = values }
    }
  }

  /// A tensor that stands in the program.
  init(_ tensor: NetworkTensor, _ shape: [Int]) {
    switch tensor.element {
    case .float32:
      self.init(.float32, shape) { $0.floats.values = tensor.floats }
    case .int64, .int32, .uint8:
      self.init(.int32, shape) { $0.ints.values = tensor.integers!.map { Int32(clamping: $0) } }
    case .bool:
      self.init(.bool, shape) { $0.bools.values = tensor.integers!.map { $0 != 0 } }
    }
  }

  /// A tensor whose metadata lies at a place of the file of weights.
  init(file element: MILDataType, _ shape: [Int], at place: Int) {
    self.init()
    type = MILValueType(element, shape)
    file.name = WeightFile.name
    file.offset = UInt64(place)
  }

  private init(_ element: MILDataType, _ shape: [Int], _ fill: (inout MILTensorValue) -> Void) {
    self.init()
    type = MILValueType(element, shape)
    fill(&immediate.tensor)
  }
}
