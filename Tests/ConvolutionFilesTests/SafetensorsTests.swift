import Convolution
import ConvolutionFiles
import Testing

/// Files are put together byte by byte, as huggingface/safetensors describes them.
struct SafetensorsTests {
  private func file(_ header: String, _ data: [UInt8] = []) -> [UInt8] {
    bytes(UInt64(header.utf8.count)) + Array(header.utf8) + data
  }

  private func tensor(_ name: String, _ type: String, _ shape: String, _ offsets: String) -> String
  {
    #""\#(name)":{"dtype":"\#(type)","shape":\#(shape),"data_offsets":\#(offsets)}"#
  }

  @Test func tensorsAndMetadataAreRead() throws {
    try withTemporaryFolder { folder in
      let path = try folder.file(
        "model.safetensors",
        file(
          #"{"__metadata__":{"format":"pt","author":"née \"x\""},"#
            + tensor("b", "F32", "[2,1]", "[4,12]") + "," + tensor("a", "BF16", "[2]", "[0,4]")
            + ","
            + tensor("none", "F32", "[0,3]", "[12,12]") + "}  ",
          [0x80, 0x3F, 0x20, 0xC0] + bytes([7, 8])))
      let weights = try TensorFile(contentsOf: path)
      #expect(weights.format == .safetensors)
      #expect(weights.metadata == ["format": "pt", "author": "née \"x\""])
      #expect(
        weights.entries == [
          .init(name: "a", shape: [2], element: .bfloat16),
          .init(name: "b", shape: [2, 1], element: .float32),
          .init(name: "none", shape: [0, 3], element: .float32),
        ])
      #expect(try weights.tensor(named: "a") == Tensor([1, -2.5], shape: [2]))
      #expect(try weights.tensor(named: "b") == Tensor([7, 8], shape: [2, 1]))
      #expect(try weights.tensor(named: "none").shape == [0, 3])
    }
  }

  @Test func typesThatAreNoNumbersAreListed() throws {
    try withTemporaryFolder { folder in
      let path = try folder.file(
        "x.safetensors", file("{" + tensor("a", "F8_E4M3", "[3]", "[0,3]") + "}", [1, 2, 3]))
      let weights = try TensorFile(contentsOf: path)
      #expect(weights.entries[0].element == .other("F8_E4M3"))
      expectError(.unsupportedFile, "a", ["F8_E4M3", "bfloat16"]) {
        _ = try weights.tensor(named: "a")
      }
    }
  }

  @Test func headersThatAreNotExactlyRightAreErrors() throws {
    let a = tensor("a", "F32", "[2]", "[0,8]")
    let cases: [(header: String, mentions: [String])] = [
      ("{\(a),\(a)}", ["\"a\" twice"]),
      // A hole, an overlap, bytes behind the last tensor, too few bytes.
      ("{" + tensor("a", "F32", "[1]", "[4,8]") + "}", ["byte 4", "expected 0"]),
      ("{\(a)," + tensor("b", "F32", "[1]", "[4,8]") + "}", ["\"b\"", "byte 4", "8"]),
      ("{" + tensor("a", "F32", "[1]", "[0,4]") + "}", ["8 bytes", "4"]),
      ("{" + tensor("a", "F32", "[4]", "[0,16]") + "}", ["8 bytes"]),
      // Shapes, types and offsets that do not fit each other.
      ("{" + tensor("a", "F32", "[3]", "[0,8]") + "}", ["8 bytes", "12"]),
      ("{" + tensor("a", "F32", "[2]", "[8,0]") + "}", ["offsets"]),
      ("{" + tensor("a", "F32", "[-2]", "[0,8]") + "}", ["-2"]),
      ("{" + tensor("a", "F32", "[2]", "[0]") + "}", ["offsets"]),
      ("{" + tensor("a", "F32", "[2.5]", "[0,8]") + "}", ["2.5"]),
      (#"{"a":{"dtype":"F32","shape":[2]}}"#, ["offsets"]),
      (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"more":1}}"#, ["more"]),
      (#"{"__metadata__":{"a":1},"# + a + "}", []), ("{\(a)} x", []), ("{\(a)", []), ("{", []),
    ]
    try withTemporaryFolder { folder in
      for (header, mentions) in cases {
        let path = try folder.file("x.safetensors", file(header, bytes([1, 2])))
        expectError(.unsupportedFile, path, mentions) { _ = try TensorFile(contentsOf: path) }
      }
      let shape = "[4294967296,4294967296,4294967296]"
      let path = try folder.file(
        "x.safetensors", file("{" + tensor("a", "F32", shape, "[0,8]") + "}", bytes([1, 2])))
      expectError(.integerOverflow, "\(path), a", []) { _ = try TensorFile(contentsOf: path) }
    }
  }

  @Test func headersLongerThanTheFileOrTheLimitAreErrors() throws {
    try withTemporaryFolder { folder in
      for length in [100, 200_000_000] {
        let path = try folder.file("x.safetensors", bytes(UInt64(length)) + Array("{}".utf8))
        expectError(.unsupportedFile, path, ["\(length)"]) { _ = try TensorFile(contentsOf: path) }
      }
    }
  }

  // MARK: - Several files

  private func write(_ values: [String: Float], _ name: String, in folder: TemporaryFolder) throws {
    let names = values.keys.sorted()
    let header = names.enumerated().map { tensor($1, "F32", "[1]", "[\(4 * $0),\(4 * $0 + 4)]") }
    _ = try folder.file(
      name, file("{" + header.joined(separator: ",") + "}", bytes(names.map { values[$0]! })))
  }

  @Test func theIndexAloneDecidesWhichFilesAreRead() throws {
    try withTemporaryFolder { folder in
      try write(["a": 1, "b": 2], "model-1.safetensors", in: folder)
      try write(["b": 3, "c": 4], "model-2.safetensors", in: folder)
      // Nothing asks for this one.
      try write(["a": 5], "model.safetensors", in: folder)
      let index = try folder.file(
        "model.safetensors.index.json",
        Array(
          #"{"metadata":{"total_size":8,"more":[1]},"weight_map":{"c":"model-2.safetensors","a":"model-1.safetensors"}}"#
            .utf8))
      for path in [index, folder.path] {
        let weights = try TensorFile(contentsOf: path)
        #expect(weights.entries.map(\.name) == ["c", "a"])
        #expect(weights.metadata == ["total_size": "8"])
        #expect(try weights.tensor(named: "a").elements == [1])
        #expect(try weights.tensor(named: "c").elements == [4])
      }
    }
  }

  @Test func indicesThatLeadAwayOrNowhereAreErrors() throws {
    try withTemporaryFolder { folder in
      try write(["a": 1], "model.safetensors", in: folder)
      for (map, mentions) in [
        (#"{"a":"../model.safetensors"}"#, ["../model", "beside"]),
        (#"{"a":"/etc/passwd"}"#, ["/etc"]),
        (#"{"b":"model.safetensors"}"#, ["no \"b\""]), (#"{"a":""}"#, []), (#"{"a":1}"#, []),
        (#"{"a":"model.safetensors","a":"model.safetensors"}"#, ["twice"]),
      ] {
        let path = try folder.file("index.json", Array("{\"weight_map\":\(map)}".utf8))
        expectError(.unsupportedFile, path, mentions) { _ = try TensorFile(contentsOf: path) }
      }
      let path = try folder.file("index.json", Array(#"{"weight_map":{"a":"gone"}}"#.utf8))
      expectError(.inputOutput, folder.path + "/gone", []) { _ = try TensorFile(contentsOf: path) }
    }
  }
}
