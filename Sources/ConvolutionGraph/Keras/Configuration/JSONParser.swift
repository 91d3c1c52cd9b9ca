/// Reads a text of JSON.
struct JSONParser: ~Copyable {
  private let bytes: UnsafeRawBufferPointer
  /// What errors call the text.
  private let name: String
  private var position = 0
  private var depth = 0
  private var count = 0

  private static let depthLimit = 256

  /// - Throws: `.malformedFile`.
  static func parse(_ text: [UInt8], name: String) throws(NetworkError) -> JSON {
    let result = text.withUnsafeBytes { bytes in
      Result { () throws(NetworkError) in
        var parser = JSONParser(bytes: bytes, name: name)
        let value = try parser.value()
        parser.skipSpace()
        guard parser.position == bytes.count else { throw parser.malformed("the end") }
        return value
      }
    }
    return try result.get()
  }

  private init(bytes: UnsafeRawBufferPointer, name: String) {
    self.bytes = bytes
    self.name = name
  }

  private func malformed(_ expected: String) -> NetworkError {
    let received =
      position < bytes.count
      ? "'\(Unicode.Scalar(bytes[position]).escaped(asASCII: true))' at byte \(position)"
      : "the end of the text"
    return NetworkError(
      .malformedFile, argument: name, received: received, expected: "JSON: \(expected)")
  }

  private mutating func skipSpace() {
    while let byte = peek(), [0x20, 0x09, 0x0A, 0x0D].contains(byte) { position += 1 }
  }

  private func peek() -> UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard peek() == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ character: Unicode.Scalar) throws(NetworkError) {
    skipSpace()
    guard take(character) else { throw malformed("'\(character)'") }
  }

  private mutating func value() throws(NetworkError) -> JSON {
    skipSpace()
    // A value takes more memory than the text of a short one; configurations have names beside them.
    count += 1
    guard count <= 4096 + bytes.count / 6 else { throw malformed("fewer values in such a text") }
    switch peek() {
    case UInt8(ascii: "{"):
      return try nested { (parser) throws(NetworkError) in
        try .object(parser.object())
      }
    case UInt8(ascii: "["):
      return try nested { (parser) throws(NetworkError) in
        try .array(parser.array())
      }
    case UInt8(ascii: "\""): return .string(try string())
    default: return try word()
    }
  }

  private mutating func nested(
    _ body: (inout JSONParser) throws(NetworkError) -> JSON
  ) throws(NetworkError) -> JSON {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.depthLimit else {
      throw malformed("at most \(Self.depthLimit) values in each other")
    }
    position += 1
    return try body(&self)
  }

  private mutating func object() throws(NetworkError) -> [String: JSON] {
    var values: [String: JSON] = [:]
    skipSpace()
    if take("}") { return values }
    while true {
      skipSpace()
      let key = try string()
      try expect(":")
      values[key] = try value()
      skipSpace()
      if take("}") { return values }
      try expect(",")
    }
  }

  private mutating func array() throws(NetworkError) -> [JSON] {
    var values: [JSON] = []
    skipSpace()
    if take("]") { return values }
    while true {
      values.append(try value())
      skipSpace()
      if take("]") { return values }
      try expect(",")
    }
  }

  /// A number, or one of the words that are values.
  private mutating func word() throws(NetworkError) -> JSON {
    let first = position
    while let byte = peek(), Self.isOfWord(byte) { position += 1 }
    let word = String(decoding: bytes[first..<position], as: UTF8.self)
    switch word {
    case "null": return .null
    case "true": return .bool(true)
    case "false": return .bool(false)
    case "NaN": return .number(.nan)
    case "Infinity": return .number(.infinity)
    case "-Infinity": return .number(-.infinity)
    default:
      guard let start = word.utf8.first, Self.beginsNumber(start), let number = Double(word) else {
        position = first
        throw malformed("a value")
      }
      return .number(number)
    }
  }

  private static func isOfWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "+"),
      UInt8(ascii: "."):
      true
    default: false
    }
  }

  private static func beginsNumber(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "-") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  private mutating func string() throws(NetworkError) -> String {
    guard take("\"") else { throw malformed("a string") }
    var text: [UInt8] = []
    while let byte = peek() {
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let string = String(validating: text, as: UTF8.self) else {
          throw malformed("text in UTF-8")
        }
        return string
      case UInt8(ascii: "\\"): text += try escaped()
      default: text.append(byte)
      }
    }
    throw malformed("the end of a string")
  }

  /// What is behind a backslash, in UTF-8.
  private mutating func escaped() throws(NetworkError) -> [UInt8] {
    let escape = peek()
    position += 1
    switch escape.map({ Unicode.Scalar($0) }) {
    case "\"", "\\", "/": return [escape!]
    case "b": return [0x08]
    case "f": return [0x0C]
    case "n": return [0x0A]
    case "r": return [0x0D]
    case "t": return [0x09]
    case "u":
      let first = try unit()
      guard UTF16.isLeadSurrogate(first) else {
        return Array(String(decoding: [first], as: UTF16.self).utf8)
      }
      guard take("\\"), take("u") else { throw malformed("the other half of a character") }
      return Array(String(decoding: [first, try unit()], as: UTF16.self).utf8)
    default: throw malformed("a character behind a backslash")
    }
  }

  /// Four hexadecimal digits.
  private mutating func unit() throws(NetworkError) -> UInt16 {
    guard position + 4 <= bytes.count,
      bytes[position..<position + 4].allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
      let unit = UInt16(
        String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16)
    else { throw malformed("four hexadecimal digits") }
    position += 4
    return unit
  }
}
