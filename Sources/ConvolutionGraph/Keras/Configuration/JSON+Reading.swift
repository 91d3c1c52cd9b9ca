import Convolution
import ConvolutionFiles

extension JSON {
  /// Reads a text.
  ///
  /// - Throws: `.malformedFile`.
  init(_ text: FileBytes) throws(NetworkError) {
    self = try asNetworkError { () throws(ConvolutionError) in
      var reader = JSONReader(text, deepest: 256, words: ["NaN", "Infinity", "-Infinity"])
      // A value takes more memory than the text of a short one; configurations have names beside them.
      var left = 4096 + text.count / 6
      let value = try Self.value(&reader, of: text, left: &left)
      try reader.end()
      return value
    }
  }

  /// - Parameter left: how many values there may still be.
  private static func value(
    _ reader: inout JSONReader, of text: FileBytes, left: inout Int
  ) throws(ConvolutionError) -> JSON {
    left -= 1
    guard left >= 0 else {
      throw text.malformed("more of them", expected: "fewer values in such a text")
    }
    switch reader.next() {
    case UInt8(ascii: "{"):
      var values: [String: JSON] = [:]
      try reader.object { (key, reader) throws(ConvolutionError) in
        let value = try value(&reader, of: text, left: &left)
        values[key] = value
      }
      return .object(values)
    case UInt8(ascii: "["):
      var values: [JSON] = []
      try reader.array { (reader) throws(ConvolutionError) in
        values.append(try value(&reader, of: text, left: &left))
      }
      return .array(values)
    case UInt8(ascii: "\""): return .string(try reader.string())
    default: return word(try reader.scalar())
    }
  }

  /// A word that the reader lets pass: a number where it is none of the others.
  private static func word(_ word: String) -> JSON {
    switch word {
    case "null": .null
    case "true": .bool(true)
    case "false": .bool(false)
    default: .number(Double(word)!)
    }
  }
}
