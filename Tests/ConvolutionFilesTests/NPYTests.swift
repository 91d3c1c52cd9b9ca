import Convolution
import ConvolutionFiles
import Foundation
import Testing

/// What NumPy writes is the reference: files are put together byte by byte as `numpy.lib.format` describes them.
struct NPYTests {
  private let folder = FileManager.default.temporaryDirectory.appending(
    path: "NPYTests-\(UUID().uuidString)")

  init() throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  /// Runs `body` with the path of a file of `bytes`, and removes it.
  private func withFile(_ bytes: [UInt8], _ body: (String) throws -> Void) throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "x.npy")
    try Data(bytes).write(to: file)
    try body(file.path)
  }

  /// A file with the dictionary `header`, padded to `headerBytes`, and `elements`.
  private func npy(
    _ header: String, version: UInt8 = 1, headerBytes: Int = 118, _ elements: [Float]
  ) -> [UInt8] {
    let text = header.padding(toLength: headerBytes - 1, withPad: " ", startingAt: 0) + "\n"
    let length = (0..<(version == 1 ? 2 : 4)).map { UInt8(headerBytes >> (8 * $0) & 255) }
    return [0x93] + Array("NUMPY".utf8) + [version, 0] + length + Array(text.utf8)
      + elements.flatMap { value in (0..<4).map { UInt8(value.bitPattern >> (8 * $0) & 255) } }
  }

  private func header(_ shape: String, type: String = "<f4", fortran: String = "False") -> String {
    "{'descr': '\(type)', 'fortran_order': \(fortran), 'shape': \(shape), }"
  }

  // MARK: - Files that are read

  @Test(arguments: [1, 2, 3] as [UInt8])
  func everyVersionIsRead(version: UInt8) throws {
    try withFile(npy(header("(2, 3)"), version: version, [0, 1, 2, 3, 4, 5])) { path in
      let x = try Tensor(npyFile: path)
      #expect(x.shape == [2, 3])
      #expect(x.elements == [0, 1, 2, 3, 4, 5])
    }
  }

  @Test(arguments: [
    ("()", [], 1), ("(3,)", [3], 3), ("(0, 4)", [0, 4], 0),
    ("(1, 2, 1, 2, 1)", [1, 2, 1, 2, 1], 4),
    ("(2,2,)", [2, 2], 4),
  ])
  func shapesAreRead(text: String, shape: [Int], count: Int) throws {
    try withFile(npy(header(text), Array(repeating: 7, count: count))) { path in
      let x = try Tensor(npyFile: path)
      #expect(x.shape == shape)
      #expect(x.elements == Array(repeating: 7, count: count))
    }
  }

  @Test func keysMayComeInAnyOrderAndQuotes() throws {
    let header = #"{ "shape" : ( 2 , ) , 'fortran_order':False,"descr":"<f4"}"#
    try withFile(npy(header, [8, 9])) { path in
      let x = try Tensor(npyFile: path)
      #expect(x.elements == [8, 9])
    }
  }

  /// A type, the bytes of two elements, least significant first, and the elements.
  struct TypeCase: Sendable {
    let type: String
    let bytes: [UInt8]
    let values: [Float]

    init(_ type: String, _ bytes: [UInt8], _ values: [Float]) {
      self.type = type
      self.bytes = bytes
      self.values = values
    }

    init<Integer: FixedWidthInteger>(_ type: String, _ a: Integer, _ b: Integer, _ values: [Float])
    {
      self.init(type, ConvolutionFilesTests.bytes(a) + ConvolutionFilesTests.bytes(b), values)
    }
  }

  static let types: [TypeCase] = [
    TypeCase("b1", [1, 0], [1, 0]),
    TypeCase("u1", [0, 255], [0, 255]),
    TypeCase("i1", [0x80, 127], [-128, 127]),
    TypeCase("u2", UInt16.max, 1, [65535, 1]),
    TypeCase("i2", Int16.min, -2, [-32768, -2]),
    TypeCase("u4", 0x8000_0000 as UInt32, 3, [0x1p31, 3]),
    TypeCase("i4", Int32.min, -1, [-0x1p31, -1]),
    // An integer between two floats is rounded, here to the even one.
    TypeCase("i4", 16_777_217 as Int32, 16_777_219, [0x1p24, 0x1p24 + 4]),
    TypeCase("u8", UInt64.max, 7, [0x1p64, 7]),
    TypeCase("i8", Int64.min, -7, [-0x1p63, -7]),
    TypeCase("f2", 0x3C00 as UInt16, 1, [1, 0x1p-24]),
    TypeCase("f2", 0xFC00 as UInt16, 0x7BFF, [-.infinity, 65504]),
    TypeCase("f4", (1.5 as Float).bitPattern, (-0.25 as Float).bitPattern, [1.5, -0.25]),
    TypeCase("f8", 0.1.bitPattern, 1e300.bitPattern, [0.1, .infinity]),
  ]

  @Test(arguments: types)
  func everyTypeIsReadInBothOrdersOfBytes(element: TypeCase) throws {
    let size = element.bytes.count / 2
    let swapped = Array(element.bytes[..<size].reversed()) + element.bytes[size...].reversed()
    let marked = size == 1 ? [("|", element.bytes)] : [("<", element.bytes), (">", swapped)]
    for (mark, content) in marked {
      let head = npy(header("(2,)", type: mark + element.type), [])
      try withTemporaryFolder { folder in
        let path = try folder.file("x.npy", head + content)
        #expect(try Tensor(npyFile: path).elements == element.values)
      }
    }
  }

  @Test func fortranOrderIsRead() throws {
    try withFile(npy(header("(2, 3)", fortran: "True"), [0, 3, 1, 4, 2, 5])) { path in
      let x = try Tensor(npyFile: path)
      #expect(x.shape == [2, 3])
      #expect(x.elements == [0, 1, 2, 3, 4, 5])
    }
  }

  @Test func fortranOrderOfThreeAxesIsRead() throws {
    // Element [i, j, k] is 12 i + 4 j + k, and lies at i + 2 j + 6 k.
    let elements = (0..<24).map { (place: Int) -> Float in
      let (i, j, k) = (place % 2, place / 2 % 3, place / 6)
      return Float(12 * i + 4 * j + k)
    }
    try withFile(npy(header("(2, 3, 4)", fortran: "True"), elements)) { path in
      let tensor = try Tensor(npyFile: path)
      #expect(tensor.elements == (0..<24).map(Float.init))
    }
  }

  // MARK: - Files that are written

  @Test func writtenBytesAreNumpys() throws {
    try withFile([]) { path in
      try Tensor([0, 1, 2, 3, 4, 5], shape: [2, 3]).write(toNPYFile: path)
      #expect(
        try Array(Data(contentsOf: URL(filePath: path)))
          == npy(header("(2, 3)"), [0, 1, 2, 3, 4, 5]))
      try Tensor([5], shape: []).write(toNPYFile: path)
      #expect(try Array(Data(contentsOf: URL(filePath: path))) == npy(header("()"), [5]))
      try Tensor([5, 6], shape: [2]).write(toNPYFile: path)
      #expect(try Array(Data(contentsOf: URL(filePath: path))) == npy(header("(2,)"), [5, 6]))
    }
  }

  @Test func everyBitComesBack() throws {
    let bits: [UInt32] = [0, 0x8000_0000, 1, 0x7F80_0000, 0xFF80_0000, 0x7FC0_1234, 0x3F80_0000]
    try withFile([]) { path in
      try Tensor(bits.map(Float.init(bitPattern:)), shape: [7]).write(toNPYFile: path)
      #expect(try Tensor(npyFile: path).elements.map(\.bitPattern) == bits)
    }
  }

  @Test func headerTooLongForVersion1IsVersion2() throws {
    let shape = Array(repeating: 1, count: 30_000)
    try withFile([]) { path in
      try Tensor([3], shape: shape).write(toNPYFile: path)
      #expect(try Array(Data(contentsOf: URL(filePath: path))).prefix(8).last == 0)
      #expect(try Array(Data(contentsOf: URL(filePath: path)))[6] == 2)
      #expect(try Tensor(npyFile: path).shape == shape)
    }
  }

  // MARK: - Files that are refused

  @Test(arguments: [
    ("'<c8'", ["<c8", "float32"]), ("'<f16'", ["<f16"]), ("'|S4'", ["|S4"]), ("'<U1'", ["<U1"]),
    ("'|O'", ["|O"]), ("'f4'", ["f4"]), ("'<M8[s]'", ["<M8[s]"]),
    ("[('a', '<f4')]", ["record", "<f4"]),
  ])
  func otherTypesAreRefused(type: String, mentions: [String]) throws {
    let header = "{'descr': \(type), 'fortran_order': False, 'shape': (2,), }"
    try withFile(npy(header, [1, 2])) { path in
      expectError(.unsupportedFile, path, mentions) { _ = try Tensor(npyFile: path) }
    }
  }

  @Test(arguments: [
    "", "{", "}", "garbage", "{'descr': '<f4'}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), } trailing",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (-2,), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2 3), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': 2, }",
    "{'descr': '<f4', 'fortran_order': Maybe, 'shape': (2,), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), 'more': 1, }",
    "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2,), }",
    "{'descr: '<f4', 'fortran_order': False, 'shape': (2,), }", "{'descr", "{'shape': (",
  ])
  func garbageHeadersAreRefused(header: String) throws {
    try withFile(npy(header, [1, 2])) { path in
      expectError(.unsupportedFile, path, ["descr"]) { _ = try Tensor(npyFile: path) }
    }
  }

  @Test func everyTruncationIsRefused() throws {
    let whole = npy(header("(2, 3)"), [0, 1, 2, 3, 4, 5])
    for count in 0..<whole.count {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try withFile(Array(whole.prefix(count))) { path in
        expectError(.unsupportedFile, path, []) { _ = try Tensor(npyFile: path) }
      }
    }
  }

  @Test func bytesTooManyAreRefused() throws {
    try withFile(npy(header("(2,)"), [1, 2, 3])) { path in
      expectError(.unsupportedFile, path, ["12 bytes", "8"]) { _ = try Tensor(npyFile: path) }
    }
  }

  @Test func otherFilesAndVersionsAreRefused() throws {
    try withFile(Array("PK\u{3}\u{4} an archive".utf8)) { path in
      expectError(.unsupportedFile, path, [".npy"]) { _ = try Tensor(npyFile: path) }
      try Data(npy(header("(1,)"), version: 4, [1])).write(to: URL(filePath: path))
      expectError(.unsupportedFile, path, ["4.0"]) { _ = try Tensor(npyFile: path) }
    }
  }

  @Test(arguments: [
    "(4611686018427387904, 4)", "(4294967296, 4294967296, 4294967296)",
    "(99999999999999999999999,)",
    "(0, 99999999999999999999999)", "(9223372036854775807,)",
  ])
  func shapesThatOverflowAreRefused(shape: String) throws {
    try withFile(npy(header(shape), [1])) { path in
      expectError(.integerOverflow, path, []) { _ = try Tensor(npyFile: path) }
    }
  }

  @Test func shapesLargerThanTheFileAllocateNothing() throws {
    try withFile(npy(header("(1000000000000,)"), [1])) { path in
      expectError(.unsupportedFile, path, ["4000000000000"]) { _ = try Tensor(npyFile: path) }
    }
  }

  @Test func missingFilesAndFoldersAreRefused() throws {
    try withFile([]) { path in
      expectError(.inputOutput, path + "x", ["No such file"]) {
        _ = try Tensor(npyFile: path + "x")
      }
      expectError(.inputOutput, folder.path, ["regular"]) { _ = try Tensor(npyFile: folder.path) }
    }
  }

  // MARK: - Failed writing

  @Test func aFailedWriteLeavesNothingBehind() throws {
    try withFile([1, 2, 3]) { path in
      let x = try Tensor([1], shape: [1])
      expectError(.inputOutput, folder.path, ["regular"]) { try x.write(toNPYFile: folder.path) }
      let missing = folder.path + "/missing/y.npy"
      expectError(.inputOutput, missing, ["No such file"]) { try x.write(toNPYFile: missing) }
      // The name is legal to open and too long to create.
      let long = folder.path + "/" + String(repeating: "y", count: 300)
      expectError(.inputOutput, long, []) { try x.write(toNPYFile: long) }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["x.npy"])
      #expect(try Array(Data(contentsOf: URL(filePath: path))) == [1, 2, 3])
    }
  }

  @Test func aLinkStaysALinkAndPermissionsStay() throws {
    try withFile([]) { path in
      let link = path + ".link"
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
      try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
      try Tensor([4], shape: [1]).write(toNPYFile: link)
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == path)
      #expect(try Tensor(npyFile: path).elements == [4])
      let attributes = try FileManager.default.attributesOfItem(atPath: path)
      #expect(attributes[.posixPermissions] as? Int == 0o640)
    }
  }
}
