import Convolution

/// What `torch.save` wrote before PyTorch 1.6: pickles in a row, then the storages.
struct LegacyTorchFile {
  let tensors: [StoredTensor]

  /// The number that stands in front, as pickles write it: in 10 bytes, or in digits.
  private static let marks: [[UInt8]] = [
    [0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E],
    Array("L119547037146038801333356L\n.".utf8),
  ]
  private static let formatVersion = 1001

  /// Whether bytes may be a pickle, of PyTorch or of anyone.
  static func isPickle(_ bytes: FileBytes) -> Bool {
    bytes.withUnsafeBytes { bytes in
      guard let first = bytes.first, bytes.count > 1 else { return false }
      if first == PickleOpcode.protocolNumber.rawValue { return bytes[1] <= 5 }
      // Pickles of the first protocols say nothing in front. At least they end.
      return bytes.last == PickleOpcode.stop.rawValue && Array("(c]}lL".utf8).contains(first)
        || marks.contains { bytes.starts(with: $0) }
    }
  }

  /// - Parameter name: what a tensor is called that is in no container.
  /// - Throws: `.unsupportedFile`.
  init(_ bytes: FileBytes, name: String) throws(ConvolutionError) {
    var reader = PickleReader(bytes)
    // Whatever it is, a name that it asks for is told first.
    _ = try reader.next()
    guard
      Self.marks.contains(where: { mark in
        let head = bytes.prefix(min(reader.position, 64)).array
        return head.count >= mark.count && head.suffix(mark.count) == mark
      })
    else {
      throw bytes.malformed("a pickle that PyTorch did not write", expected: "a file of torch.save")
    }
    guard case .integer(Self.formatVersion) = try reader.next() else {
      throw bytes.malformed("another version of PyTorch's old format", expected: "1001")
    }
    // What is known of the machine: the bytes themselves are always little-endian.
    _ = try reader.next()
    let value = try reader.next()
    let found = try reader.namedTensors(in: value, name: name)
    let keys = try reader.next()
    let storages = try Self.storages(reader, keys)
    var tensors: [StoredTensor] = []
    for (name, tensor) in found {
      guard let storage = storages[tensor.storage.key] else {
        throw reader.malformed("no storage \(tensor.storage.key.prefix(40)) behind the pickles")
      }
      tensors.append(
        tensor.stored(name: name, isBigEndian: false) { () throws(ConvolutionError) in storage })
    }
    self.tensors = tensors
  }

  /// The storages behind the last pickle, in the order of their keys.
  private static func storages(
    _ reader: PickleReader, _ keys: PickleValue
  ) throws(ConvolutionError) -> [String: FileBytes] {
    let known = Dictionary(reader.storages.map { ($0.key, $0) }) { first, _ in first }
    var storages: [String: FileBytes] = [:]
    var rest = ByteReader(reader.bytes, at: reader.position)
    for key in try reader.items(keys) {
      guard case .text(let key) = key, let storage = known[key] else {
        throw reader.malformed("the storage \(key.kind), which no tensor mentions")
      }
      let count = try rest.size(8)
      guard count == storage.count else {
        throw reader.malformed("\(count) elements in a storage of \(storage.count)")
      }
      storages[key] = try rest.part(
        Checked.multiply(count, storage.type.size, argument: reader.bytes.name))
    }
    return storages
  }
}
