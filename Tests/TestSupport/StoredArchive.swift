/// The bytes of a zip archive, whose files are stored as they are.
package func storedArchive(_ files: [(name: String, content: [UInt8])]) -> [UInt8] {
  func bytes(_ numbers: [(Int, width: Int)]) -> [UInt8] {
    numbers.flatMap { number, width in (0..<width).map { UInt8(number >> (8 * $0) & 255) } }
  }
  var archive: [UInt8] = []
  var directory: [UInt8] = []
  for (name, content) in files {
    let (name, size) = (Array(name.utf8), content.count)
    // Version, flags, method, time, date, sum, sizes, lengths of name and extra fields.
    let common = bytes([
      (20, 2), (0, 2), (0, 2), (0, 2), (0x21, 2), (0, 4), (size, 4), (size, 4), (name.count, 2),
      (0, 2),
    ])
    directory +=
      bytes([(0x0201_4B50, 4), (20, 2)]) + common
      + bytes([(0, 2), (0, 2), (0, 2), (0, 4), (archive.count, 4)]) + name
    archive += bytes([(0x0403_4B50, 4)]) + common + name + content
  }
  return archive + directory
    + bytes([
      (0x0605_4B50, 4), (0, 2), (0, 2), (files.count, 2), (files.count, 2), (directory.count, 4),
      (archive.count, 4), (0, 2),
    ])
}
