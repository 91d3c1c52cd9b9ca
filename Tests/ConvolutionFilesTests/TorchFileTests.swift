import Convolution
import ConvolutionFiles
import Testing

private typealias P = PickleBuilder

/// Views, types and orders of bytes of PyTorch's files, in both forms.
struct TorchFileTests {
  /// The tensors of an archive and of an old file with the same pickle.
  private func expect(
    _ value: [UInt8], storage: (count: Int, bytes: [UInt8]), _ expected: [(String, Tensor)],
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    try withTemporaryFolder { folder in
      for (name, bytes) in [
        ("new.pth", P.archive(value, storages: ["0": storage.bytes])),
        ("old.pth", P.legacy(value, storages: [("0", storage.count, storage.bytes)])),
      ] {
        let file = try TensorFile(contentsOf: folder.file(name, bytes))
        #expect(file.format == .torch)
        #expect(file.entries.map(\.name) == expected.map(\.0), sourceLocation: sourceLocation)
        for (name, tensor) in expected {
          #expect(try file.tensor(named: name) == tensor, "\(name)", sourceLocation: sourceLocation)
        }
      }
    }
  }

  @Test func viewsOfOneStorageAreDense() throws {
    let storage = P.storage("FloatStorage", "0", 6)
    try expect(
      P.dictionary(
        ("whole", P.tensor(storage, [2, 3], strides: [3, 1])),
        ("turned", P.tensor(storage, [3, 2], strides: [1, 3])),
        ("part", P.tensor(storage, offset: 1, [2], strides: [3])),
        ("repeated", P.tensor(storage, offset: 4, [2, 2], strides: [0, 1])),
        ("scalar", P.tensor(storage, offset: 5, [], strides: [])),
        ("empty", P.tensor(storage, offset: 6, [0, 2], strides: [2, 1]))),
      storage: (6, bytes([0, 1, 2, 3, 4, 5])),
      [
        ("whole", Tensor([0, 1, 2, 3, 4, 5], shape: [2, 3])),
        ("turned", Tensor([0, 3, 1, 4, 2, 5], shape: [3, 2])),
        ("part", Tensor([1, 4], shape: [2])),
        ("repeated", Tensor([4, 5, 4, 5], shape: [2, 2])),
        ("scalar", Tensor([5], shape: [])), ("empty", Tensor([], shape: [0, 2])),
      ])
  }

  @Test(arguments: [
    ("DoubleStorage", bytes(1.5.bitPattern) + bytes((-2.0).bitPattern)),
    ("FloatStorage", bytes([1.5, -2])), ("HalfStorage", [0, 0x3E, 0, 0xC0]),
    ("BFloat16Storage", [0xC0, 0x3F, 0, 0xC0]),
  ])
  func floatsOfEverySizeAreRead(type: String, content: [UInt8]) throws {
    try expect(
      P.dictionary(("w", P.tensor(P.storage(type, "0", 2), [2], strides: [1]))),
      storage: (2, content), [("w", Tensor([1.5, -2], shape: [2]))])
  }

  @Test(arguments: [
    ("LongStorage", bytes(3 as Int64) + bytes(0 as Int64)),
    ("IntStorage", bytes(3 as Int32) + bytes(0 as Int32)),
    ("ShortStorage", bytes(3 as Int16) + bytes(0 as Int16)), ("CharStorage", [3, 0]),
    ("ByteStorage", [3, 0]),
  ])
  func integersOfEverySizeAreRead(type: String, content: [UInt8]) throws {
    try expect(
      P.dictionary(("w", P.tensor(P.storage(type, "0", 2), [2], strides: [1]))),
      storage: (2, content), [("w", Tensor([3, 0], shape: [2]))])
  }

  @Test func namesAreKeysAndPlacesOnTheWay() throws {
    let w = P.tensor(P.storage("FloatStorage", "0", 1), [1], strides: [1])
    let parameter =
      P.global("torch._utils", "_rebuild_parameter") + P.tuple(w, [0x88], [0x7D]) + [0x52]
    let ordered =
      P.global("collections", "OrderedDict") + [0x29, 0x52, 0x28] + P.text("p") + parameter + [0x75]
    let value = P.dictionary(
      ("epoch", P.integer(3)), ("model", P.dictionary(("a.b", w), ("c", ordered))),
      ("list", [0x5D, 0x28] + w + [0x4E] + w + [0x65]))
    let one = try Tensor([9], shape: [1])
    try expect(
      value, storage: (1, bytes([9])),
      [("model.a.b", one), ("model.c.p", one), ("list.0", one), ("list.2", one)])
  }

