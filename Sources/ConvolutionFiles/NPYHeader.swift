import Convolution

/// The text in front of the elements of a `.npy` file: a Python dictionary that tells their type, order and shape.
///
/// Source: NEP 1 and the documentation of `numpy.lib.format`.
struct NPYHeader {
  static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  let element: NPYElement
  let shape: [Int]

  /// Reads the dictionary.
  ///
  /// - Parameter elements: those that are welcome.
  /// - Throws: `.unsupportedFile` for other elements or an order that is not C's, `.integerOverflow` for an extent that
  ///   does not fit. Both name `file`.
  init(
    parsing text: [UInt8], of elements: [NPYElement], file: String
  ) throws(ConvolutionError) {
    var scanner = Scanner(text)
    let malformed = ConvolutionError(
      .unsupportedFile, argument: file,
      received:
        "the header \"\(String(decoding: text.prefix(80), as: UTF8.self).trimmedForOneLine)\"",
      expected: "a dictionary of 'descr', 'fortran_order' and 'shape'")
    func unsupported(_ received: String) -> ConvolutionError {
      ConvolutionError(
        .unsupportedFile, argument: file, received: received,
        expected: elements.map(\.words).joined(separator: "; "))
    }
    var elementType: String?
    var isFortranOrder: Bool?
    var shape: [Int]?
    guard scanner.take("{") else { throw malformed }
    while !scanner.take("}") {
      guard let key = scanner.quoted(), scanner.take(":") else { throw malformed }
      switch key {
      case "descr" where elementType == nil:
        // The type of a record is a list, not a word.
        guard let word = scanner.quoted() else {
          throw unsupported("a record of several fields")
        }
        elementType = word
      case "fortran_order" where isFortranOrder == nil:
        guard let word = scanner.run(of: \.isASCIILetter), word == "True" || word == "False" else {
          throw malformed
        }
        isFortranOrder = word == "True"
      case "shape" where shape == nil:
        shape = try Self.shape(&scanner, file: file, malformed: malformed)
      default:
        throw malformed
      }
      guard scanner.take(",") || scanner.isAt("}") else { throw malformed }
    }
    guard scanner.isAtEnd, let elementType, let isFortranOrder, let shape else { throw malformed }
    guard let element = elements.first(where: { $0.rawValue == elementType }) else {
      throw unsupported("elements of type '\(elementType)'")
    }
    guard !isFortranOrder else {
      throw ConvolutionError(
        .unsupportedFile, argument: file, received: "Fortran order",
        expected: "C order (fortran_order: False)")
    }
    self.element = element
    self.shape = shape
  }

  /// A tuple of extents: `()`, `(3,)`, `(3, 4)`.
  private static func shape(
    _ scanner: inout Scanner, file: String, malformed: ConvolutionError
  ) throws(ConvolutionError) -> [Int] {
    var shape: [Int] = []
    guard scanner.take("(") else { throw malformed }
    var isTuple = scanner.isAt(")")
    while !scanner.take(")") {
      guard let digits = scanner.run(of: \.isASCIIDigit) else { throw malformed }
      guard let extent = Int(digits) else {
        throw ConvolutionError(
          .integerOverflow, argument: file, received: "an extent of \(digits.prefix(40))",
          expected: "a size that fits into 64 bits")
      }
      shape.append(extent)
      let hasComma = scanner.take(",")
      isTuple = isTuple || hasComma
      guard hasComma || scanner.isAt(")") else { throw malformed }
    }
    guard isTuple else { throw malformed }
    return shape
  }

  /// Everything in front of the elements, a multiple of 64 bytes: magic, version, length, dictionary.
  static func bytes(for element: NPYElement, _ shape: [Int]) -> [UInt8] {
    let extents = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
    let dictionary =
      "{'descr': '\(element.rawValue)', 'fortran_order': False, 'shape': (\(extents)), }"
    // Version 1.0 holds its length in two bytes, version 2.0 in four.
    let isShort = dictionary.utf8.count < 65_000
    let prefix = magic.count + 2 + (isShort ? 2 : 4)
    let unpadded = prefix + dictionary.utf8.count + 1
    let padding = (64 - unpadded % 64) % 64
    let length = dictionary.utf8.count + padding + 1
    let lengthBytes = (0..<(isShort ? 2 : 4)).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
    var bytes = magic + [isShort ? 1 : 2, 0]
    bytes += lengthBytes
    bytes += Array(dictionary.utf8)
    bytes += [UInt8](repeating: UInt8(ascii: " "), count: padding)
    bytes.append(UInt8(ascii: "\n"))
    return bytes
  }
}

/// Takes a Python literal apart, from the front. White space before a part is passed over.
private struct Scanner {
  private var rest: ArraySlice<UInt8>

  init(_ text: [UInt8]) { rest = text[...] }

  var isAtEnd: Bool {
    mutating get {
      rest = rest.drop {
        $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\t")
      }
      return rest.isEmpty
    }
  }

  mutating func isAt(_ character: Unicode.Scalar) -> Bool {
    !isAtEnd && rest.first == UInt8(ascii: character)
  }

  mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard isAt(character) else { return false }
    rest.removeFirst()
    return true
  }

  /// A word between single or double quotes.
  mutating func quoted() -> String? {
    guard !isAtEnd, let quote = rest.first,
      quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"")
    else {
      return nil
    }
    guard let end = rest.dropFirst().firstIndex(of: quote) else { return nil }
    defer { rest = rest[(end + 1)...] }
    return String(decoding: rest[..<end].dropFirst(), as: UTF8.self)
  }

  /// The longest run, at least one long, of bytes that are of a kind.
  mutating func run(of kind: (UInt8) -> Bool) -> String? {
    guard !isAtEnd else { return nil }
    let word = rest.prefix(while: kind)
    rest = rest.dropFirst(word.count)
    return word.isEmpty ? nil : String(decoding: word, as: UTF8.self)
  }
}

extension UInt8 {
  fileprivate var isASCIIDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
  fileprivate var isASCIILetter: Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20)
  }
}

extension String {
  /// Without control characters, and without the padding at the end.
  fileprivate var trimmedForOneLine: String {
    split(whereSeparator: { $0.isWhitespace || $0.unicodeScalars.contains { $0.value < 32 } })
      .joined(separator: " ")
  }
}
