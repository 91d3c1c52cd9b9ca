import Convolution

/// The text in front of the elements of a `.npy` file: a Python dictionary that tells their type, order and shape.
///
/// Source: NEP 1 and the documentation of `numpy.lib.format`.
struct NPYHeader {
  static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  /// Of a header, in bytes: far more than any array needs.
  private static let longest = 1 << 20

  let element: TensorElement
  let shape: [Int]
  private let isBigEndian: Bool
  private let isFortranOrder: Bool
  /// Of everything in front of the elements.
  let length: Int

  /// How many bytes lie in front of the elements; nil where the bytes end before they say so.
  ///
  /// - Throws: `.unsupportedFile` for other bytes.
  static func length(in bytes: FileBytes) throws(ConvolutionError) -> Int? {
    guard bytes.starts(with: magic) else {
      throw bytes.malformed(
        "\(bytes.count) bytes without the mark of NumPy's format", expected: "a .npy file")
    }
    var reader = ByteReader(bytes, at: magic.count)
    guard bytes.count >= magic.count + 6 else { return nil }
    let version = (try reader.byte(), try reader.byte())
    guard (1...3).contains(version.0), version.1 == 0 else {
      throw bytes.malformed(
        "version \(version.0).\(version.1) of NumPy's format", expected: "version 1.0, 2.0 or 3.0")
    }
    let length = try reader.size(version.0 == 1 ? 2 : 4)
    guard length <= longest else {
      throw bytes.malformed("a header of \(length) bytes", expected: "at most \(longest)")
    }
    return reader.position + length
  }

  /// Reads everything in front of the elements.
  ///
  /// - Throws: `.unsupportedFile` for other bytes, `.integerOverflow` for an extent that does not fit.
  init(_ bytes: FileBytes) throws(ConvolutionError) {
    guard let length = try Self.length(in: bytes), length <= bytes.count else {
      throw bytes.malformed("a file that ends in its header", expected: "a whole one")
    }
    // Behind the mark, the version and a length of two or four bytes.
    let start =
      try Self.magic.count + (bytes.integer(UInt8.self, at: Self.magic.count) == 1 ? 4 : 6)
    let text = try bytes.part(at: start, length - start).array
    let file = bytes.name
    var scanner = Scanner(text)
    let malformed = ConvolutionError(
      .unsupportedFile, argument: file,
      received:
        "the header \"\(String(decoding: text.prefix(80), as: UTF8.self).trimmedForOneLine)\"",
      expected: "a dictionary of 'descr', 'fortran_order' and 'shape'")
    var word: String?
    var isFortranOrder: Bool?
    var shape: [Int]?
    guard scanner.take("{") else { throw malformed }
    while !scanner.take("}") {
      guard let key = scanner.quoted(), scanner.take(":") else { throw malformed }
      switch key {
      case "descr" where word == nil:
        // The type of a record is a list, not a word.
        guard let quoted = scanner.quoted() else {
          throw bytes.malformed(
            "a record of several fields",
            expected: TensorElement.numbers.compactMap(\.npyWord).joined(separator: ", "))
        }
        word = quoted
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
    guard scanner.isAtEnd, let word, let isFortranOrder, let shape else { throw malformed }
    element = TensorElement(npyWord: word)
    isBigEndian = word.hasPrefix(">")
    self.isFortranOrder = isFortranOrder
    self.shape = shape
    self.length = length
  }

  func stored(
    name: String, bytes: @escaping @Sendable () throws(ConvolutionError) -> FileBytes
  ) -> StoredTensor {
    StoredTensor(
      name: name, shape: shape, element: element, isBigEndian: isBigEndian,
      strides: isFortranOrder ? fortranStrides : nil, bytes: bytes)
  }

  /// From one element to the next along each axis, the first one the nearest; nil where both orders are the same.
  private var fortranStrides: [Int]? {
    guard shape.count > 1, !shape.contains(0) else { return nil }
    var strides: [Int] = []
    var stride = 1
    for extent in shape {
      strides.append(stride)
      stride = stride.multipliedReportingOverflow(by: extent).partialValue
    }
    return strides
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
  ///
  /// - Precondition: NumPy has a word for `element`.
  static func bytes(for element: TensorElement, _ shape: [Int]) -> [UInt8] {
    let extents = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
    let dictionary =
      "{'descr': '\(element.npyWord!)', 'fortran_order': False, 'shape': (\(extents)), }"
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

extension String {
  /// Without control characters, and without the padding at the end.
  fileprivate var trimmedForOneLine: String {
    split(whereSeparator: { $0.isWhitespace || $0.unicodeScalars.contains { $0.value < 32 } })
      .joined(separator: " ")
  }
}
