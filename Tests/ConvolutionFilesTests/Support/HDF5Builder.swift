/// A file with one dataset `w` of bytes, in chunks that lie one after the other.
///
/// - Parameters:
///   - address: of the first chunk; nil: behind the headers.
///   - content: what lies there.
func hdf5File(shape: [Int], chunk: [Int], address: Int? = nil, content: [UInt8] = []) -> [UInt8] {
  func integer(_ value: Int, _ width: Int = 8) -> [UInt8] {
    Array(bytes(Int64(value)).prefix(width))
  }
  func header(_ messages: [(kind: Int, content: [UInt8])]) -> [UInt8] {
    let body = messages.flatMap { kind, content in
      let padding = [UInt8](repeating: 0, count: (8 - content.count % 8) % 8)
      return integer(kind, 2) + integer(content.count + padding.count, 2) + integer(0, 4) + content
        + padding
    }
    return [1, 0] + integer(messages.count, 2) + integer(1, 4) + integer(body.count) + body
  }
  let undefined = integer(-1)
  func superblock(root: Int) -> [UInt8] {
    [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 0, 0, 8, 8, 0] + integer(4, 2)
      + integer(16, 2) + integer(0, 4) + integer(0) + undefined + undefined + undefined + integer(0)
      + integer(root)
  }
  func group(_ dataset: Int) -> [UInt8] {
    header([(6, [1, 0, 1, UInt8(ascii: "w")] + integer(dataset))])
  }
  func dataset(_ address: Int) -> [UInt8] {
    header([
      (1, [1, UInt8(shape.count), 0, 0] + integer(0, 4) + shape.flatMap { integer($0) }),
      (3, [0x10, 0, 0, 0] + integer(1, 4) + integer(0, 2) + integer(8, 2)),
      (
        8,
        [4, 2, 0, UInt8(chunk.count + 1), 8] + chunk.flatMap { integer($0) } + integer(1) + [2]
          + integer(address)
      ),
    ])
  }
  let root = superblock(root: 0).count
  let start = root + group(0).count
  let end = start + dataset(0).count
  return superblock(root: root) + group(start) + dataset(address ?? end) + content
}
