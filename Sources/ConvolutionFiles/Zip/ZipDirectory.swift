import Convolution

/// Where the directory of a zip archive lies, as the record at the archive's end tells.
struct ZipDirectory {
  /// How many entries it has.
  let count: Int
  let bytes: FileBytes

  private static let endMark: [UInt8] = [0x50, 0x4B, 5, 6]
  private static let endLength = 22
  private static let locatorLength = 20

  init(_ archive: FileBytes) throws(ConvolutionError) {
    let end = try Self.end(of: archive)
    var reader = ByteReader(archive, at: end + 4)
    let disks = (try reader.integer(UInt16.self), try reader.integer(UInt16.self))
    var count = (Int(try reader.integer(UInt16.self)), Int(try reader.integer(UInt16.self)))
    var size = Int(try reader.integer(UInt32.self))
    var start = Int(try reader.integer(UInt32.self))
    if var long = try Self.longRecord(of: archive, end: end) {
      count = (try long.size(8), try long.size(8))
      size = try long.size(8)
      start = try long.size(8)
    } else {
      guard disks == (0, 0) else {
        throw archive.malformed("a part of an archive", expected: "a whole zip archive")
      }
    }
    guard count.0 == count.1 else {
      throw archive.malformed(
        "\(count.0) of \(count.1) entries", expected: "all entries in one archive")
    }
    self.count = count.0
    bytes = try archive.part(at: start, size)
    guard self.count <= size / ZipEntry.leastLength else {
      throw archive.malformed(
        "\(self.count) entries in \(size) bytes", expected: "a directory of a zip archive")
    }
  }

  /// Where the last record begins. Behind it there is only a comment, of a length that it tells.
  private static func end(of archive: FileBytes) throws(ConvolutionError) -> Int {
    let end = archive.withUnsafeBytes { bytes -> Int? in
      var start = bytes.count - endLength
      let first = max(0, start - Int(UInt16.max))
      while start >= first {
        if bytes[start...].starts(with: endMark),
          Int(bytes[start + 20]) | Int(bytes[start + 21]) << 8 == bytes.count - start - endLength
        {
          return start
        }
        start -= 1
      }
      return nil
    }
    guard let end else {
      throw archive.malformed(
        "\(archive.count) bytes without a directory at their end", expected: "a whole zip archive")
    }
    return end
  }

  /// The record of 64-bit sizes, from its numbers of entries on; nil where there is none.
  private static func longRecord(
    of archive: FileBytes, end: Int
  ) throws(ConvolutionError) -> ByteReader? {
    guard end >= locatorLength else { return nil }
    var locator = ByteReader(archive, at: end - locatorLength)
    guard try locator.integer() == 0x0706_4B50 as UInt32 else { return nil }
    try locator.skip(4)
    var record = ByteReader(archive, at: try locator.size(8))
    guard try record.integer() == 0x0606_4B50 as UInt32 else {
      throw archive.malformed("no record of 64-bit sizes", expected: "one where it should be")
    }
    try record.skip(20)
    return record
  }
}