  @Test func newTypesComeWithTheirTensor() throws {
    let storage = P.storage("UntypedStorage", "0", 8)
    let value =
      P.global("torch._utils", "_rebuild_tensor_v3")
      + P.tuple(
        storage, P.integer(1), P.tuple(P.integer(2)), P.tuple(P.integer(1)), [0x89], [0x7D],
        P.global("torch", "uint16")) + [0x52]
    try expect(
      P.dictionary(("w", value)), storage: (8, [1, 0, 2, 0, 0xFF, 0xFF, 0, 0]),
      [("w", Tensor([2, 65535], shape: [2]))])
  }

  @Test func negatedViewsAreNotReadAsTheirStorage() throws {
    let metadata = [0x7D, 0x28] + P.text("neg") + [0x88, 0x75] as [UInt8]
    let value =
      P.global("torch._utils", "_rebuild_tensor_v2")
      + P.tuple(
        P.storage("FloatStorage", "0", 1), P.integer(0), P.tuple(P.integer(1)),
        P.tuple(P.integer(1)), [0x89], [0x7D], metadata) + [0x52]
    try withTemporaryFolder { folder in
      let path = try folder.file(
        "w.pth", P.archive(P.dictionary(("w", value)), storages: ["0": bytes([1])]))
      let file = try TensorFile(contentsOf: path)
      #expect(file.entries.map(\.element.description) == ["negated float32"])
      #expect(throws: ConvolutionError.self) { try file.tensor(named: "w") }
    }
  }

  @Test func severalFilesHaveAnIndex() throws {
    try withTemporaryFolder { folder in
      let w = P.tensor(P.storage("FloatStorage", "0", 1), [1], strides: [1])
      _ = try folder.file(
        "part-1.bin", P.archive(P.dictionary(("w", w)), storages: ["0": bytes([9])]))
      let map = #"{"weight_map":{"w":"part-1.bin"}}"#
      let index = try folder.file("pytorch_model.bin.index.json", Array(map.utf8))
      for path in [index, folder.path] {
        #expect(try TensorFile(contentsOf: path).tensor(named: "w").elements == [9])
      }
      // An index of itself.
      let loop = try folder.file("loop.json", Array(#"{"weight_map":{"w":"loop.json"}}"#.utf8))
      expectError(.unsupportedFile, folder.path + "/loop.json", []) {
        _ = try TensorFile(contentsOf: loop)
      }
    }
  }

  @Test func bytesOfABigEndianMachineAreTurned() throws {
    let value = P.dictionary(("w", P.tensor(P.storage("FloatStorage", "0", 1), [1], strides: [1])))
    try withTemporaryFolder { folder in
      let path = try folder.file(
        "w.pth",
        P.archive(
          value, storages: ["0": bytes([2.5]).reversed()],
          more: [("archive/byteorder", Array("big".utf8))]))
      #expect(try TensorFile(contentsOf: path).tensor(named: "w").elements == [2.5])
      let odd = try folder.file(
        "w.pth",
        P.archive(value, storages: ["0": []], more: [("archive/byteorder", Array("odd".utf8))]))
      expectError(.unsupportedFile, "\(odd), archive/byteorder", ["odd", "little"]) {
        _ = try TensorFile(contentsOf: odd)
      }
    }
  }

  @Test func tensorsOutsideTheirStorageAreErrors() throws {
    let storage = P.storage("FloatStorage", "0", 2)
    let huge = Int.max / 2
    try withTemporaryFolder { folder in
      for tensor in [
        P.tensor(storage, [3], strides: [1]), P.tensor(storage, offset: 1, [2], strides: [1]),
        P.tensor(storage, [2], strides: [2]), P.tensor(storage, offset: huge, [1], strides: [1]),
        P.tensor(storage, [2, 2], strides: [huge, 1]),
        P.tensor(storage, offset: 3, [1], strides: [1]),
        // More elements than the file could ever have.
        P.tensor(storage, [1 << 40], strides: [0]), P.tensor(storage, [huge], strides: [1]),
      ] {
        let path = try folder.file(
          "w.pth", P.archive(P.dictionary(("w", tensor)), storages: ["0": bytes([1, 2])]))
        let file = try TensorFile(contentsOf: path)
        #expect(throws: ConvolutionError.self) { try file.tensor(named: "w") }
      }
    }
  }

  @Test func storagesThatAreNotThereAreErrors() throws {
    let value = P.dictionary(("w", P.tensor(P.storage("FloatStorage", "0", 2), [2], strides: [1])))
    try withTemporaryFolder { folder in
      for bytes in [
        P.archive(value), P.archive(value, storages: ["0": [1, 2, 3]]),
        P.legacy(value, storages: []), P.legacy(value, storages: [("0", 2, [1, 2])]),
        P.legacy(value, storages: [("0", 3, bytes([1, 2, 3]))]),
        P.legacy(value, storages: [("1", 2, bytes([1, 2]))]),
      ] {
        let path = try folder.file("w.pth", bytes)
        #expect(throws: ConvolutionError.self) { try TensorFile(contentsOf: path) }
      }
    }
  }
}
