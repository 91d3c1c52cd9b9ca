import Convolution

/// An object's header: the messages that say what the object is.
struct HDF5Header: Sendable {
  /// The kinds of messages that matter here, by their numbers.
  enum Kind: UInt16 {
    case dataspace = 0x1
    case linkInformation = 0x2
    case datatype = 0x3
    case link = 0x6
    case layout = 0x8
    case filters = 0xB
    case attribute = 0xC
    case continuation = 0x10
    case symbolTable = 0x11
    case attributeInformation = 0x15
  }

  struct Message: Sendable {
    let kind: Kind
    let body: FileBytes
  }

  let storage: HDF5Storage
  private(set) var messages: [Message] = []
  /// Of all messages.
  private(set) var byteCount = 0

  /// The messages at an address and those that continue them elsewhere.
  ///
  /// - Throws: `.unsupportedFile`.
  init(_ storage: HDF5Storage, at address: Int) throws(ConvolutionError) {
    self.storage = storage
    var reader = storage.reader(at: address)
    let isNew = try storage.bytes.part(at: address, 4).starts(with: Array("OHDR".utf8))
    var blocks = [isNew ? try Self.newBlock(&reader) : try Self.oldBlock(&reader)]
    // A block has room for its mark at least: more blocks than that lie in each other.
    while let block = blocks.popLast() {
      byteCount += max(16, block.bytes.count)
      guard byteCount <= storage.bytes.count else {
        throw storage.bytes.malformed(
          "a header that continues without end", expected: "one that ends")
      }
      for message in try block.messages() {
        guard message.kind == .continuation else {
          messages.append(message)
          continue
        }
        var reader = ByteReader(message.body)
        guard let start = try storage.address(&reader) else { continue }
        let bytes = try storage.bytes.part(at: start, storage.length(&reader))
        blocks.append(
          isNew ? try Self.continuation(bytes, block) : Block(bytes: bytes, isNew: false))
      }
    }
  }

  /// The only message of a kind; nil where there is none.
  func message(_ kind: Kind) -> FileBytes? { messages.first { $0.kind == kind }?.body }

  /// A stretch of messages.
  private struct Block {
    let bytes: FileBytes
    let isNew: Bool
    var hasOrder = false

    func messages() throws(ConvolutionError) -> [Message] {
      var messages: [Message] = []
      var reader = ByteReader(bytes)
      let headLength = isNew ? (hasOrder ? 6 : 4) : 8
      while reader.position + headLength <= bytes.count {
        let number: UInt16 = isNew ? UInt16(try reader.byte()) : try reader.integer()
        let length = Int(try reader.integer(UInt16.self))
        let flags = try reader.byte()
        try reader.skip(headLength - (isNew ? 4 : 5))
        let body = try reader.part(length)
        guard let kind = Kind(rawValue: number) else { continue }
        guard flags & 2 == 0 else {
          throw bytes.malformed(
            "a \(kind) shared by several objects", expected: "objects that have their own")
        }
        messages.append(Message(kind: kind, body: body))
      }
      return messages
    }
  }

  /// Version 1: a count of messages and the size of the first block.
  private static func oldBlock(_ reader: inout ByteReader) throws(ConvolutionError) -> Block {
    let version = try reader.byte()
    guard version == 1 else {
      throw reader.bytes.malformed(
        "version \(version) of an object's header at \(reader.position - 1)", expected: "1 or 2")
    }
    try reader.skip(7)
    let size = Int(try reader.integer(UInt32.self))
    try reader.skip(4)
    return Block(bytes: try reader.part(size), isNew: false)
  }

  /// Version 2, behind its mark.
  private static func newBlock(_ reader: inout ByteReader) throws(ConvolutionError) -> Block {
    try reader.skip(4)
    let version = try reader.byte()
    guard version == 2 else {
      throw reader.bytes.malformed(
        "version \(version) of an object's header", expected: "1 or 2")
    }
    let flags = try reader.byte()
    if flags & 0x20 != 0 { try reader.skip(16) }
    if flags & 0x10 != 0 { try reader.skip(4) }
    let size = try reader.size(1 << Int(flags & 3))
    return Block(bytes: try reader.part(size), isNew: true, hasOrder: flags & 4 != 0)
  }

  /// Version 2: a mark in front, a sum behind.
  private static func continuation(
    _ bytes: FileBytes, _ block: Block
  ) throws(ConvolutionError) -> Block {
    guard bytes.count >= 8, bytes.starts(with: Array("OCHK".utf8)) else {
      throw bytes.malformed("no continuation of a header", expected: "HDF5's mark OCHK")
    }
    return Block(
      bytes: try bytes.part(at: 4, bytes.count - 8), isNew: true, hasOrder: block.hasOrder)
  }
}
