/// A zip archive of stored files, put together as APPNOTE describes it.
struct ZipBuilder {
  var files: [(name: String, bytes: [UInt8])]
  /// The compression method that entries claim.
  var method: UInt16 = 0
  var flags: UInt16 = 0
  /// Whether sizes are written in the 64-bit fields.
  var isLong = false
  /// What an entry claims to be unpacked; as large as it is where nil.
  var claimedSize: Int?
  var comment: [UInt8] = []

  var archive: [UInt8] {
    var archive: [UInt8] = []
    var directory: [UInt8] = []
    for (name, content) in files {
      let start = archive.count
      let size = claimedSize ?? content.count
      archive += bytes(0x0403_4B50 as UInt32) + bytes(20 as UInt16) + bytes(flags) + bytes(method)
      archive += bytes(0 as UInt32) + bytes(0 as UInt32)
      archive += bytes(UInt32(content.count)) + bytes(UInt32(truncatingIfNeeded: size))
      archive += bytes(UInt16(name.utf8.count)) + bytes(0 as UInt16) + Array(name.utf8) + content

      let long =
        isLong ? bytes(UInt64(size)) + bytes(UInt64(content.count)) + bytes(UInt64(start)) : []
      let extra = isLong ? bytes(1 as UInt16) + bytes(UInt16(long.count)) + long : []
      func short(_ value: Int) -> [UInt8] {
        bytes(isLong ? .max : UInt32(truncatingIfNeeded: value))
      }
      directory += bytes(0x0201_4B50 as UInt32) + bytes(20 as UInt16) + bytes(20 as UInt16)
      directory += bytes(flags) + bytes(method) + bytes(0 as UInt32) + bytes(0 as UInt32)
      directory += short(content.count) + short(size)
      directory += bytes(UInt16(name.utf8.count)) + bytes(UInt16(extra.count)) + bytes(0 as UInt16)
      directory += [UInt8](repeating: 0, count: 8) + short(start) + Array(name.utf8) + extra
    }
    let start = archive.count
    archive += directory
    if isLong {
      let end = archive.count
      archive +=
        bytes(0x0606_4B50 as UInt32) + bytes(44 as UInt64) + [UInt8](repeating: 0, count: 12)
      archive += bytes(UInt64(files.count)) + bytes(UInt64(files.count))
      archive += bytes(UInt64(directory.count)) + bytes(UInt64(start))
      archive +=
        bytes(0x0706_4B50 as UInt32) + bytes(0 as UInt32) + bytes(UInt64(end)) + bytes(1 as UInt32)
    }
    archive += bytes(0x0605_4B50 as UInt32) + bytes(0 as UInt32)
    archive += bytes(UInt16(files.count)) + bytes(UInt16(files.count))
    archive += bytes(isLong ? .max : UInt32(directory.count)) + bytes(isLong ? .max : UInt32(start))
    return archive + bytes(UInt16(comment.count)) + comment
  }
}
