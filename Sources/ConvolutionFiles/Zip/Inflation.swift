import Convolution

#if Zip
  import CZlib
#endif

/// How deflated bytes are wrapped.
enum DeflateWrapping: Int32 {
  /// Not at all, as in zip archives.
  case none = -15
  /// With zlib's header and sum, as in HDF5 files.
  case zlib = 15
}

extension FileBytes {
  /// The most bytes that one deflated byte can stand for.
  static let highestDeflateRatio = 1032

  /// What deflated bytes stand for.
  ///
  /// The memory grows with what really comes, so that a file that claims more than it holds takes none.
  /// - Parameters:
  ///   - size: how many there are to be.
  ///   - end: how many are wanted, from the front; all of them are checked to be `size`.
  /// - Throws: `.unsupportedFile` for other bytes or another number, and where the package was built without its trait
  ///   `Zip`; `.outOfMemory`.
  func inflated(
    _ wrapping: DeflateWrapping, to size: Int, upTo end: Int = .max
  ) throws(ConvolutionError) -> FileBytes {
    #if Zip
      var memory = GrowingMemory(limit: min(size, end))
      let result = withUnsafeBytes { bytes in
        Result { () throws(ConvolutionError) in
          try inflate(bytes, wrapping, into: &memory, isWhole: end >= size)
        }
      }
      try result.get()
      return memory.finished(name: name)
    #else
      throw ConvolutionError(
        .unsupportedFile, argument: name, received: "deflated bytes",
        expected: "a package built with its trait Zip, which reads them")
    #endif
  }

  #if Zip
    private func inflate(
      _ bytes: UnsafeRawBufferPointer, _ wrapping: DeflateWrapping,
      into memory: inout GrowingMemory, isWhole: Bool
    ) throws(ConvolutionError) {
      var stream = z_stream()
      guard
        inflateInit2_(
          &stream, wrapping.rawValue, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
      else {
        throw ConvolutionError(
          .outOfMemory, argument: name, received: "no memory to inflate with", expected: "some")
      }
      defer { inflateEnd(&stream) }
      let broken = malformed(
        "bytes that inflate to something else", expected: "\(memory.limit) deflated bytes")
      var rest = bytes[...]
      var surplus: UInt8 = 0
      while true {
        // Once all is there, the end of the stream must follow: one byte more would be too many.
        let isFull = memory.count == memory.limit
        if isFull, !isWhole { return }
        let room = try memory.room(for: name)
        let input = rest.prefix(1 << 30)
        let roomCount = min(room.count, 1 << 30)
        let status = withUnsafeMutablePointer(to: &surplus) { surplus in
          stream.next_in = UnsafeMutablePointer(
            mutating: input.isEmpty
              ? nil
              : UnsafeRawBufferPointer(rebasing: input).bindMemory(to: UInt8.self).baseAddress)
          stream.avail_in = UInt32(input.count)
          stream.next_out =
            isFull ? surplus : room.baseAddress!.assumingMemoryBound(to: UInt8.self)
          stream.avail_out = UInt32(isFull ? 1 : roomCount)
          return CZlib.inflate(&stream, Z_NO_FLUSH)
        }
        rest = rest.dropFirst(input.count - Int(stream.avail_in))
        let written = (isFull ? 1 : roomCount) - Int(stream.avail_out)
        guard !isFull || written == 0 else { throw broken }
        memory.grow(by: written)
        if status == Z_STREAM_END {
          guard memory.count == memory.limit else { throw broken }
          return
        }
        // Without progress, zlib says that it lacks input.
        guard status == Z_OK else { throw broken }
      }
    }

    /// The sum that zip archives keep of what they hold.
    var crc32: UInt32 {
      withUnsafeBytes { bytes in
        UInt32(crc32_z(0, bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count))
      }
    }
  #endif
}
