import Convolution

/// A dataset in boxes of one shape, each for itself in the file.
struct HDF5Chunks: Sendable {
  enum Index: Sendable {
    /// A tree of them, at an address.
    case tree(Int)
    /// One box; its bytes in the file where they are filtered.
    case single(address: Int, filtered: (length: Int, skipped: UInt32)?)
    /// All of them, one behind the other.
    case row(address: Int)
  }

  /// Of a box, in elements.
  let shape: [Int]
  let index: Index

  /// The layouts of HDF5 1.10 and newer.
  static func new(
    _ reader: inout ByteReader, _ storage: HDF5Storage
  ) throws(ConvolutionError) -> HDF5Chunks? {
    let flags = try reader.byte()
    let rank = Int(try reader.byte()) - 1
    let width = Int(try reader.byte())
    guard rank > 0, (1...8).contains(width) else {
      throw reader.bytes.malformed("chunks of \(rank) axes", expected: "some axes")
    }
    var shape: [Int] = []
    for _ in 0..<rank { shape.append(try reader.size(width)) }
    _ = try reader.size(width)
    let kind = try reader.byte()
    switch kind {
    case 1:
      var filtered: (length: Int, skipped: UInt32)?
      if flags & 2 != 0 { filtered = (try storage.length(&reader), try reader.integer()) }
      guard let address = try storage.address(&reader) else { return nil }
      return HDF5Chunks(shape: shape, index: .single(address: address, filtered: filtered))
    case 2:
      guard let address = try storage.address(&reader) else { return nil }
      return HDF5Chunks(shape: shape, index: .row(address: address))
    default:
      throw reader.bytes.malformed(
        "chunks under an index of kind \(kind)",
        expected: "a tree, as files of HDF5's earliest format have it")
    }
  }

  private struct Chunk {
    let place: [Int]
    let bytes: FileBytes
    /// Filters that this one did not go through, a bit each.
    let skipped: UInt32
  }

  /// All boxes in one memory.
  ///
  /// - Throws: `.unsupportedFile` for boxes that are missing or broken, `.outOfMemory`.
  func gathered(
    into whole: [Int], elementLength: Int, length: Int, _ filters: [HDF5Filter],
    _ storage: HDF5Storage, name: String
  ) throws(ConvolutionError) -> FileBytes {
    guard whole.count == shape.count, !shape.contains(0) else {
      throw storage.bytes.named(name).malformed(
        "chunks of shape \(shape)", expected: "as many axes as \(whole), none empty")
    }
    let chunkLength = try Checked.multiply(
      Checked.elementCount(shape, argument: name), elementLength, argument: name)
    var expected = 1
    for (extent, chunk) in zip(whole, shape) {
      expected = try Checked.multiply(expected, (extent - 1) / chunk + 1, argument: name)
    }
    // What is known of a chunk takes memory too.
    guard expected <= 1 << 12 + storage.bytes.count / 64 else {
      throw storage.bytes.named(name).malformed(
        "\(expected) chunks in \(storage.bytes.count) bytes", expected: "fewer")
    }
    let chunks = try chunks(of: whole, chunkLength, storage, name: name)
    let stored = chunks.reduce(0) { $0 &+ $1.bytes.count }
    // Memory is only taken for what the file can hold.
    let ratio = filters.contains { $0 == .deflate } ? FileBytes.highestDeflateRatio : 1
    guard Set(chunks.map(\.place)).count == expected, chunks.count == expected, stored >= 0,
      stored <= storage.bytes.count, length / ratio <= stored
    else {
      throw storage.bytes.named(name).malformed(
        "\(chunks.count) chunks of \(stored) bytes", expected: "\(expected), for the shape \(whole)"
      )
    }
    var memory = GrowingMemory(limit: length)
    try memory.fill(for: name)
    for chunk in chunks {
      var bytes = chunk.bytes
      for place in filters.indices.reversed() where chunk.skipped >> UInt32(place) & 1 == 0 {
        bytes = try filters[place].undone(bytes, chunkLength)
      }
      guard bytes.count == chunkLength else {
        throw bytes.malformed("a chunk of \(bytes.count) bytes", expected: "\(chunkLength)")
      }
      copy(bytes, of: chunk, into: memory.bytes, whole, elementLength)
    }
    return memory.finished(name: name)
  }

  private func copy(
    _ bytes: FileBytes, of chunk: Chunk, into memory: UnsafeMutableRawBufferPointer, _ whole: [Int],
    _ elementLength: Int
  ) {
    // The part of the box that is in the dataset, row by row.
    let part = zip(zip(whole, chunk.place), shape).map { min($0.0 - $0.1, $1) }
    let rows = part.dropLast().reduce(1, *)
    bytes.withUnsafeBytes { bytes in
      for row in 0..<rows {
        var (rest, from, to) = (row, 0, 0)
        var (fromStride, toStride) = (shape.last!, whole.last!)
        for axis in part.indices.dropLast().reversed() {
          let index = rest % part[axis]
          rest /= part[axis]
          from += index * fromStride
          to += (chunk.place[axis] + index) * toStride
          fromStride *= shape[axis]
          toStride *= whole[axis]
        }
        to += chunk.place.last!
        UnsafeMutableRawBufferPointer(
          rebasing: memory[(to * elementLength)...]
        ).copyMemory(
          from: UnsafeRawBufferPointer(
            rebasing: bytes[from * elementLength..<(from + part.last!) * elementLength]))
      }
    }
  }

  private func chunks(
    of whole: [Int], _ length: Int, _ storage: HDF5Storage, name: String
  ) throws(ConvolutionError) -> [Chunk] {
    let file = storage.bytes.named(name)
    switch index {
    case .single(let address, let filtered):
      let bytes = try file.part(at: address, filtered?.length ?? length)
      return [Chunk(place: whole.map { _ in 0 }, bytes: bytes, skipped: filtered?.skipped ?? 0)]
    case .row(let address):
      let counts = zip(whole, shape).map { ($0 - 1) / $1 + 1 }
      var row = ByteReader(file, at: address)
      var chunks: [Chunk] = []
      var number = 0
      while row.position <= file.count - length {
        var rest = number
        var place: [Int] = []
        for axis in counts.indices.reversed() {
          place.insert(rest % counts[axis] * shape[axis], at: 0)
          rest /= counts[axis]
        }
        guard rest == 0 else { break }
        chunks.append(Chunk(place: place, bytes: try row.part(length), skipped: 0))
        number += 1
      }
      return chunks
    case .tree(let root):
      var chunks: [Chunk] = []
      let keyLength = 8 + 8 * (shape.count + 1)
      for leaf in try HDF5Tree(storage, at: root, keyLength: keyLength).leaves {
        var key = ByteReader(leaf.key)
        let length = Int(try key.integer(UInt32.self))
        let skipped = try key.integer(UInt32.self)
        var place: [Int] = []
        for axis in shape.indices {
          let start = try key.size(8)
          guard start < whole[axis], start % shape[axis] == 0 else {
            throw file.malformed("a chunk at \(start)", expected: "one in the shape \(whole)")
          }
          place.append(start)
        }
        chunks.append(
          Chunk(place: place, bytes: try file.part(at: leaf.address, length), skipped: skipped))
      }
      return chunks
    }
  }
}
