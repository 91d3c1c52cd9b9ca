// Numbers, as in onnx.proto, of the fields that are read where they lie in a file.

enum ModelField: Int { case graph = 7, operatorSet, function = 25 }
enum FunctionField: Int { case node = 7 }
enum GraphField: Int { case node = 1, initializer = 5, input = 11, output, sparseInitializer = 15 }
enum SparseTensorField: Int { case values = 1 }
enum NodeField: Int { case attribute = 5 }
enum AttributeField: Int { case tensor = 5, graph, graphs = 11 }

/// Where elements may be.
enum TensorField: Int {
  case floats = 4, int32s, strings, int64s
  case raw = 9
  case doubles, uint64s
}
