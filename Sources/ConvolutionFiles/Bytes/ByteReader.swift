import Convolution

/// Takes bytes apart, from the front.
package struct ByteReader {
  package let bytes: FileBytes
  package private(set) var position: Int

  package init(_ bytes: FileBytes, at position: Int = 0) {
    self.bytes = bytes
    self.position = position
  }

  package var isAtEnd: Bool { position >= bytes.count }

  /// The next integer, little-endian.
  package mutating func integer<Integer: FixedWidthInteger & BitwiseCopyable>(
    _ type: Integer.Type = Integer.self
  ) throws(ConvolutionError) -> Integer {
    let value = try bytes.integer(type, at: position)
    position += MemoryLayout<Integer>.size
    return value
  }

  /// The next byte.
  package mutating func byte() throws(ConvolutionError) -> UInt8 { try integer() }

  /// The next integer of `width` bytes, little-endian: a size or an address.
  package mutating func size(_ width: Int) throws(ConvolutionError) -> Int {
    let value = try part(width).withUnsafeBytes {
      $0.reversed().reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
    }
    guard let size = Int(exactly: value) else {
      throw bytes.malformed("the size \(value)", expected: "one within the file")
    }
    return size
  }

  /// The next `length` bytes.
  package mutating func part(_ length: Int) throws(ConvolutionError) -> FileBytes {
    let part = try bytes.part(at: position, length)
    position += length
    return part
  }

  package mutating func skip(_ length: Int) throws(ConvolutionError) { _ = try part(length) }

  /// Goes on at the next multiple of `alignment` bytes.
  package mutating func align(to alignment: Int) throws(ConvolutionError) {
    try skip((alignment - position % alignment) % alignment)
  }
}
