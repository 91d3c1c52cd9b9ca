/// The words of NumPy's headers.
extension TensorElement {
  /// Reads a word like `<f4`: the order of bytes, the kind, the size of an element.
  init(npyWord word: String) {
    self = .other(word)
    // A byte has no order; files write any mark for it.
    guard let mark = word.first, "<>|=".contains(mark) else { return }
    let element = Self.numbers.first { $0.npyKind == String(word.dropFirst()) }
    if let element, element.size == 1 || mark == "<" || mark == ">" { self = element }
  }

  /// The word with which elements are written, least significant byte first; nil for those that NumPy has no word for.
  var npyWord: String? { npyKind.map { "\(size == 1 ? "|" : "<")\($0)" } }

  /// The word without the order of bytes.
  private var npyKind: String? {
    switch self {
    case .float64: "f8"
    case .float32: "f4"
    case .float16: "f2"
    case .int64: "i8"
    case .int32: "i4"
    case .int16: "i2"
    case .int8: "i1"
    case .uint64: "u8"
    case .uint32: "u4"
    case .uint16: "u2"
    case .uint8: "u1"
    case .bool: "b1"
    case .bfloat16, .other: nil
    }
  }
}
