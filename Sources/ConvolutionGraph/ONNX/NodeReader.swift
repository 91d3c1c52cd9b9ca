/// A node of a file, while its operator is made: attributes by name, and a list of what is not supported.
///
/// Attributes that nobody has asked for are reported as unsupported, so that nothing in a file is passed over in silence.
struct NodeReader {
  let name: String
  let operation: String
  /// The version of ONNX's operators that the file asks for.
  let opset: Int
  /// nil: an optional input that is left out.
  private(set) var inputs: [Input?]
  /// The outputs that there are; further ones may not be used.
  private(set) var outputCount: Int
  private(set) var unsupported: [NetworkError.Unsupported] = []
  private var attributes: [String: Attribute]

  enum Input {
    case value(String)
    /// An input that older versions have as an attribute.
    case constant(NetworkTensor)
  }

  enum Attribute {
    case float(Float)
    case integer(Int)
    case string(String)
    case tensor(NetworkTensor)
    case floats([Float])
    case integers([Int])
    case strings([String])
    /// A graph or something else that no supported operator has.
    case other
  }

  init(
    name: String, operation: String, opset: Int, inputs: [String?], outputCount: Int,
    attributes: [String: Attribute]
  ) {
    self.name = name
    self.operation = operation
    self.opset = opset
    self.inputs = inputs.map { $0.map(Input.value) }
    self.outputCount = outputCount
    self.attributes = attributes
  }

  /// Whether there is an input, and it is not left out.
  func hasInput(_ index: Int) -> Bool { index < inputs.count && inputs[index] != nil }

  /// Gives an input the value that an attribute of an older version has.
  mutating func setInput(_ index: Int, _ tensor: NetworkTensor?) {
    guard let tensor else { return }
    while inputs.count <= index { inputs.append(nil) }
    inputs[index] = .constant(tensor)
  }

  /// The same with 64-bit integers; nil: nothing is done.
  mutating func setInput(_ index: Int, integers: [Int]?) {
    guard let integers else { return }
    setInput(index, try? NetworkTensor(integers.map(Int64.init), shape: [integers.count]))
  }

  /// Makes place for an input that older versions do not have.
  mutating func insertMissingInput(_ index: Int) {
    while inputs.count < index { inputs.append(nil) }
    inputs.insert(nil, at: index)
  }

  mutating func removeInput(_ index: Int) { inputs.remove(at: index) }

  /// Notes that something is not supported. What the caller makes of the node then does not matter.
  mutating func reject(_ detail: String) {
    unsupported.append(.init(node: name, operation: operation, detail: detail))
  }

  /// Leaves out the outputs from a number on: they are not supported where the network uses them.
  mutating func removeOutputs(from first: Int) { outputCount = min(outputCount, first) }

  // MARK: Attributes

  mutating func integer(_ name: String) -> Int? {
    switch attributes.removeValue(forKey: name) {
    case nil: return nil
    case .integer(let value): return value
    default:
      reject("attribute \(name) that is not an integer")
      return nil
    }
  }

  mutating func integer(_ name: String, default value: Int) -> Int { integer(name) ?? value }

  mutating func bool(_ name: String, default value: Bool = false) -> Bool {
    integer(name).map { $0 != 0 } ?? value
  }

  mutating func float(_ name: String) -> Float? {
    switch attributes.removeValue(forKey: name) {
    case nil: return nil
    case .float(let value): return value
    default:
      reject("attribute \(name) that is not a float")
      return nil
    }
  }

  mutating func float(_ name: String, default value: Float) -> Float { float(name) ?? value }

  mutating func string(_ name: String) -> String? {
    switch attributes.removeValue(forKey: name) {
    case nil: return nil
    case .string(let value): return value
    default:
      reject("attribute \(name) that is not a string")
      return nil
    }
  }

  mutating func string(_ name: String, default value: String) -> String { string(name) ?? value }

  mutating func integers(_ name: String) -> [Int]? {
    switch attributes.removeValue(forKey: name) {
    case nil: return nil
    case .integers(let values): return values
    default:
      reject("attribute \(name) that is not a list of integers")
      return nil
    }
  }

  mutating func floats(_ name: String) -> [Float]? {
    switch attributes.removeValue(forKey: name) {
    case nil: return nil
    case .floats(let values): return values
    default:
      reject("attribute \(name) that is not a list of floats")
      return nil
    }
  }

  mutating func strings(_ name: String) -> [String]? {
    switch attributes.removeValue(forKey: name) {
    case nil: return nil
    case .strings(let values): return values
    default:
      reject("attribute \(name) that is not a list of strings")
      return nil
    }
  }

  mutating func tensor(_ name: String) -> NetworkTensor? {
    switch attributes.removeValue(forKey: name) {
    case nil: return nil
    case .tensor(let value): return value
    default:
      reject("attribute \(name) that is not a tensor")
      return nil
    }
  }

  /// One of the words that an enumeration has; another one is rejected.
  mutating func word<Word: RawRepresentable>(_ name: String, default value: Word) -> Word
  where Word.RawValue == String {
    guard let word = string(name) else { return value }
    guard let known = Word(rawValue: word) else {
      reject("attribute \(name) \"\(word)\"")
      return value
    }
    return known
  }

  /// Passes over an attribute that changes nothing here.
  mutating func ignore(_ name: String) { attributes.removeValue(forKey: name) }

  /// Rejects every attribute that nobody has asked for.
  mutating func rejectUnread() {
    for name in attributes.keys.sorted() { reject("attribute \(name)") }
    attributes = [:]
  }
}
