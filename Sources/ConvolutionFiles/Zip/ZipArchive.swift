import Convolution

/// A zip archive: files by name. What is stored as it is, is read where it lies; what is deflated is unpacked when asked for.
///
/// Source: PKWARE's APPNOTE, sections 4.3 to 4.5.
package struct ZipArchive: Sendable {
  /// In the order of the directory.
  package let entries: [ZipEntry]
  private let places: [String: Int]
  private let bytes: FileBytes

  /// Whether bytes begin as an archive does.
  package static func isArchive(_ bytes: FileBytes) -> Bool {
    bytes.starts(with: [0x50, 0x4B, 3, 4]) || bytes.starts(with: [0x50, 0x4B, 5, 6])
  }

  /// Reads the directory.
  ///
  /// - Throws: `.inputOutput` when the file cannot be read, else as ``init(_:)``.
  package init(contentsOf path: String) throws(ConvolutionError) {
    try self.init(FileBytes(contentsOf: path))
  }

  /// Reads the directory.
  ///
  /// - Throws: `.unsupportedFile` for bytes that are no archive, for an encrypted one or one in several parts, and for two
  ///   files of one name.
  package init(_ bytes: FileBytes) throws(ConvolutionError) {
    let directory = try ZipDirectory(bytes)
    var reader = ByteReader(directory.bytes)
    var entries: [ZipEntry] = []
    var places: [String: Int] = [:]
    for place in 0..<directory.count {
      let entry = try ZipEntry(&reader)
      guard places.updateValue(place, forKey: entry.name) == nil else {
        throw bytes.malformed("two files \"\(entry.name)\"", expected: "one of each name")
      }
      entries.append(entry)
    }
    self.entries = entries
    self.places = places
    self.bytes = bytes
  }

  /// Of the whole archive.
  var byteCount: Int { bytes.count }

  /// What the directory says of a file; nil where there is none of that name.
  package func entry(named name: String) -> ZipEntry? { places[name].map { entries[$0] } }

  /// All bytes of a file; nil where there is none of that name.
  ///
  /// - Throws: as ``bytes(of:upTo:)``.
  package func bytes(of name: String) throws(ConvolutionError) -> FileBytes? {
    guard let entry = entry(named: name) else { return nil }
    return try bytes(of: entry)
  }

  /// The first bytes of a file, `end` or all. The sum of deflated ones is checked when all are read; stored ones are as
  /// they lie there, as PyTorch reads them, which may write no sum.
  ///
  /// - Throws: `.unsupportedFile` for an entry that is broken, or packed otherwise than by deflating; without the package's
  ///   trait `Zip` for deflated ones too. `.outOfMemory`.
  package func bytes(
    of entry: ZipEntry, upTo end: Int = .max
  ) throws(ConvolutionError) -> FileBytes {
    let packed = try packedBytes(of: entry)
    switch entry.method {
    case ZipEntry.stored:
      guard entry.size == entry.packedSize else {
        throw packed.malformed(
          "\(entry.packedSize) bytes for \(entry.size)", expected: "as many as are stored")
      }
      return packed.prefix(end)
    case ZipEntry.deflated:
      let unpacked = try packed.inflated(.none, to: entry.size, upTo: end)
      #if Zip
        guard end < entry.size || unpacked.crc32 == entry.checksum else {
          throw packed.malformed("bytes of another sum", expected: "those that were deflated")
        }
      #endif
      return unpacked
    default:
      throw packed.malformed(
        "the compression method \(entry.method)", expected: "0 (stored) or 8 (deflated)")
    }
  }

  /// An entry's bytes as they lie in the archive, behind a header of their own.
  private func packedBytes(of entry: ZipEntry) throws(ConvolutionError) -> FileBytes {
    var header = ByteReader(bytes, at: entry.headerStart)
    guard try header.integer() == 0x0403_4B50 as UInt32 else {
      throw bytes.malformed("no header of \"\(entry.name)\"", expected: "one where it should be")
    }
    try header.skip(22)
    let nameLength = Int(try header.integer(UInt16.self))
    let extraLength = Int(try header.integer(UInt16.self))
    try header.skip(nameLength + extraLength)
    return try header.part(entry.packedSize).named("\(bytes.name), \(entry.name)")
  }
}
