import Convolution

/// The text in front of the elements of a safetensors file: what tensors there are, and where.
///
/// Source: the description of the format in huggingface/safetensors.
struct SafetensorsHeader {
  private(set) var metadata: [String: String] = [:]
  /// In the order of their elements.
  private(set) var tensors: [StoredTensor] = []

  /// The format's own limit, in bytes.
  private static let longest = 100_000_000

  /// Whether bytes begin as such a file does: the header's length, and a brace.
  static func isSafetensors(_ bytes: FileBytes) -> Bool {
    bytes.withUnsafeBytes { bytes in
      bytes.count > 8 && bytes[8] == UInt8(ascii: "{") && bytes[5..<8].allSatisfy { $0 == 0 }
    }
  }

  /// - Throws: `.unsupportedFile` for a header that is not exactly as the format has it, `.integerOverflow` for shapes too
  ///   large.
  init(_ bytes: FileBytes) throws(ConvolutionError) {
    var reader = ByteReader(bytes)
    let length = try reader.size(8)
    guard length <= Self.longest else {
      throw bytes.malformed("a header of \(length) bytes", expected: "at most \(Self.longest)")
    }
    let text = try reader.part(length)
    let data = try bytes.part(from: reader.position)
    var json = JSONReader(text)
    var names: Set<String> = []
    var places: [(tensor: StoredTensor, place: Range<Int>)] = []
    var metadata: [String: String] = [:]
    try json.object { (name, json) throws(ConvolutionError) in
      guard names.insert(name).inserted else {
        throw bytes.malformed("\"\(name)\" twice", expected: "every name once")
      }
      if name == "__metadata__" {
        try json.object { (key, json) throws(ConvolutionError) in
          guard metadata.updateValue(try json.string(), forKey: key) == nil else {
            throw bytes.malformed("\"\(key)\" twice in the metadata", expected: "every name once")
          }
        }
      } else {
        places.append(try Self.tensor(name, &json, data))
      }
    }
    try json.end()
    self.metadata = metadata

    places.sort {
      ($0.place.lowerBound, $0.place.upperBound) < ($1.place.lowerBound, $1.place.upperBound)
    }
    var end = 0
    for (tensor, place) in places {
      guard place.lowerBound == end else {
        throw bytes.malformed(
          "\"\(tensor.name)\" at byte \(place.lowerBound) of the elements",
          expected: "\(end), right behind the tensor before it")
      }
      end = place.upperBound
      tensors.append(tensor)
    }
    guard end == data.count else {
      throw bytes.malformed("\(data.count) bytes of elements", expected: "\(end), for all tensors")
    }
  }

  private static func tensor(
    _ name: String, _ json: inout JSONReader, _ data: FileBytes
  ) throws(ConvolutionError) -> (tensor: StoredTensor, place: Range<Int>) {
    var word: String?
    var shape: [Int]?
    var offsets: [Int]?
    try json.object { (key, json) throws(ConvolutionError) in
      switch key {
      case "dtype" where word == nil: word = try json.string()
      case "shape" where shape == nil: shape = try sizes(&json)
      case "data_offsets" where offsets == nil: offsets = try sizes(&json)
      default: throw json.malformed("\"\(key.prefix(40))\" in what \"\(name.prefix(80))\" is")
      }
    }
    guard let word, let shape, let offsets, offsets.count == 2, offsets[0] <= offsets[1] else {
      throw data.malformed(
        "\"\(name)\" without a type, a shape or two offsets", expected: "all three")
    }
    let place = offsets[0]..<offsets[1]
    let element = words[word] ?? .other(word)
    let argument = "\(data.name), \(name)"
    if let size = element.size {
      let length = try Checked.multiply(
        Checked.elementCount(shape, argument: argument), size, argument: argument)
      guard length == place.count else {
        throw data.malformed(
          "\(place.count) bytes of \"\(name)\"",
          expected: "\(length), for \(element) of shape \(shape)")
      }
    }
    let bytes = try data.part(at: place.lowerBound, place.count).named(argument)
    let tensor = StoredTensor(name: name, shape: shape, element: element) {
      () throws(ConvolutionError) in bytes
    }
    return (tensor, place)
  }

  private static func sizes(_ json: inout JSONReader) throws(ConvolutionError) -> [Int] {
    var sizes: [Int] = []
    try json.array { (json) throws(ConvolutionError) in
      let size = try json.integer()
      guard size >= 0, sizes.count < 64 else {
        throw json.malformed(size < 0 ? "\(size) for a size" : "more than 64 axes")
      }
      sizes.append(size)
    }
    return sizes
  }

  /// Other words (F8_E4M3, C64...) stand for what cannot be read.
  private static let words: [String: TensorElement] = [
    "F64": .float64, "F32": .float32, "F16": .float16, "BF16": .bfloat16, "I64": .int64,
    "I32": .int32, "I16": .int16, "I8": .int8, "U64": .uint64, "U32": .uint32, "U16": .uint16,
    "U8": .uint8, "BOOL": .bool,
  ]

  /// nil for ``TensorElement/other(_:)``.
  static func word(for element: TensorElement) -> String? {
    words.first { $0.value == element }?.key
  }
}
