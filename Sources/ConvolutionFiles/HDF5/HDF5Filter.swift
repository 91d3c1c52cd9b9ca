import Convolution

/// What chunks went through on their way into the file.
enum HDF5Filter: Sendable, Equatable {
  case deflate
  /// The first bytes of all elements, then the second ones...
  case shuffle(elementLength: Int)
  /// A sum behind the bytes, which is not checked.
  case sum

  /// Reads a message of filters.
  ///
  /// - Throws: `.unsupportedFile` for others.
  static func all(of message: FileBytes) throws(ConvolutionError) -> [HDF5Filter] {
    var reader = ByteReader(message)
    let version = try reader.byte()
    guard version == 1 || version == 2 else {
      throw message.malformed("version \(version) of filters", expected: "1 or 2")
    }
    let count = try reader.byte()
    if version == 1 { try reader.skip(6) }
    var filters: [HDF5Filter] = []
    for _ in 0..<count {
      let identifier = try reader.integer(UInt16.self)
      let nameLength = version == 1 || identifier >= 256 ? Int(try reader.integer(UInt16.self)) : 0
      try reader.skip(2)
      let valueCount = Int(try reader.integer(UInt16.self))
      let name = try reader.part(version == 1 ? (nameLength + 7) / 8 * 8 : nameLength)
      var values: [Int] = []
      for _ in 0..<valueCount { values.append(Int(try reader.integer(UInt32.self))) }
      if version == 1, valueCount % 2 == 1 { try reader.skip(4) }
      switch identifier {
      case 1: filters.append(.deflate)
      case 2: filters.append(.shuffle(elementLength: values.first ?? 1))
      case 3: filters.append(.sum)
      default:
        throw message.malformed(
          "the filter \(identifier) \((try? name.terminatedText()) ?? "")",
          expected: "deflate (gzip), shuffle or fletcher32")
      }
    }
    return filters
  }

  /// The bytes as they were before; `length` of them in the end.
  ///
  /// - Throws: `.unsupportedFile`, `.outOfMemory`.
  func undone(_ bytes: FileBytes, _ length: Int) throws(ConvolutionError) -> FileBytes {
    switch self {
    case .deflate:
      return try bytes.inflated(.zlib, to: length)
    case .sum:
      return bytes.prefix(bytes.count - 4)
    case .shuffle(let elementLength):
      guard elementLength > 1, elementLength <= bytes.count else { return bytes }
      var memory = GrowingMemory(limit: bytes.count)
      try memory.fill(for: bytes.name)
      let count = bytes.count / elementLength
      let target = memory.bytes
      bytes.withUnsafeBytes { source in
        for byte in 0..<elementLength {
          for element in 0..<count {
            target[element * elementLength + byte] = source[byte * count + element]
          }
        }
        // What is no whole element stays at its place.
        for place in (count * elementLength)..<bytes.count { target[place] = source[place] }
      }
      return memory.finished(name: bytes.name)
    }
  }
}
