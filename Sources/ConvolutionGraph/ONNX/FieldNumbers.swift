// Numbers, as in onnx.proto, of the fields that are read where they lie in a file.

enum ModelField: Int {
  case graph = 7
  case operatorSet = 8
  case function = 25
}

enum FunctionField: Int {
  case node = 7
}

enum GraphField: Int {
  case node = 1
  case initializer = 5
  case input = 11
  case output = 12
  case sparseInitializer = 15
}

enum SparseTensorField: Int {
  case values = 1
}

enum NodeField: Int {
  case attribute = 5
}

enum AttributeField: Int {
  case tensor = 5
  case graph = 6
  case graphs = 11
}

/// Where elements may be.
enum TensorField: Int {
  case floats = 4
  case int32s = 5
  case strings = 6
  case int64s = 7
  case raw = 9
  case doubles = 10
  case uint64s = 11
}
