import Convolution

/// Takes JSON text apart from the front, without keeping what nobody asks for.
package struct JSONReader {
  private let bytes: FileBytes
  private var position = 0
  private var depth = 0
  /// Values in each other at most.
  private let deepest: Int
  private let words: [String]

  /// - Parameters:
  ///   - bytes: the text, as UTF-8. What is wrong with it is an error that names it.
  ///   - deepest: how many values may lie in each other.
  ///   - words: those that are values besides JSON's own.
  package init(_ bytes: FileBytes, deepest: Int = 128, words: [String] = []) {
    self.bytes = bytes
    self.deepest = deepest
    self.words = ["true", "false", "null"] + words
  }

  /// What stands next, white space passed over; nil at the end.
  package mutating func next() -> UInt8? {
    bytes.withUnsafeBytes { bytes in
      while position < bytes.count {
        guard [0x20, 0x0A, 0x0D, 0x09].contains(bytes[position]) else { return bytes[position] }
        position += 1
      }
      return nil
    }
  }

  /// Expects that nothing follows.
  package mutating func end() throws(ConvolutionError) {
    guard next() == nil else { throw malformed("something behind the end") }
  }

  /// Calls `body` with each key of an object. It takes the value.
  package mutating func object(
    _ body: (String, inout JSONReader) throws(ConvolutionError) -> Void
  ) throws(ConvolutionError) {
    try sequence("{", "}") { (reader) throws(ConvolutionError) in
      let key = try reader.string()
      try reader.expect(":")
      try body(key, &reader)
    }
  }

  /// Calls `body` before each element of an array. It takes the element.
  package mutating func array(
    _ body: (inout JSONReader) throws(ConvolutionError) -> Void
  ) throws(ConvolutionError) {
    try sequence("[", "]", body)
  }

  /// A text.
  package mutating func string() throws(ConvolutionError) -> String {
    try expect("\"")
    var text: [UInt8] = []
    while true {
      let byte = try bytes.integer(UInt8.self, at: position)
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let string = String(validating: text, as: UTF8.self) else {
          throw malformed("a text that is not UTF-8")
        }
        return string
      case UInt8(ascii: "\\"): text += Array(String(try escaped()).utf8)
      case 0..<0x20: throw malformed("a control character in a text")
      default: text.append(byte)
      }
    }
  }

  /// An integer.
  package mutating func integer() throws(ConvolutionError) -> Int {
    let word = try word()
    guard let value = Int(word), word.first != "+" else {
      throw malformed("\"\(word.prefix(40))\" for an integer")
    }
    return value
  }

  /// A text, or a number or word as it stands there.
  package mutating func scalar() throws(ConvolutionError) -> String {
    next() == UInt8(ascii: "\"") ? try string() : try word()
  }

  /// Passes a value over.
  package mutating func skip() throws(ConvolutionError) {
    switch next() {
    case UInt8(ascii: "{"): try object { (_, reader) throws(ConvolutionError) in try reader.skip() }
    case UInt8(ascii: "["): try array { (reader) throws(ConvolutionError) in try reader.skip() }
    default: _ = try scalar()
    }
  }

  package func malformed(_ received: String) -> ConvolutionError {
    bytes.malformed("\(received) at byte \(position)", expected: "JSON text")
  }
}

// MARK: - Parts

extension JSONReader {
  private mutating func sequence(
    _ first: Unicode.Scalar, _ last: Unicode.Scalar,
    _ body: (inout JSONReader) throws(ConvolutionError) -> Void
  ) throws(ConvolutionError) {
    try expect(first)
    depth += 1
    guard depth <= deepest else { throw malformed("values in each other without end") }
    if next() != UInt8(ascii: last) {
      try body(&self)
      while next() == UInt8(ascii: ",") {
        position += 1
        try body(&self)
      }
    }
    try expect(last)
    depth -= 1
  }

  private mutating func expect(_ character: Unicode.Scalar) throws(ConvolutionError) {
    guard next() == UInt8(ascii: character) else {
      throw malformed("something else than \"\(character)\"")
    }
    position += 1
  }

  /// A number, or `true`, `false` or `null`.
  private mutating func word() throws(ConvolutionError) -> String {
    _ = next()
    var word: [UInt8] = []
    while let byte = try? bytes.integer(UInt8.self, at: position),
      byte.isASCIIDigit || byte.isASCIILetter || Array("+-.".utf8).contains(byte)
    {
      word.append(byte)
      position += 1
    }
    let text = String(decoding: word, as: UTF8.self)
    guard words.contains(text) || Self.isNumber(word[...]) else {
      throw malformed("\"\(text.prefix(40))\" for a value")
    }
    return text
  }

  /// Whether a word is digits, perhaps with a sign, a fraction and an exponent, as JSON has them.
  private static func isNumber(_ word: ArraySlice<UInt8>) -> Bool {
    var rest = word
    func takeDigits() -> Int {
      let digits = rest.prefix(while: \.isASCIIDigit).count
      rest = rest.dropFirst(digits)
      return digits
    }
    if rest.first == UInt8(ascii: "-") { rest.removeFirst() }
    let hasZero = rest.first == UInt8(ascii: "0")
    let digits = takeDigits()
    guard digits > 0, digits == 1 || !hasZero else { return false }
    if rest.first == UInt8(ascii: ".") {
      rest.removeFirst()
      guard takeDigits() > 0 else { return false }
    }
    if let letter = rest.first, letter | 0x20 == UInt8(ascii: "e") {
      rest.removeFirst()
      if let sign = rest.first, Array("+-".utf8).contains(sign) { rest.removeFirst() }
      guard takeDigits() > 0 else { return false }
    }
    return rest.isEmpty
  }

  /// What stands behind a backslash.
  private mutating func escaped() throws(ConvolutionError) -> Unicode.Scalar {
    let byte = try bytes.integer(UInt8.self, at: position)
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      let first = try codeUnit()
      if let scalar = Unicode.Scalar(UInt32(first)) { return scalar }
      // A character beyond 16 bits is a pair.
      guard first < 0xDC00,
        (try? bytes.part(at: position, 2).starts(with: Array("\\u".utf8))) == true
      else { throw malformed("half of a character") }
      position += 2
      let second = try codeUnit()
      guard 0xDC00...0xDFFF ~= second,
        let scalar = Unicode.Scalar(
          0x10000 + (UInt32(first & 0x3FF) << 10 | UInt32(second & 0x3FF)))
      else { throw malformed("half of a character") }
      return scalar
    default: throw malformed("an unknown escape")
    }
  }

  private mutating func codeUnit() throws(ConvolutionError) -> UInt16 {
    let digits = try bytes.part(at: position, 4)
    let text = digits.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    guard let unit = UInt16(text, radix: 16), text.first != "+" else {
      throw malformed("an escape without digits")
    }
    position += 4
    return unit
  }
}
