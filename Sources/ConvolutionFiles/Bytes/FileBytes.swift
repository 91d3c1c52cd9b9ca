import Convolution
import Glibc

/// Bytes of a file, or of a part of one, that are read where they lie: mapped, or unpacked into memory.
package struct FileBytes: Sendable {
  /// What errors call them: the file, and which part of it.
  package let name: String
  private let memory: FileMemory
  private let range: Range<Int>

  init(_ memory: FileMemory, _ range: Range<Int>, name: String) {
    self.memory = memory
    self.range = range
    self.name = name
  }

  /// All bytes of a file, mapped.
  ///
  /// - Throws: `.inputOutput` for a file that cannot be read.
  package init(contentsOf path: String) throws(ConvolutionError) {
    let memory = try FileMemory(mapping: InputFile(path: path))
    self.init(memory, memory.bytes.indices, name: path)
  }

  /// A copy of `bytes`.
  ///
  /// - Throws: `.outOfMemory`.
  package init(_ bytes: [UInt8], name: String) throws(ConvolutionError) {
    var memory = GrowingMemory(limit: bytes.count)
    while memory.count < bytes.count {
      let room = try memory.room(for: name)
      room.copyBytes(from: bytes[memory.count..<memory.count + room.count])
      memory.grow(by: room.count)
    }
    self = memory.finished(name: name)
  }

  package var count: Int { range.count }

  /// The same bytes under another name.
  package func named(_ name: String) -> FileBytes { FileBytes(memory, range, name: name) }

  package func withUnsafeBytes<Value: ~Copyable, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    defer { withExtendedLifetime(memory) {} }
    return try body(UnsafeRawBufferPointer(rebasing: memory.bytes[range]))
  }

  /// Copies of all bytes.
  package var array: [UInt8] { withUnsafeBytes { Array($0) } }

  package func starts(with bytes: some Collection<UInt8>) -> Bool {
    withUnsafeBytes { $0.starts(with: bytes) }
  }
}

// MARK: - Parts

extension FileBytes {
  /// `length` bytes from `offset` on.
  ///
  /// - Throws: `.unsupportedFile` where they are not all there.
  package func part(at offset: Int, _ length: Int) throws(ConvolutionError) -> FileBytes {
    guard contains(offset, length) else {
      throw malformed(
        "\(count) bytes", expected: "\(length) bytes at \(offset)")
    }
    let start = range.lowerBound + offset
    return FileBytes(memory, start..<start + length, name: name)
  }

  /// All bytes from `offset` on.
  package func part(from offset: Int) throws(ConvolutionError) -> FileBytes {
    try part(at: offset, max(0, count - max(0, offset)))
  }

  /// The first bytes, `length` or all.
  package func prefix(_ length: Int) -> FileBytes {
    FileBytes(
      memory, range.lowerBound..<range.lowerBound + min(max(0, length), count), name: name)
  }

  /// An integer at `offset`.
  package func integer<Integer: FixedWidthInteger & BitwiseCopyable>(
    _ type: Integer.Type = Integer.self, at offset: Int, bigEndian: Bool = false
  ) throws(ConvolutionError) -> Integer {
    guard contains(offset, MemoryLayout<Integer>.size) else {
      throw malformed(
        "\(count) bytes", expected: "\(MemoryLayout<Integer>.size) bytes at \(offset)")
    }
    let value = withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: Integer.self) }
    return bigEndian ? Integer(bigEndian: value) : Integer(littleEndian: value)
  }

  /// As UTF-8.
  ///
  /// - Throws: `.unsupportedFile` for other bytes.
  package func text() throws(ConvolutionError) -> String {
    guard let text = withUnsafeBytes({ String(validating: $0, as: UTF8.self) }) else {
      throw malformed("bytes that are not UTF-8", expected: "text")
    }
    return text
  }

  private func contains(_ offset: Int, _ length: Int) -> Bool {
    offset >= 0 && length >= 0 && offset <= count && length <= count - offset
  }

  /// That these bytes are not what they should be.
  package func malformed(_ received: String, expected: String) -> ConvolutionError {
    ConvolutionError(.unsupportedFile, argument: name, received: received, expected: expected)
  }
}
