import Convolution

/// What the directory of a zip archive says of one of its files.
package struct ZipEntry: Sendable {
  package let name: String
  /// In bytes, unpacked.
  package let size: Int
  let packedSize: Int
  let method: UInt16
  let checksum: UInt32
  /// Where the header in front of the file's bytes begins.
  let headerStart: Int

  static let stored: UInt16 = 0
  static let deflated: UInt16 = 8

  private static let mark: UInt32 = 0x0201_4B50
  /// The least bytes of an entry.
  static let leastLength = 46

  /// Reads an entry of the directory.
  ///
  /// - Throws: `.unsupportedFile`.
  init(_ reader: inout ByteReader) throws(ConvolutionError) {
    let bytes = reader.bytes
    guard try reader.integer() == Self.mark else {
      throw bytes.malformed("no entry at \(reader.position) of the directory", expected: "one")
    }
    try reader.skip(4)
    let flags = try reader.integer(UInt16.self)
    method = try reader.integer()
    try reader.skip(4)
    checksum = try reader.integer()
    let packedSize = try reader.integer(UInt32.self)
    let size = try reader.integer(UInt32.self)
    let nameLength = Int(try reader.integer(UInt16.self))
    let extraLength = Int(try reader.integer(UInt16.self))
    let commentLength = Int(try reader.integer(UInt16.self))
    try reader.skip(8)
    let headerStart = try reader.integer(UInt32.self)
    let name = try reader.part(nameLength).withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    self.name = name
    guard flags & 1 == 0 else {
      throw bytes.malformed("\"\(name)\", encrypted", expected: "entries that are not")
    }
    var long = try Self.longSizes(reader.part(extraLength))
    try reader.skip(commentLength)
    func full(_ short: UInt32) throws(ConvolutionError) -> Int {
      short == .max && long != nil ? try long!.size(8) : Int(short)
    }
    self.size = try full(size)
    self.packedSize = try full(packedSize)
    self.headerStart = try full(headerStart)
  }

  /// The sizes of 64 bits that stand where those of 32 are not enough, in the order of the entry.
  private static func longSizes(_ extra: FileBytes) throws(ConvolutionError) -> ByteReader? {
    var reader = ByteReader(extra)
    // Some tools leave a few zeros behind the last field.
    while reader.position + 4 <= extra.count {
      let identifier = try reader.integer(UInt16.self)
      let field = try reader.part(Int(reader.integer(UInt16.self)))
      if identifier == 1 { return ByteReader(field) }
    }
    return nil
  }
}
