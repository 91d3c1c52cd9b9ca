import Convolution

/// What a group holds: addresses of headers, by name. Links to names (soft, external) are left out.
struct HDF5Links {
  private(set) var addresses: [String: Int] = [:]

  /// In the order of their names, numbers by their size.
  var sorted: [(name: String, address: Int)] {
    addresses.map { (name: $0.key, address: $0.value) }.sorted {
      (Int($0.name) ?? .max, $0.name) < (Int($1.name) ?? .max, $1.name)
    }
  }

  /// - Throws: `.unsupportedFile`.
  init(_ header: HDF5Header) throws(ConvolutionError) {
    for message in header.messages {
      var reader = ByteReader(message.body)
      switch message.kind {
      case .symbolTable:
        let storage = header.storage
        guard let tree = try storage.address(&reader), let heap = try storage.address(&reader)
        else { continue }
        let names = try Self.names(storage, heap)
        let leaves = try HDF5Tree(storage, at: tree, keyLength: storage.lengthWidth).leaves
        guard Set(leaves.map(\.address)).count == leaves.count else {
          throw storage.bytes.malformed("a group with a node twice", expected: "nodes of its own")
        }
        for leaf in leaves { try add(symbolsAt: leaf.address, names, storage) }
      case .link:
        try add(link: &reader, header.storage)
      case .linkInformation:
        try add(dense: &reader, header.storage)
      default:
        break
      }
    }
  }

  /// A node of symbols: names by their place in a heap, and addresses.
  private mutating func add(
    symbolsAt address: Int, _ names: FileBytes, _ storage: HDF5Storage
  ) throws(ConvolutionError) {
    var reader = storage.reader(at: address)
    try storage.expect("SNOD", &reader)
    try reader.skip(2)
    for _ in 0..<(try reader.integer(UInt16.self)) {
      let place = try storage.length(&reader)
      let object = try storage.address(&reader)
      let kind = try reader.integer(UInt32.self)
      try reader.skip(20)
      guard kind != 2, let object else { continue }
      addresses[try names.part(from: place).terminatedText()] = object
    }
  }

  /// A link's message.
  mutating func add(
    link reader: inout ByteReader, _ storage: HDF5Storage
  ) throws(ConvolutionError) {
    let version = try reader.byte()
    guard version == 1 else {
      throw storage.bytes.malformed("version \(version) of a link", expected: "1")
    }
    let flags = try reader.byte()
    let kind = flags & 8 != 0 ? try reader.byte() : 0
    if flags & 4 != 0 { try reader.skip(8) }
    if flags & 16 != 0 { try reader.skip(1) }
    let name = try reader.part(reader.size(1 << Int(flags & 3))).text()
    guard kind == 0, let object = try storage.address(&reader) else { return }
    addresses[name] = object
  }

  /// The texts of a group's names.
  private static func names(_ storage: HDF5Storage, _ address: Int) throws(ConvolutionError)
    -> FileBytes
  {
    var reader = storage.reader(at: address)
    try storage.expect("HEAP", &reader)
    try reader.skip(4)
    let size = try storage.length(&reader)
    _ = try reader.part(storage.lengthWidth)
    guard let data = try storage.address(&reader) else {
      throw storage.bytes.malformed("a group without names", expected: "a heap of them")
    }
    return try storage.bytes.part(at: data, size)
  }

  /// Many links of a new file lie in a heap of their own.
  private mutating func add(
    dense reader: inout ByteReader, _ storage: HDF5Storage
  ) throws(ConvolutionError) {
    try reader.skip(1)
    if try reader.byte() & 1 != 0 { try reader.skip(8) }
    guard let heap = try storage.address(&reader), let index = try storage.address(&reader) else {
      return
    }
    let objects = try HDF5FractalHeap(storage, at: heap)
    for record in try HDF5Records(storage, at: index).records {
      // A hash of the name is in front of the place.
      var link = ByteReader(try objects.object(at: record.part(from: 4)))
      try add(link: &link, storage)
    }
  }
}

extension FileBytes {
  /// The text in front of a zero byte.
  func terminatedText() throws(ConvolutionError) -> String {
    try prefix(withUnsafeBytes { $0.firstIndex(of: 0) } ?? count).text()
  }
}
