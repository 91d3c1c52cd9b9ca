import Convolution

/// The keys and numbers of a layer descriptor as they stand there; nil and zero say nothing, as in benchdnn.
struct DescriptorFields {
  let text: String
  let name: String?
  private let numbers: [Substring: Int]

  private static let keys =
    ["g", "mb", "ic", "oc"] + "iokspd".flatMap { field in "dhw".map { "\(field)\($0)" } }

  init(_ descriptor: String) throws(ConvolutionError) {
    var rest = descriptor.drop(while: \.isWhitespace)
    while rest.last?.isWhitespace == true { rest.removeLast() }
    text = String(rest)
    var name: String?
    var numbers: [Substring: Int] = [:]
    while let first = rest.first {
      if first == "_" {
        rest.removeFirst()
      } else if first == "n" {
        name = rest.dropFirst().filter { $0 != "\"" }
        break
      } else {
        let key = rest.prefix { !$0.isASCII || !($0.isNumber || $0 == "_") }
        guard Self.keys.contains(String(key)) else {
          throw ConvolutionError(
            .invalidValue, argument: "descriptor",
            received: "\"\(text)\" with the unknown key \"\(key)\"",
            expected: "keys \(Self.keys.joined(separator: " ")) with a number each")
        }
        rest = rest[key.endIndex...]
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        guard !digits.isEmpty else {
          throw ConvolutionError(
            .invalidValue, argument: "descriptor",
            received: "\"\(text)\" with no number after \"\(key)\"",
            expected: "\(key) and a number, like \(key)1")
        }
        guard let number = Int(digits) else {
          throw ConvolutionError(
            .integerOverflow, argument: "descriptor", received: "\(key)\(digits)",
            expected: "a number that fits into 64 bits")
        }
        numbers[key] = number
        rest = rest[digits.endIndex...]
      }
    }
    self.name = name
    self.numbers = numbers
  }

  subscript(key: String) -> Int? { numbers[key[...]] }

  /// The number of `key` unless it is not given.
  func positive(_ key: String) throws(ConvolutionError) -> Int? {
    guard self[key] != 0 else {
      throw ConvolutionError(
        .nonPositiveSize, argument: "descriptor", received: "\(key)0", expected: "at least \(key)1")
    }
    return self[key]
  }

  /// The number of `key`, which must be given.
  func required(_ key: String, _ meaning: String) throws(ConvolutionError) -> Int {
    guard let number = try positive(key) else { throw missing(key, meaning) }
    return number
  }

  /// The axes of space, outermost first, nothing missing.
  func axes(isTransposed: Bool) throws(ConvolutionError) -> [DescriptorAxis] {
    let depth = try AxisFields(self, "d")
    let height = try AxisFields(self, "h")
    let width = try AxisFields(self, "w")
    let axes: [(Character, AxisFields)]
    if depth.isGiven {
      let heightOrDepth = height.isGiven || width.isGiven ? height : depth
      axes = [
        ("d", depth.completed(from: heightOrDepth)), ("h", heightOrDepth),
        ("w", width.completed(from: heightOrDepth)),
      ]
    } else if height.isGiven {
      axes = [("h", height), ("w", width.completed(from: height))]
    } else {
      axes = [("w", width)]
    }
    var resolved: [DescriptorAxis] = []
    for (letter, axis) in axes {
      guard let input = axis.input else { throw missing("i\(letter)", "the input's extent") }
      guard let kernel = axis.kernel else { throw missing("k\(letter)", "the kernel's extent") }
      resolved.append(
        try axis.resolved(input: input, kernel: kernel, isTransposed: isTransposed))
    }
    return resolved
  }

  private func missing(_ key: String, _ meaning: String) -> ConvolutionError {
    ConvolutionError(
      .invalidValue, argument: "descriptor", received: "\"\(text)\" without \(key)",
      expected: "\(key), \(meaning)")
  }
}
