import Convolution

/// A name that a pickle may mention.
enum TorchGlobal: Sendable {
  /// A function that makes a tensor.
  case rebuild(Rebuild)
  case orderedDictionary
  case size
  /// A type of storage: what its elements are, nil for bytes.
  case storage(TorchType)
  /// A type of elements.
  case type(TorchType)
  /// Something of which nothing is kept, whatever it is made of.
  case inert(String)

  enum Rebuild: String {
    case tensor = "torch._utils._rebuild_tensor"
    case tensor2 = "torch._utils._rebuild_tensor_v2"
    case tensor3 = "torch._utils._rebuild_tensor_v3"
    case parameter = "torch._utils._rebuild_parameter"
    case parameterWithState = "torch._utils._rebuild_parameter_with_state"
    case sparse = "torch._utils._rebuild_sparse_tensor"
    case quantized = "torch._utils._rebuild_qtensor"
    case fromType = "torch._tensor._rebuild_from_type_v2"
  }

  private static let inertNames: Set<String> = [
    "torch.Tensor", "torch.nn.parameter.Parameter", "torch.device", "torch.layout", "torch.strided",
    "torch.sparse_coo", "torch.sparse_csr", "torch.per_tensor_affine", "torch.per_channel_affine",
    "torch.serialization._get_layout", "collections.Counter", "collections.defaultdict",
    "_codecs.encode", "numpy.dtype", "numpy.ndarray", "numpy.core.multiarray.scalar",
    "numpy._core.multiarray.scalar", "numpy.core.multiarray._reconstruct",
    "numpy._core.multiarray._reconstruct", "numpy.core.numeric._frombuffer",
    "numpy._core.numeric._frombuffer",
  ]
  private static let inertBuiltIns: Set<String> = [
    "bool", "bytearray", "bytes", "complex", "dict", "float", "frozenset", "int", "list", "set",
    "str", "tuple",
  ]

  /// - Throws: `.unsupportedFile` that names what means nothing here.
  init(module: String, name: String, in bytes: FileBytes) throws(ConvolutionError) {
    let path = "\(module).\(name)"
    if let rebuild = Rebuild(rawValue: path) {
      self = .rebuild(rebuild)
    } else if path == "collections.OrderedDict" {
      self = .orderedDictionary
    } else if path == "torch.Size" {
      self = .size
    } else if ["torch", "torch.cuda", "torch.storage"].contains(module),
      let type = TorchType(storage: name)
    {
      self = .storage(type)
    } else if module == "torch", let type = TorchType(word: name) {
      self = .type(type)
    } else if Self.inertNames.contains(path)
      || (module == "builtins" || module == "__builtin__") && Self.inertBuiltIns.contains(name)
    {
      self = .inert(path)
    } else {
      throw bytes.malformed(
        "a pickle that asks for \(path.prefix(120))\(Self.advice(module))",
        expected:
          "tensors in containers, like torch.save(model.state_dict(), ...); nothing is ever executed"
      )
    }
  }

  private static func advice(_ module: String) -> String {
    if module.hasPrefix("__torch__") { return ", a part of a TorchScript program" }
    return module.hasPrefix("torch.nn.") || module == "__main__" ? ", a part of a whole model" : ""
  }

  var name: String {
    switch self {
    case .rebuild(let rebuild): rebuild.rawValue
    case .orderedDictionary: "collections.OrderedDict"
    case .size: "torch.Size"
    case .storage(let type): "a storage of \(type.element)"
    case .type(let type): "torch.\(type.element)"
    case .inert(let name): name
    }
  }
}

/// What elements are by PyTorch's words.
struct TorchType: Sendable {
  let element: TensorElement
  /// In bytes.
  let size: Int

  /// A storage's class; bytes for one that has no type.
  init?(storage name: String) {
    switch name {
    case "UntypedStorage", "_UntypedStorage": self.init(.uint8)
    case "DoubleStorage": self.init(.float64)
    case "FloatStorage": self.init(.float32)
    case "HalfStorage": self.init(.float16)
    case "BFloat16Storage": self.init(.bfloat16)
    case "LongStorage": self.init(.int64)
    case "IntStorage": self.init(.int32)
    case "ShortStorage": self.init(.int16)
    case "CharStorage": self.init(.int8)
    case "ByteStorage": self.init(.uint8)
    case "BoolStorage": self.init(.bool)
    case "ComplexFloatStorage": self.init(word: "complex64")
    case "ComplexDoubleStorage": self.init(word: "complex128")
    case "QInt8Storage": self.init(word: "qint8")
    case "QUInt8Storage": self.init(word: "quint8")
    case "QInt32Storage": self.init(word: "qint32")
    case "QUInt4x2Storage": self.init(word: "quint4x2")
    case "QUInt2x4Storage": self.init(word: "quint2x4")
    default: return nil
    }
  }

  /// The name of a type in the module `torch`.
  init?(word: String) {
    if let element = TensorElement.numbers.first(where: { $0.description == word }) {
      self.init(element)
      return
    }
    switch word {
    case "complex128": self.init(.other(word), size: 16)
    case "complex64": self.init(.other(word), size: 8)
    case "complex32", "qint32": self.init(.other(word), size: 4)
    case "qint8", "quint8", "quint4x2", "quint2x4", "float8_e4m3fn", "float8_e5m2",
      "float8_e4m3fnuz", "float8_e5m2fnuz", "float8_e8m0fnu", "float4_e2m1fn_x2":
      self.init(.other(word), size: 1)
    default: return nil
    }
  }

  /// Of a view whose elements are the storage's with the other sign, which nothing here reads.
  var negated: TorchType { .init(.other("negated \(element)"), size: size) }

  private init(_ element: TensorElement, size: Int? = nil) {
    self.element = element
    self.size = size ?? element.size ?? 1
  }
}
