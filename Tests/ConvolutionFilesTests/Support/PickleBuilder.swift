/// Pickles, put together instruction by instruction as Python's `pickletools` describes them.
enum PickleBuilder {
  static func global(_ module: String, _ name: String) -> [UInt8] {
    Array("c\(module)\n\(name)\n".utf8)
  }

  static func text(_ text: String) -> [UInt8] {
    [0x58] + bytes(UInt32(text.utf8.count)) + Array(text.utf8)
  }

  static func integer(_ value: Int) -> [UInt8] { [0x8A, 8] + bytes(Int64(value)) }

  static func tuple(_ items: [UInt8]...) -> [UInt8] { [0x28] + items.joined() + [0x74] }

  static func dictionary(_ items: (key: String, value: [UInt8])...) -> [UInt8] {
    [0x7D, 0x28] + items.flatMap { text($0.key) + $0.value } + [0x75]
  }

  /// A storage by its persistent name.
  static func storage(_ type: String, _ key: String, _ count: Int) -> [UInt8] {
    tuple(text("storage"), global("torch", type), text(key), text("cpu"), integer(count)) + [0x51]
  }

  /// What `torch._utils._rebuild_tensor_v2` makes of a storage.
  static func tensor(
    _ storage: [UInt8], offset: Int = 0, _ shape: [Int], strides: [Int]
  ) -> [UInt8] {
    global("torch._utils", "_rebuild_tensor_v2")
      + tuple(
        storage, integer(offset), [0x28] + shape.flatMap(integer) + [0x74],
        [0x28] + strides.flatMap(integer) + [0x74], [0x89], [0x7D]) + [0x52]
  }

  static func pickle(_ value: [UInt8]) -> [UInt8] { [0x80, 2] + value + [0x2E] }

  /// An archive as `torch.save` writes it.
  static func archive(
    _ value: [UInt8], storages: [String: [UInt8]] = [:], more: [(name: String, bytes: [UInt8])] = []
  ) -> [UInt8] {
    ZipBuilder(
      files: [("archive/data.pkl", pickle(value))] + more
        + storages.sorted { $0.key < $1.key }.map { ("archive/data/\($0.key)", $0.value) }
    ).archive
  }

  /// A file as `torch.save` wrote it before PyTorch 1.6.
  static func legacy(_ value: [UInt8], storages: [(key: String, count: Int, bytes: [UInt8])])
    -> [UInt8]
  {
    let magic: [UInt8] = [0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19]
    return pickle(magic) + pickle([0x4D, 0xE9, 3]) + pickle(dictionary()) + pickle(value)
      + pickle([0x5D, 0x28] + storages.flatMap { text($0.key) } + [0x65])
      + storages.flatMap { bytes(Int64($0.count)) + $0.bytes }
  }
}
