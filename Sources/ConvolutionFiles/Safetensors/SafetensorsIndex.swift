import Convolution

/// `model.safetensors.index.json`, or `pytorch_model.bin.index.json`: which of several files has which tensor. It alone decides
/// which files are read.
struct SafetensorsIndex {
  private(set) var metadata: [String: String] = [:]
  private(set) var tensors: [StoredTensor] = []

  /// Whether bytes may be an index.
  static func isIndex(_ bytes: FileBytes) -> Bool {
    var reader = JSONReader(bytes.prefix(1 << 10))
    return reader.next() == UInt8(ascii: "{")
  }

  /// - Throws: `.unsupportedFile` for an index or a file that is broken, and for a tensor that is not where the index says;
  ///   `.inputOutput` for a file that cannot be read.
  init(_ bytes: FileBytes, path: String) throws(ConvolutionError) {
    var json = JSONReader(bytes)
    var metadata: [String: String] = [:]
    var places: [(tensor: String, file: String)]?
    try json.object { (key, json) throws(ConvolutionError) in
      switch key {
      case "metadata":
        try json.object { (key, json) throws(ConvolutionError) in
          guard let next = json.next(), !Array("{[".utf8).contains(next) else {
            return try json.skip()
          }
          metadata[key] = try json.scalar()
        }
      case "weight_map" where places == nil: places = try Self.places(&json)
      default: try json.skip()
      }
    }
    try json.end()
    guard let places else {
      throw bytes.malformed(
        "JSON without \"weight_map\"", expected: "the index of several files of tensors")
    }
    self.metadata = metadata

    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    var files: [String: [String: StoredTensor]] = [:]
    for (name, file) in places {
      if files[file] == nil {
        // A name with a folder in it could lead anywhere.
        guard !file.isEmpty, !file.contains("/"), file != ".", file != ".." else {
          throw bytes.malformed("the file \"\(file)\"", expected: "one beside the index")
        }
        let part = try TensorFileContent(
          FileBytes(contentsOf: folder + file), path: file, isPart: true)
        files[file] = Dictionary(part.tensors.map { ($0.name, $0) }) { first, _ in first }
      }
      guard let tensor = files[file]?[name] else {
        throw bytes.malformed("no \"\(name)\" in \(file)", expected: "one where the index says")
      }
      tensors.append(tensor)
    }
  }

  private static func places(
    _ json: inout JSONReader
  ) throws(ConvolutionError) -> [(tensor: String, file: String)] {
    var places: [(tensor: String, file: String)] = []
    var names: Set<String> = []
    try json.object { (name, json) throws(ConvolutionError) in
      guard names.insert(name).inserted else { throw json.malformed("\"\(name)\" twice") }
      places.append((name, try json.string()))
    }
    return places
  }
}
